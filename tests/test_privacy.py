"""The anonymous log, proven: from what is counted no walk leads to a person, an hour or a word of free text."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.test.utils import isolate_apps

from appointments.models import QueueObservation, Seating, Ticket
from citemetiers.kernel.privacy import INSTANTS, declared, leaks, reachable_from, unclassified_fields
from sites.models import Audience, Education, HowHeard, Network, Partner, Site, Status, Territory, Theme
from visitors.models import (
    ClosedMonth,
    Contact,
    ContactTheme,
    DoorCounter,
    DoorReading,
    EntryAuthor,
    JobRun,
    MonthCube,
    SurveyAnswer,
    Tally,
    TallyMargin,
)

# The forms whose fields a tab may keep (static/js/kept-form.js): none asks who a visitor is or how to reach them.
KEPT_FORMS = {
    "activities/session_form.html",
    "appointments/planning/duty.html",
    "sites/catalogue_form.html",
    "sites/place_form.html",
    "sites/place_week.html",
    "visitors/batch.html",
    "visitors/doors.html",
    "visitors/group_form.html",
    "visitors/survey/answer.html",
}
APPS = ("sites", "visitors", "activities", "appointments", "reporting")
MODELS = [model for label in APPS for model in apps.get_app_config(label).get_models()]
LOG = (Contact, ContactTheme)
COUNTS = (Tally, TallyMargin)
DOORS = (DoorCounter, DoorReading)
SHARED = frozenset({Audience, Education, HowHeard, Network, Partner, Site, Status, Territory, Theme})
# What a row of each may lead to, of its own kind or not: words and places that thousands have in common.
LEADS_TO = {
    LOG: SHARED,
    COUNTS: {Network, Site, Theme},
    (SurveyAnswer,): {Network, Site},
    (QueueObservation,): {Network, Site, Theme},
    (MonthCube,): {Network, Site},
    (ClosedMonth,): set(),
    (JobRun,): set(),
    DOORS: {Network, Site},
}
ROWS = (*LOG, *COUNTS, SurveyAnswer, QueueObservation)

CASCADE = models.CASCADE
WORDS = [("A", "a"), ("B", "b")]


def _model(
    name: str, /, *bases: type, staff: Any = None, personal: Any = None, proxy: bool = False, **columns: Any
) -> Any:
    privacy = type("Privacy", (), {"personal": personal or {}, "staff": staff or {}, "neutral": frozenset(columns)})
    meta = type("Meta", (), {"app_label": "visitors", "proxy": proxy})
    body = {"__module__": __name__, "Meta": meta, "Privacy": privacy, **columns}
    return type(name, bases or (models.Model,), body)


def _random_key() -> Any:
    return models.UUIDField(primary_key=True, default=uuid.uuid4)


def _person(**columns: Any) -> Any:
    return _model("Person", personal={"name": ""}, name=models.CharField(max_length=60), **columns)


def _record(**columns: Any) -> Any:
    return _model("Record", id=_random_key(), **columns)


@pytest.fixture
def _isolated() -> Iterator[None]:
    with isolate_apps("visitors"):
        yield


def test_contact_log_leads_to_no_identity_time_or_text() -> None:
    assert leaks(LOG, shared=SHARED) == []


def test_counts_lead_to_no_identity_time_or_text() -> None:
    assert leaks(COUNTS, shared=SHARED) == []


def test_survey_leads_to_no_identity_time_or_text() -> None:
    assert leaks([SurveyAnswer], shared=SHARED) == []


def test_what_is_kept_of_a_queue_leads_to_no_identity_time_or_text() -> None:
    assert leaks([QueueObservation], shared=SHARED) == []


@pytest.mark.parametrize("models", LEADS_TO, ids=lambda models: models[0].__name__)
def test_what_is_counted_leads_to_shared_words_only(models: Any) -> None:
    found = reachable_from(models, shared=SHARED)

    assert set(found) == {*models, *LEADS_TO[models]}


@pytest.mark.parametrize("model", [MonthCube, ClosedMonth, *DOORS])
def test_sums_and_passages_know_no_hour_and_nobody(model: Any) -> None:
    personal, staff, _neutral = declared(model)

    assert not personal
    assert not staff
    assert not [field.name for field in model._meta.get_fields() if isinstance(field, INSTANTS)]


def test_author_of_an_entry_is_known_with_a_day_and_no_hour() -> None:
    columns = {field.name: type(field) for field in EntryAuthor._meta.get_fields()}

    assert not [name for name, column in columns.items() if issubclass(column, INSTANTS)]
    assert columns["day"] is models.DateField


def test_key_of_contact_is_kept_by_author_table_only() -> None:
    holders = {
        f"{model.__name__}.{field.name}"
        for model in MODELS
        for field in model._meta.get_fields()
        if field.concrete
        and not field.is_relation
        and any(word in field.name for word in ("contact", "entry", "tally"))
        # How many there are is no key of any.
        if not isinstance(field, models.PositiveIntegerField)
    }

    assert holders == {"EntryAuthor.entry_key"}


@pytest.mark.parametrize("model", ROWS)
def test_anonymous_key_is_random(model: Any) -> None:
    assert model._meta.pk.default is uuid.uuid4
    assert model._meta.pk.get_default().version == 4


@pytest.mark.parametrize(
    "model",
    # A counter at a door is a device.
    [*(set(apps.get_app_config("visitors").get_models()) - {DoorCounter}), Ticket, Seating, QueueObservation],
    ids=lambda model: model.__name__,
)
def test_nothing_of_visitors_is_in_admin(model: Any) -> None:
    assert not admin.site.is_registered(model)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_model_classifies_every_field(model: Any) -> None:
    assert unclassified_fields(model) == set()


# --- Controls: the walk and the classification do find what is wrong ------------------------------


@pytest.mark.usefixtures("_isolated")
def test_unclassified_fields_finds_what_is_missing_double_or_gone() -> None:
    model = _model("Person", staff={"name": ""}, personal={"ghost": ""}, name=models.CharField(max_length=60))
    model.add_to_class("late", models.TextField())
    model.add_to_class("friends", models.ManyToManyField("self", related_name="+"))

    assert unclassified_fields(model) == {"id", "name", "ghost", "late", "friends"}


@pytest.mark.usefixtures("_isolated")
def test_walk_accepts_a_place_with_staff() -> None:
    place = _model("Place", name=models.CharField(max_length=60))
    record = _record(
        place=models.ForeignKey(place, CASCADE, related_name="records"),
        day=models.DateField(),
        way=models.CharField(max_length=1, choices=WORDS),
        people=models.PositiveSmallIntegerField(),
        is_first=models.BooleanField(),
    )
    _person(works_at=models.ForeignKey(place, CASCADE, related_name="staff"))

    assert leaks([record], shared={place}) == []


def _names_person() -> Any:
    return _record(person=models.ForeignKey(_person(), CASCADE, related_name="+"))


def _is_named_by_person() -> Any:
    record = _record()
    _person(record=models.ForeignKey(record, CASCADE, related_name="records"))
    return record


def _is_named_by_person_in_hiding() -> Any:
    record = _record()
    _person(record=models.OneToOneField(record, CASCADE, related_name="+"))
    return record


def _shares_table_with_person() -> Any:
    return _record(people=models.ManyToManyField(_person(), related_name="+"))


def _is_one_of_many_of_person() -> Any:
    record = _record()
    _person(records=models.ManyToManyField(record, related_name="+"))
    return record


def _is_linked_by_table_between() -> Any:
    record, person = _record(), _person()
    link = {"record": record, "person": person}
    _model("Link", **{name: models.ForeignKey(to, CASCADE, related_name="+") for name, to in link.items()})
    return record


def _shares_batch_with_person() -> Any:
    batch = _model("Batch", id=_random_key())
    record = _record(batch=models.ForeignKey(batch, CASCADE, related_name="records"))
    _person(batch=models.ForeignKey(batch, CASCADE, related_name="people"))
    return record


def _is_parent_of_person() -> Any:
    record = _record()
    _model("Person", record, personal={"name": ""}, name=models.CharField(max_length=60))
    return record


def _is_child_of_person() -> Any:
    return _model("Record", _person())


def _is_named_through_proxy() -> Any:
    record = _record()
    proxy = _model("Shadow", record, proxy=True)
    _person(record=models.ForeignKey(proxy, CASCADE, related_name="+"))
    return record


def _is_proxy_of_named() -> Any:
    return _model("Shadow", _is_named_by_person(), proxy=True)


def _may_be_named_by_anything() -> Any:
    record = _record()
    _model(
        "Note",
        personal={"text": ""},
        text=models.TextField(),
        kind=models.ForeignKey(ContentType, CASCADE, related_name="+"),
        row=models.UUIDField(),
        subject=GenericForeignKey("kind", "row"),
    )
    return record


def _may_name_anything() -> Any:
    return _record(
        kind=models.ForeignKey(ContentType, CASCADE, related_name="+"),
        row=models.PositiveSmallIntegerField(),
        subject=GenericForeignKey("kind", "row"),
    )


@pytest.mark.usefixtures("_isolated")
@pytest.mark.parametrize(
    "build",
    [
        _names_person,
        _is_named_by_person,
        _is_named_by_person_in_hiding,
        _shares_table_with_person,
        _is_one_of_many_of_person,
        _is_linked_by_table_between,
        _shares_batch_with_person,
        _is_parent_of_person,
        _is_child_of_person,
        _is_named_through_proxy,
        _is_proxy_of_named,
        _may_be_named_by_anything,
    ],
)
def test_walk_finds_person(build: Callable[[], Any]) -> None:
    record = build()

    found = leaks([record])

    assert any(leak.endswith(": identity") for leak in found), found


@pytest.mark.usefixtures("_isolated")
def test_walk_finds_open_key() -> None:
    record = _may_name_anything()

    assert "Record.subject: may name anything" in leaks([record])


@pytest.mark.usefixtures("_isolated")
def test_walk_finds_person_behind_shared_word() -> None:
    place = _model("Place", edited_by=models.ForeignKey(_person(), CASCADE, related_name="+"))
    record = _record(place=models.ForeignKey(place, CASCADE, related_name="records"))

    assert "Record → place → edited_by.name: identity" in leaks([record], shared={place})


@pytest.mark.usefixtures("_isolated")
def test_walk_finds_hour_behind_shared_word() -> None:
    place = _model("Place", seen_at=models.DateTimeField())
    record = _record(place=models.ForeignKey(place, CASCADE, related_name="records"))

    assert leaks([record], shared={place}) == ["Record → place.seen_at: an exact time"]


@pytest.mark.usefixtures("_isolated")
def test_walk_finds_model_that_declares_nothing() -> None:
    record = _record()
    del record.Privacy

    assert leaks([record]) == ["Record: nobody declared what it holds"]


@pytest.mark.usefixtures("_isolated")
@pytest.mark.parametrize("column", [models.DateTimeField(), models.TimeField(), models.DurationField()])
def test_walk_finds_exact_time(column: Any) -> None:
    record = _record(moment=column)

    assert leaks([record]) == ["Record.moment: an exact time"]


@pytest.mark.usefixtures("_isolated")
@pytest.mark.parametrize(
    "column",
    [
        models.TextField(),
        models.TextField(choices=WORDS),
        models.CharField(max_length=10),
        models.EmailField(),
        models.SlugField(),
        models.URLField(),
        models.JSONField(),
        models.FileField(),
        models.FilePathField(),
        models.BinaryField(),
        models.GenericIPAddressField(),
        models.UUIDField(),
        models.IntegerField(),
        models.BigIntegerField(),
        models.DecimalField(max_digits=11, decimal_places=0),
        models.FloatField(),
    ],
    ids=lambda column: type(column).__name__,
)
def test_walk_finds_column_for_text_or_key(column: Any) -> None:
    record = _record(extra=column)

    assert leaks([record]) == ["Record.extra: a column that can hold free text or a key"]


@pytest.mark.usefixtures("_isolated")
@pytest.mark.parametrize(
    "key",
    [
        models.BigAutoField(primary_key=True),
        models.UUIDField(primary_key=True, default=uuid.uuid1),
        models.UUIDField(primary_key=True),
        models.DateField(primary_key=True),
    ],
)
def test_walk_finds_key_that_tells_order(key: Any) -> None:
    record = _model("Record", id=key)

    assert leaks([record]) == ["Record.id: a key that is not random tells the order of writing"]


def test_no_form_about_a_visitor_is_kept_in_the_browser() -> None:
    root = Path(settings.BASE_DIR) / "templates"
    kept = {page for page in root.rglob("*.html") if 'data-kept="' in page.read_text(encoding="utf-8")}

    assert {page.relative_to(root).as_posix() for page in kept} == KEPT_FORMS
