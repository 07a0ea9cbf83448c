"""The anonymous log, proven: from a contact no walk leads to a person, an hour or a word of free text."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.test.utils import isolate_apps

from citemetiers.kernel.privacy import leaks, reachable_from, unclassified_fields
from sites.models import Audience, Network, Site, Theme
from visitors.models import Contact, ContactTheme

APPS = ("sites", "visitors", "activities", "appointments", "reporting")
MODELS = [model for label in APPS for model in apps.get_app_config(label).get_models()]
ANONYMOUS = (Contact, ContactTheme)
SHARED = frozenset({Audience, Network, Site, Theme})

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
    assert leaks(ANONYMOUS, shared=SHARED) == []


def test_contact_log_leads_to_shared_words_only() -> None:
    found = reachable_from(ANONYMOUS, shared=SHARED)

    assert set(found) == {*ANONYMOUS, *SHARED}


def test_key_of_contact_is_kept_by_author_table_only() -> None:
    holders = {
        f"{model.__name__}.{field.name}"
        for model in MODELS
        for field in model._meta.get_fields()
        if field.concrete and not field.is_relation and "contact" in field.name
    }

    assert holders == {"ContactAuthor.contact_key"}


@pytest.mark.parametrize("model", ANONYMOUS)
def test_anonymous_key_is_random(model: Any) -> None:
    assert model._meta.pk.default is uuid.uuid4
    assert model._meta.pk.get_default().version == 4


@pytest.mark.parametrize("model", list(apps.get_app_config("visitors").get_models()))
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
