"""When the window closes, authors and order are forgotten, and nothing else changes."""

import datetime as dt
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from sites.models import Site
from tests.factories.contacts import ContactFactory, EntryAuthorFactory
from tests.factories.counts import TallyFactory, TallyMarginFactory
from tests.factories.sites import SiteFactory, ThemeFactory, UserFactory
from visitors.models import Contact, ContactTheme, EntryAuthor, Tally, TallyMargin
from visitors.services import seal_entries

NOW = dt.datetime(2026, 11, 24, 3, 20, tzinfo=dt.UTC)
LAST_SEALED, FIRST_OPEN = dt.date(2026, 11, 16), dt.date(2026, 11, 17)
TABLES = (Contact, ContactTheme, Tally, TallyMargin)
MANY = 200
PLACE = {"sqlite": "rowid", "postgresql": "ctid"}


def parts_of(model: Any, link: str, column: str) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for key, *values in model.objects.values_list(link, column, *(["number"] if link == "tally" else [])):
        found.setdefault(key, []).append(tuple(values))
    return {key: sorted(values, key=str) for key, values in found.items()}


def contents() -> tuple[Counter[str], Counter[str]]:
    """Everything that is said of contacts and of counts, without the keys."""
    said = []
    for model, part in ((Contact, (ContactTheme, "contact", "theme")), (Tally, (TallyMargin, "tally", "margin"))):
        parts = parts_of(*part)
        rows = model._default_manager.values()
        said.append(Counter(str((parts.get(row.pop("id"), []), row)) for row in rows))
    return said[0], said[1]


def keys() -> set[UUID]:
    return {key for model in TABLES for key in model._default_manager.values_list("pk", flat=True)}


def written(row: Contact | Tally, **more: Any) -> None:
    EntryAuthorFactory(entry_key=row.pk, day=row.day, **more)


@pytest.fixture
def site() -> Site:
    return SiteFactory()


@pytest.mark.django_db
def test_entries_past_the_window_lose_author_and_key_and_the_others_keep_both(site: Site) -> None:
    old = ContactFactory(site=site, day=LAST_SEALED)
    fresh = ContactFactory(site=site, day=FIRST_OPEN)
    count = TallyFactory(site=site, day=LAST_SEALED)
    for row in (old, fresh, count):
        written(row)
    before = contents()

    assert seal_entries(now=NOW) == 2

    assert contents() == before
    assert not {old.pk, count.pk} & keys()
    assert fresh.pk in keys()
    assert list(EntryAuthor.objects.values_list("pk", flat=True)) == [fresh.pk]
    assert seal_entries(now=NOW) == 0


@pytest.mark.django_db
def test_window_is_that_of_the_site_where_the_day_ends_last(site: Site) -> None:
    written(ContactFactory(site=site, day=LAST_SEALED))
    SiteFactory(timezone="Pacific/Honolulu")

    assert seal_entries(now=NOW) == 0
    assert EntryAuthor.objects.count() == 1


@pytest.mark.django_db
def test_what_was_undone_is_forgotten_and_what_has_no_author_stays(site: Site) -> None:
    EntryAuthorFactory(entry_key=UUID(int=7), day=LAST_SEALED, is_undone=True)
    written(ContactFactory(site=site, day=LAST_SEALED), author=None)
    seeded = ContactFactory(site=site, day=LAST_SEALED)

    assert seal_entries(now=NOW) == 1

    assert not EntryAuthor.objects.exists()
    assert seeded.pk in keys()


@pytest.mark.django_db
def test_new_keys_are_random(site: Site) -> None:
    contact = ContactFactory(site=site, day=LAST_SEALED)
    written(contact)

    seal_entries(now=NOW)

    assert {key.version for key in keys()} == {4}
    assert ContactTheme.objects.get().contact == Contact.objects.get()


def in_physical_order(model: Any, *columns: str) -> list[Any]:
    """Values as they lie on the disk."""
    table, place = model._meta.db_table, PLACE[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {place}")
        return cursor.fetchall()


def likeness(places: list[int]) -> float:
    """How far an order follows the numbers: 1 if it is theirs, about 0 if it says nothing (Spearman)."""
    squares = sum((number - place) ** 2 for place, number in enumerate(places))
    return 1 - 6 * squares / (len(places) * (len(places) ** 2 - 1))


@pytest.mark.django_db
def test_place_on_the_disk_says_nothing_of_the_order_of_writing(site: Site) -> None:
    theme, author = ThemeFactory(), UserFactory()
    order: dict[str, list[int]] = {}
    for number in range(MANY):  # the number of the row hides where nothing is random
        contact = ContactFactory(site=site, day=LAST_SEALED, themes=[theme], headcount=1 + number // 4)
        tally = TallyFactory(site=site, day=LAST_SEALED, number=1 + number)
        TallyMarginFactory(tally=tally, number=number)
        written(contact, author=author, position=2 * number)
        written(tally, author=author, position=2 * number + 1)

    def look() -> dict[str, float]:
        order["contacts"] = [4 * (people - 1) for (people,) in in_physical_order(Contact, "headcount")]
        order["counts"] = [number - 1 for (number,) in in_physical_order(Tally, "number")]
        order["margins"] = [number for (number,) in in_physical_order(TallyMargin, "number")]
        people = dict(Contact.objects.values_list("pk", "headcount"))
        links = [UUID(str(key)) for (key,) in in_physical_order(ContactTheme, "contact_id")]
        order["themes"] = [4 * (people[key] - 1) for key in links]
        return {name: likeness(places) for name, places in order.items()}

    # The control: as long as it can be corrected, the place tells the order.
    assert min(look().values()) > 0.99

    seal_entries(now=NOW)

    # By chance it is beyond 0.4 in fewer than one of ten million runs.
    assert max(abs(found) for found in look().values()) < 0.4
    assert max(abs(likeness(_by_key(model))) for model in (Contact, Tally)) < 0.4


def _by_key(model: Any) -> list[int]:
    column = "headcount" if model is Contact else "number"
    times = 4 if model is Contact else 1
    return [times * (value - 1) for value in model.objects.order_by("pk").values_list(column, flat=True)]


days = st.sampled_from([dt.date(2026, 10, 30), LAST_SEALED, FIRST_OPEN, dt.date(2026, 11, 24)])
contact_row = st.fixed_dictionaries(
    {
        "day": days,
        "headcount": st.integers(1, 4),
        "gender": st.sampled_from(["NOT_ASKED", "WOMAN", "NOT_SAID"]),
        "is_status_unsaid": st.booleans(),
        "is_illustrative": st.booleans(),
    }
)
tally_row = st.fixed_dictionaries({"day": days, "number": st.integers(1, 30), "is_illustrative": st.booleans()})


class AnyLog(TestCase):
    @hypothesis_settings(max_examples=40)
    @given(
        contacts=st.lists(st.tuples(contact_row, st.sets(st.integers(0, 2)), st.booleans()), max_size=6),
        tallies=st.lists(st.tuples(tally_row, st.sets(st.sampled_from(["WOMEN", "MEN"])), st.booleans()), max_size=4),
    )
    def test_sealing_loses_and_changes_nothing(self, contacts: list[Any], tallies: list[Any]) -> None:
        site, themes = SiteFactory(), [ThemeFactory() for _number in range(3)]
        author = UserFactory()
        stays: set[UUID] = set()
        goes: set[UUID] = set()
        for said, about, has_author in contacts:
            row = ContactFactory(site=site, themes=[themes[number] for number in about], **said)
            if has_author:
                written(row, author=author)
            (goes if has_author and row.day <= LAST_SEALED else stays).add(row.pk)
        for said, parts, has_author in tallies:
            count = TallyFactory(site=site, **said)
            for part in parts:
                TallyMarginFactory(tally=count, margin=part, number=1)
            if has_author:
                written(count, author=author)
            (goes if has_author and count.day <= LAST_SEALED else stays).add(count.pk)
        before = contents()

        sealed = seal_entries(now=NOW)

        assert sealed == len(goes)
        assert contents() == before
        assert not goes & keys()
        assert stays <= keys()
        assert not EntryAuthor.objects.filter(day__lte=LAST_SEALED).exists()
        assert EntryAuthor.objects.count() == sum(
            1 for said, _more, has_author in (*contacts, *tallies) if has_author and said["day"] > LAST_SEALED
        )
