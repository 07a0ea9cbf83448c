"""Readings of doors: typed day by day, refused with a sentence where they cannot be, told as entries."""

import datetime as dt
import re
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sites.enums import Role
from sites.models import OpeningHours, Site, User
from tests.factories.counts import DoorCounterFactory, DoorReadingFactory
from tests.factories.sites import MembershipFactory, SiteFactory
from visitors import rules
from visitors.doors import Flag
from visitors.models import DoorCounter, DoorReading
from visitors.services.counting_rules import ChangedMeanwhileError
from visitors.services.door_checks import DoorEntry
from visitors.services.doors import (
    DoorProblemsError,
    entries_at,
    entries_of_sites,
    state_of_doors,
    write_readings,
)

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 24, 17, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
ONE = dt.timedelta(days=1)
DOORS, ADD, CHANGE = (reverse(f"visitors:{name}") for name in ("door-list", "counter-add", "counter-change"))


@pytest.fixture
def door(site: Site) -> DoorCounter:
    return DoorCounterFactory(site=site, name="Main door")


@pytest.fixture
def door_client(client: Client, colleague: User) -> Client:
    client.force_login(colleague)
    return client


def _write(site: Site, by: User, *entries: DoorEntry, seen: str | None = None) -> int:
    return write_readings(site=site, entries=entries, seen=seen, by=by, now=NOW)


def _sentences(error: DoorProblemsError) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.part, problem.sentence) for problem in error.problems]


def _text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def _today_of(site: Site) -> dt.date:
    return timezone.localdate(timezone=site.tz)


def _answers(site: Site, door: DoorCounter, **changes: Any) -> dict[str, Any]:
    day = changes.get("day", _today_of(site))
    facts = {"site": site.slug, "day": day, "seen": state_of_doors(site, first=day, last=day), "estimate": ""}
    return facts | {f"in-{door.pk}": ""} | changes


# --- Writing ---------------------------------------------------------------------------------------


def test_readings_become_entries_of_their_days(site: Site, door: DoorCounter, colleague: User) -> None:
    _write(site, colleague, DoorEntry(1, TODAY - ONE, door, 1_000), DoorEntry(2, TODAY, door, 1_240))

    found = entries_at(site, first=TODAY, until=TODAY + ONE)

    assert [(one.entries, one.flag) for one in found] == [(120, Flag.COUNTED)]


def test_line_is_set_again_and_an_empty_one_takes_it_away(site: Site, door: DoorCounter, colleague: User) -> None:
    _write(site, colleague, DoorEntry(1, TODAY, door, 1_000), DoorEntry(2, TODAY, estimate=40))

    changed = _write(site, colleague, DoorEntry(1, TODAY, door, 1_010), DoorEntry(2, TODAY))

    assert changed == 2
    assert DoorReading.objects.get().reading_in == 1_010


def test_entries_reach_over_the_edges_of_a_period(site: Site, door: DoorCounter) -> None:
    DoorReadingFactory(counter=door, day=TODAY - 5 * ONE, reading_in=1_000)
    DoorReadingFactory(counter=door, day=TODAY + 2 * ONE, reading_in=1_700)

    found = entries_at(site, first=TODAY, until=TODAY + ONE)

    assert [(one.entries, one.flag) for one in found] == [(70, Flag.SPREAD)]


def test_closed_days_of_the_past_take_no_entries(site: Site, door: DoorCounter) -> None:
    for weekday in range(1, 6):
        OpeningHours.objects.create(site=site, weekday=weekday, opens_at=dt.time(9), closes_at=dt.time(17))
    friday = dt.date(2026, 11, 13)
    DoorReadingFactory(counter=door, day=friday, reading_in=1_000)
    DoorReadingFactory(counter=door, day=friday + 3 * ONE, reading_in=1_240)

    found = entries_at(site, first=friday + ONE, until=friday + 4 * ONE)

    assert [(one.entries, one.is_open) for one in found] == [(0, False), (0, False), (120, True)]


def test_many_sites_take_as_many_queries_as_one(site: Site, django_assert_max_num_queries: Any) -> None:
    sites = [site, *(SiteFactory(network=site.network) for _time in range(3))]
    for place in sites:
        DoorReadingFactory(counter=DoorCounterFactory(site=place), day=TODAY)

    with django_assert_max_num_queries(4):
        found = entries_of_sites(sites, first=TODAY, until=TODAY + ONE)

    assert set(found) == {place.pk for place in sites}
    assert entries_of_sites([], first=TODAY, until=TODAY + ONE) == {}


@pytest.mark.parametrize(
    ("facts", "part", "sentence"),
    [
        ({"value": 900}, "in", "lower than the reading before (1,000)"),
        ({"value": 900_000}, "in", "more than a door can see"),
        ({"value": 1_000_000}, "in", "it shows 999,999 at most"),
        ({"value_out": 5}, "in", "The reading of the way in is missing."),
        ({"value": 1_100, "value_out": 5}, "out", "does not tell in from out"),
        ({"value": 1_100, "estimate": 5}, "estimate", "give it without a counter"),
        ({"value": 1_100, "day": TODAY + ONE}, "day", "A day to come"),
        ({"value": 1_100, "day": dt.date(2024, 12, 31)}, "day", "too long ago"),
        ({"counter": None, "value": 5}, "counter", "Say which counter showed this."),
        ({"counter": None, "estimate": 20_001}, "estimate", "More than 20,000 people"),
    ],
)
def test_reading_that_cannot_be_is_told_and_nothing_is_written(
    site: Site, door: DoorCounter, colleague: User, facts: dict[str, Any], part: str, sentence: str
) -> None:
    DoorReadingFactory(counter=door, day=TODAY - ONE, reading_in=1_000)

    with pytest.raises(DoorProblemsError) as refused:
        _write(
            site,
            colleague,
            DoorEntry(1, TODAY - 3 * ONE, estimate=40),
            DoorEntry(2, **{"day": TODAY, "counter": door} | facts),
        )

    ((row, where, told),) = _sentences(refused.value)
    assert (row, where) == (2, part)
    assert sentence in told
    assert DoorReading.objects.count() == 1


def test_reading_that_the_next_one_contradicts_is_told_by_its_row(
    site: Site, door: DoorCounter, colleague: User
) -> None:
    DoorReadingFactory(counter=door, day=TODAY, reading_in=1_000)

    with pytest.raises(DoorProblemsError) as refused:
        _write(site, colleague, DoorEntry(7, TODAY - ONE, door, 1_200))

    assert _sentences(refused.value) == [(7, "in", "The reading of 24 November 2026 (1,000) cannot follow this one.")]


def test_one_slip_among_many_is_told_once(site: Site, door: DoorCounter, colleague: User) -> None:
    values = [1_000, 1_100, 91_200, 1_300, 1_400]
    entries = [DoorEntry(row, TODAY - (5 - row) * ONE, door, value) for row, value in enumerate(values, start=1)]

    with pytest.raises(DoorProblemsError) as refused:
        _write(site, colleague, *entries)

    assert [row for row, _part, _sentence in _sentences(refused.value)] == [3]


def test_counter_takes_readings_of_its_days_and_of_the_eve(site: Site, colleague: User) -> None:
    door = DoorCounterFactory(site=site, first_on=TODAY - 2 * ONE, last_on=TODAY - ONE)

    _write(site, colleague, DoorEntry(1, TODAY - 3 * ONE, door, 0), DoorEntry(2, TODAY - ONE, door, 100))
    for day in (TODAY - 4 * ONE, TODAY):
        with pytest.raises(DoorProblemsError) as refused:
            _write(site, colleague, DoorEntry(1, day, door, 200))
        assert "did not hang there" in _sentences(refused.value)[0][2]


def test_two_way_counter_is_checked_in_both_directions(site: Site, colleague: User) -> None:
    door = DoorCounterFactory(site=site, is_two_way=True)
    _write(site, colleague, DoorEntry(1, TODAY - ONE, door, 100, 90))

    with pytest.raises(DoorProblemsError):
        _write(site, colleague, DoorEntry(1, TODAY, door, 150, 80))
    _write(site, colleague, DoorEntry(1, TODAY, door, 150, 141))

    assert entries_at(site, first=TODAY, until=TODAY + ONE)[0].entries == 50


def test_change_by_a_colleague_is_told_and_kept(site: Site, door: DoorCounter, colleague: User) -> None:
    seen = state_of_doors(site, first=TODAY, last=TODAY)
    _write(site, colleague, DoorEntry(1, TODAY, door, 1_000))

    with pytest.raises(ChangedMeanwhileError):
        _write(site, colleague, DoorEntry(1, TODAY, door, 1_100), seen=seen)

    assert DoorReading.objects.get().reading_in == 1_000


def test_advisor_and_stranger_keep_no_doors(site: Site, door: DoorCounter, advisor: User, stranger: User) -> None:
    for person in (advisor, stranger):
        with pytest.raises(rules.WrongSiteError):
            _write(site, person, DoorEntry(1, TODAY, door, 1_000))


# --- The page of a day -----------------------------------------------------------------------------


def test_page_writes_what_a_door_showed(door_client: Client, site: Site, door: DoorCounter) -> None:
    today = _today_of(site)
    DoorReadingFactory(counter=door, day=today - ONE, reading_in=1_000)

    response = door_client.post(DOORS, _answers(site, door, **{f"in-{door.pk}": "1240"}))
    shown = door_client.get(response.url)

    assert response.url == f"{DOORS}?day={today}"
    assert shown.context["days"][0].entries == 120
    assert shown.context["form"][f"in-{door.pk}"].value() == 1_240


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("900", "lower than the reading before (1,000)"),
        ("many", "Write a whole number."),
        ("-4", "Write a whole number."),
        ("9" * 30, "no counter has more than 9 digits"),
    ],
)
def test_page_tells_at_the_field_what_cannot_be(
    door_client: Client, site: Site, door: DoorCounter, value: str, sentence: str
) -> None:
    DoorReadingFactory(counter=door, day=_today_of(site) - ONE, reading_in=1_000)

    response = door_client.post(DOORS, _answers(site, door, **{f"in-{door.pk}": value}))

    assert response.status_code == 422
    assert sentence in " ".join(response.context["form"].errors[f"in-{door.pk}"])
    assert DoorReading.objects.count() == 1


def test_page_of_a_day_that_cannot_be_counted_says_so(door_client: Client, site: Site, door: DoorCounter) -> None:
    coming = _today_of(site) + ONE

    shown = door_client.get(f"{DOORS}?day={coming}")
    refused = door_client.post(DOORS, _answers(site, door, day=coming, estimate="40"))

    assert "Here is today." in _text(shown)
    assert refused.status_code == 422
    assert "A day to come cannot be counted yet." in _text(refused)
    assert door_client.post(DOORS, {"site": site.slug, "day": "no day"}).status_code == 404


def test_page_keeps_what_was_typed_when_a_colleague_was_faster(
    door_client: Client, site: Site, door: DoorCounter
) -> None:
    answers = _answers(site, door, **{f"in-{door.pk}": "1100"})
    DoorReadingFactory(counter=door, day=_today_of(site), reading_in=1_000)

    refused = door_client.post(DOORS, answers)
    again = door_client.post(DOORS, answers | {"seen": refused.context["seen"]})

    assert refused.status_code == 422
    assert 'value="1100"' in _text(refused)
    assert again.status_code == 302
    assert DoorReading.objects.get().reading_in == 1_100


def test_page_marks_estimates_and_what_is_not_known(door_client: Client, site: Site) -> None:
    DoorReadingFactory(estimate=True, site=site, day=_today_of(site))

    text = _text(door_client.get(DOORS))

    assert "estimated" in text
    assert "not known" in text
    assert "40 of them estimated" in text


def test_page_is_for_who_keeps_doors_where_they_sit(client: Client, site: Site, advisor: User) -> None:
    MembershipFactory(user=advisor, site=SiteFactory(slug="huy", city="Huy"), role=Role.RECEPTION)
    client.force_login(advisor)
    client.post(reverse("visitors:site-choose"), {"site": site.slug})

    response = client.get(DOORS)

    assert response.status_code == 200
    assert response.context["site"].slug == "huy"


def test_invented_readings_are_marked(door_client: Client, site: Site) -> None:
    reading = DoorReadingFactory(counter=DoorCounterFactory(site=site), day=_today_of(site))
    plain = door_client.get(DOORS).content.decode()
    type(reading).objects.update(is_illustrative=True)

    marked = door_client.get(DOORS).content.decode()

    assert [page.count("badge--illustrative") for page in (plain, marked)] == [0, 1]


def test_page_takes_few_queries(door_client: Client, site: Site, django_assert_max_num_queries: Any) -> None:
    for _time in range(3):
        DoorReadingFactory(counter=DoorCounterFactory(site=site), day=_today_of(site))

    with django_assert_max_num_queries(15):
        door_client.get(DOORS)


# --- Counters --------------------------------------------------------------------------------------


def _facts(site: Site, **changes: Any) -> dict[str, Any]:
    facts = {"site": site.slug, "name": "Garden", "digits": "6", "calibration": "100", "staff_entries": "0"}
    return facts | {"first_on": "", "last_on": ""} | changes


def test_counter_is_added_and_told_to_the_list_of_changes(door_client: Client, site: Site) -> None:
    response = door_client.post(ADD, _facts(site, staff_entries="12"))

    counter = DoorCounter.objects.get()
    assert response.url == DOORS
    assert (counter.site, counter.name, counter.staff_entries) == (site, "Garden", 12)
    assert LogEntry.objects.get_for_object(counter).count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": "Main door"}, "name", "This site already has a counter with this name."),
        ({"name": "MAIN  Door"}, "name", "This site already has a counter with this name."),
        ({"digits": "12"}, "digits", "less than or equal to 9"),
        ({"calibration": "5"}, "calibration", "greater than or equal to 10"),
        ({"staff_entries": "99999999"}, "staff_entries", "less than or equal to 1000"),
        (
            {"first_on": "2026-11-20", "last_on": "2026-11-10"},
            "__all__",
            "The last day cannot be before the first day.",
        ),
    ],
)
def test_counter_that_cannot_be_is_refused(
    door_client: Client, site: Site, door: DoorCounter, changes: dict[str, str], field: str, sentence: str
) -> None:
    response = door_client.post(ADD, _facts(site, **changes))

    assert response.status_code == 422
    assert sentence in " ".join(response.context["form"].errors[field])
    assert DoorCounter.objects.count() == 1


def test_how_a_counter_counts_is_settled_by_its_first_reading(
    door_client: Client, site: Site, door: DoorCounter
) -> None:
    changes = _facts(site, counter=door.pk, name="Front", is_two_way="on", calibration="50")
    door_client.post(CHANGE, changes)
    door.refresh_from_db()
    assert (door.name, door.is_two_way, door.calibration) == ("Front", True, 50)

    DoorReadingFactory(counter=door, day=_today_of(site))
    response = door_client.post(CHANGE, changes | {"name": "Back", "calibration": "100", "last_on": "2030-01-01"})

    door.refresh_from_db()
    assert response.url == DOORS
    assert (door.name, door.calibration, door.last_on) == ("Back", 50, dt.date(2030, 1, 1))


def test_counter_of_another_site_is_not_found(door_client: Client, site: Site) -> None:
    other = DoorCounterFactory(name="Elsewhere")

    assert door_client.get(f"{CHANGE}?counter={other.pk}").status_code == 404
    assert door_client.get(f"{CHANGE}?counter=x").status_code == 404
    assert door_client.post(CHANGE, _facts(site, counter=other.pk)).status_code == 404
