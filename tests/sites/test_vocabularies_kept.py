import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from sites.models import VOCABULARIES, Status, Term
from tests.factories.sites import AudienceFactory, NetworkFactory, ThemeFactory
from tests.factories.vocabularies import (
    AgeBandFactory,
    ChannelFactory,
    DurationFactory,
    EducationFactory,
    HowHeardFactory,
    StatusFactory,
    TerritoryFactory,
)

pytestmark = pytest.mark.django_db

FACTORIES = (
    ThemeFactory,
    AudienceFactory,
    StatusFactory,
    EducationFactory,
    TerritoryFactory,
    AgeBandFactory,
    ChannelFactory,
    DurationFactory,
    HowHeardFactory,
)
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has triggers")


def day(offset: int) -> dt.date:
    # The clock of the database is the real one: these days move with it.
    return timezone.localdate() + dt.timedelta(days=offset)


def run(statement: str, **values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def change(term: Term, assignment: str, **values: Any) -> None:
    run(f"UPDATE {term._meta.db_table} SET {assignment} WHERE id = %(id)s", id=term.pk, **values)


def test_every_vocabulary_is_tried() -> None:
    assert {factory._meta.model for factory in FACTORIES} == set(VOCABULARIES)


@pytest.mark.parametrize("factory", FACTORIES)
def test_term_is_never_deleted(factory: Any) -> None:
    term = factory()
    model = type(term)

    with pytest.raises(IntegrityError, match="never deleted"):
        term.delete()
    with pytest.raises(IntegrityError, match="never deleted"):
        model.objects.filter(pk=term.pk).delete()

    assert model.objects.filter(pk=term.pk).exists()


@on_postgresql
@pytest.mark.parametrize("factory", FACTORIES)
def test_database_refuses_to_delete_and_to_rewrite(factory: Any) -> None:
    term = factory(name_fr="Avant")

    with pytest.raises(IntegrityError, match="never deleted"):
        run(f"DELETE FROM {term._meta.db_table} WHERE id = %(id)s", id=term.pk)
    with pytest.raises(IntegrityError, match="never rewritten"):
        change(term, "name_fr = 'Après'")
    with pytest.raises(IntegrityError, match="never rewritten"):
        change(term, "name_fr = NULL")

    term.refresh_from_db()
    assert term.name_fr == "Avant"


@on_postgresql
@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("code = 'other'", "keeps its network and its code"),
        ("network_id = %(network)s, common_id = %(common)s", "keeps its network and its code"),
        ("id = id + 100000", "keeps its network and its code"),
        ("first_on = %(today)s", "not moved"),
        ("last_on = %(long_ago)s", "past of a term does not move"),
    ],
)
def test_database_keeps_what_a_term_stood_for(assignment: str, sentence: str) -> None:
    term = StatusFactory(first_on=day(-900))
    values = {
        "network": NetworkFactory().pk,
        "common": StatusFactory().pk,
        "today": day(0),
        "long_ago": day(-30),
    }
    used = {name: value for name, value in values.items() if f"%({name})s" in assignment}

    with pytest.raises(IntegrityError, match=sentence):
        change(term, assignment, **used)


@on_postgresql
def test_database_keeps_the_mapping_of_a_term_that_has_begun() -> None:
    term = StatusFactory(network=NetworkFactory(), common=StatusFactory())

    with pytest.raises(IntegrityError, match="not moved"):
        change(term, "common_id = %(common)s", common=StatusFactory().pk)


@on_postgresql
@pytest.mark.parametrize("last_on", [None, 0, 400])
def test_database_does_not_reopen_a_term_that_ended(last_on: int | None) -> None:
    term = StatusFactory(last_on=day(-10))

    with pytest.raises(IntegrityError, match="past of a term does not move"):
        change(term, "last_on = %(last_on)s", last_on=None if last_on is None else day(last_on))


@on_postgresql
def test_database_refuses_to_begin_a_planned_term_in_the_past() -> None:
    term = StatusFactory(first_on=day(10))

    with pytest.raises(IntegrityError, match="not moved"):
        change(term, "first_on = %(first_on)s", first_on=day(-100))


@on_postgresql
@pytest.mark.parametrize(
    "assignment",
    ["position = 77", "name_de = 'Neu'", "last_on = %(last_on)s", "last_on = NULL", "name = 'whoever wrote last'"],
)
def test_database_lets_a_term_end_move_and_be_translated(assignment: str) -> None:
    term = StatusFactory(name_de=None, last_on=day(20))

    change(term, assignment, **({"last_on": day(0)} if "%" in assignment else {}))

    assert Status.objects.get(pk=term.pk).name_fr == term.name_fr


@on_postgresql
def test_database_lets_a_planned_term_change() -> None:
    term = StatusFactory(first_on=day(10), name_fr="Avant")

    change(term, "name_fr = 'Après', first_on = %(first_on)s", first_on=day(5))

    assert Status.objects.get(pk=term.pk).name_fr == "Après"
