import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, F, Q
from hypothesis import given, settings
from hypothesis import strategies as st

from sites.enums import LinkState, Role
from sites.exchange.checks import NotInMemoryError, broken_checks, holds
from sites.models import Address, Convention, Membership, Network, Partner, PartnerName, Resource, Room, Site, User

pytestmark = pytest.mark.django_db

DAY = st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 4))
DEGREES = st.sampled_from([None, -181.0, -90.0, 0.0, 90.0, 180.0, 200.0])
PLACES = {"site": st.sampled_from([None, Site(pk=1)]), "network": st.sampled_from([None, Network(pk=1)])}
MODELS = {
    Site: {"label_since_on": DAY, "label_until_on": DAY},
    Address: {"first_on": DAY, "last_on": DAY, "latitude": DEGREES, "longitude": DEGREES},
    Room: {"seats": st.sampled_from([None, 0, 1, 12])},
    PartnerName: {"first_on": DAY, "last_on": DAY},
    Convention: {"first_on": DAY, "last_on": DAY},
    Resource: {
        "url": st.sampled_from(["", "https://a.example", "HTTP://a.example", "ftp://a.example"]),
        "link_state": st.sampled_from(LinkState),
        "link_checked_at": st.sampled_from([None, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)]),
    },
    User: {"email": st.sampled_from(["ann@example.org", "Ann@example.org"])},
    Membership: {"role": st.sampled_from(Role), "partner": st.sampled_from([None, Partner(pk=1)]), **PLACES},
}
CASES = [
    pytest.param(model, constraint, id=constraint.name)
    for model in MODELS
    for constraint in model._meta.constraints
    if isinstance(constraint, CheckConstraint)
]


@pytest.mark.parametrize(("model", "constraint"), CASES)
@settings(max_examples=15)
@given(data=st.data())
def test_condition_is_judged_as_the_database_judges_it(model, constraint, data):
    row = model(**{name: data.draw(values, label=name) for name, values in MODELS[model].items()})

    try:
        constraint.validate(model, row)
    except ValidationError:
        is_kept = False
    else:
        is_kept = True

    assert (holds(constraint.condition, row) is not False) == is_kept


def test_every_list_is_judged_in_memory():
    assert {constraint.values[1].name for constraint in CASES} >= {"room_has_a_seat", "membership_scope_fits_role"}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Q(seats__gt=3) & Q(seats__lt=9), True),
        (Q(seats__gt=9) | Q(seats__lte=5), True),
        (~Q(seats=5), False),
        (Q(seats__in=(1, 5)), True),
        (Q(seats__gte=F("seats")), True),
        (Q(is_step_free=True), None),
        (~Q(is_step_free=True), None),
        (Q(is_step_free=True) | Q(seats=5), True),
        (Q(is_step_free=True) & Q(seats=4), False),
    ],
)
def test_missing_values_leave_a_condition_open(condition, expected):
    assert holds(condition, Room(seats=5)) is expected


def test_condition_that_memory_cannot_judge_is_the_databases():
    with pytest.raises(NotInMemoryError):
        holds(Q(name__regex="x"), Room(name="x"))


@pytest.mark.parametrize(("name", "expected"), [("x", []), ("y", [("name", "Only x.")])])
def test_condition_that_memory_cannot_judge_is_asked_of_it(monkeypatch, name, expected):
    only = CheckConstraint(name="only_x", condition=Q(name__regex="^x$"), violation_error_message="Only x.")
    monkeypatch.setattr(Room._meta, "constraints", [only])

    assert list(broken_checks(Room(name=name))) == expected
