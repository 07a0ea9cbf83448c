import datetime as dt
import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Q, Sum

from reporting.figures import doors_of, figures_of
from reporting.services import (
    ensure_demo_contacts,
    ensure_demo_counts,
    ensure_demo_doors,
    ensure_illustrative_sites,
    seed_contacts,
    seed_counts,
)
from sites.enums import SiteKind
from sites.models import Site
from sites.services import load_reference
from tests.factories.contacts import ContactFactory
from tests.factories.sites import SiteFactory
from visitors.enums import Gender, TallyKind, Way
from visitors.models import ClosedMonth, Contact, ContactTheme, DoorReading, Tally, TallyMargin
from visitors.services import tend_log

pytestmark = pytest.mark.django_db

JANUARY = dt.date(2026, 1, 1)
NOON = dt.time(12, tzinfo=dt.UTC)


def seed(sites: list[Site], **values: Any) -> int:
    defaults = {"contacts": 400, "first_on": JANUARY, "until": dt.date(2026, 11, 20), "seed": 7}
    return seed_contacts(sites=sites, **(defaults | values))


def rows() -> list[dict[str, Any]]:
    return list(Contact.objects.order_by("pk").values())


def demo_on(day: dt.date) -> int:
    return ensure_demo_contacts(now=dt.datetime.combine(day, NOON))


def test_same_seed_writes_the_same_rows_once(site: Site) -> None:
    assert seed([site]) == 400
    before = rows()

    assert seed([site]) == 0
    assert rows() == before

    Contact.objects.all().delete()
    seed([site])
    assert rows() == before


def test_other_period_or_sites_neither_double_nor_move_rows(site: Site) -> None:
    load_reference()
    seed([site])
    before, themes = rows(), ContactTheme.objects.count()

    seed([site, SiteFactory()], first_on=dt.date(2024, 1, 1), until=dt.date(2026, 6, 1))

    assert rows() == before
    assert ContactTheme.objects.count() == themes


def test_more_contacts_only_add_and_another_seed_adds_its_own(site: Site) -> None:
    seed([site], contacts=100)

    assert seed([site], contacts=150) == 50
    assert seed([site], contacts=150, seed=8) == 150


def test_rows_are_illustrative_on_working_days_before_the_end(site: Site) -> None:
    seed([site], until=dt.date(2026, 5, 2))

    found = Contact.objects.all()
    days = set(found.values_list("day", flat=True))
    assert not found.filter(is_illustrative=False).exists()
    assert all(day.isoweekday() <= 5 and JANUARY <= day < dt.date(2026, 5, 2) for day in days)
    assert not days & {JANUARY, dt.date(2026, 4, 6), dt.date(2026, 5, 1)}


def test_country_without_a_calendar_only_rests_at_weekends(site: Site) -> None:
    site.network.country = "XX"

    assert seed([site], contacts=10, first_on=JANUARY, until=dt.date(2026, 1, 2)) == 10


def test_shape_follows_brussels_2023(site: Site) -> None:
    load_reference()
    bruxelles = Site.objects.get(slug="bruxelles")
    seed([bruxelles, site], contacts=4000)

    people = {row["way"]: row["n"] for row in Contact.objects.values("way").annotate(n=Sum("headcount"))}
    one_to_one = people[Way.BOOKED] + people[Way.WALK_IN]
    assert one_to_one > people[Way.GROUP] > people[Way.SELF_SERVICE] > people[Way.PHONE]
    assert Contact.objects.filter(headcount=1).count() > 3000
    assert Contact.objects.filter(gender=Gender.NOT_ASKED).count() > 2000
    assert set(Contact.objects.filter(site=bruxelles).values_list("language", flat=True)) == {"fr", "nl"}
    assert set(Contact.objects.filter(site=site).values_list("language", flat=True)) == {"fr"}
    assert 4000 < ContactTheme.objects.count() < 6000


def test_nothing_to_seed_is_no_error(site: Site) -> None:
    assert seed([site], until=JANUARY) == 0
    assert seed([]) == 0


def test_progress_is_told(site: Site) -> None:
    told: list[tuple[int, int]] = []

    seed([site], contacts=30, progress=lambda done, total: told.append((done, total)))

    assert told == [(30, 30)]


def test_missing_sites_are_added_plainly_and_unseen_by_the_public(site: Site) -> None:
    found = ensure_illustrative_sites(3)

    assert ensure_illustrative_sites(3) == found
    assert [one.name for one in found] == [site.name, "Illustrative site 2", "Illustrative site 3"]
    assert not any(one.is_open_to_public for one in found[1:])
    assert {one.network.slug for one in found[1:]} == {"illustrative"}
    assert ensure_illustrative_sites(1) == [site]


def test_demo_contacts_fill_the_year_up_to_yesterday() -> None:
    load_reference()

    new = demo_on(dt.date(2026, 11, 21))

    assert 5_000 < new == Contact.objects.count() < 7_000
    assert Contact.objects.values("site").distinct().count() == 13
    assert not Contact.objects.filter(is_illustrative=False).exists()
    assert Contact.objects.latest("day").day == dt.date(2026, 11, 20)
    assert Contact.objects.earliest("day").day.year == 2026


def test_later_day_adds_and_never_changes_past_days(site: Site) -> None:
    Site.objects.update(kind=SiteKind.CITE)
    demo_on(dt.date(2026, 3, 1))
    counted = ContactFactory(site=site, themes=[])
    before = rows()

    new = demo_on(dt.date(2026, 6, 1))

    assert new > 0
    assert [row for row in rows() if row["day"] < dt.date(2026, 3, 1) or row["id"] == counted.pk] == before
    assert demo_on(dt.date(2026, 6, 1)) == 0


@pytest.mark.parametrize("day", [dt.date(2027, 1, 1), dt.date(2027, 1, 2)])
def test_first_days_of_a_year_do_not_fail(site: Site, day: dt.date) -> None:
    assert demo_on(day) == 0


def test_demo_without_any_site_does_nothing() -> None:
    assert demo_on(dt.date(2026, 6, 1)) == 0


def test_command_refuses_to_invent_outside_a_demo() -> None:
    with pytest.raises(CommandError, match="only where DEMO=1"):
        call_command("seed")


def test_command_seeds_from_nothing_and_is_repeatable(settings: Any) -> None:
    settings.DEMO = True
    out = io.StringIO()

    for _run in range(2):
        call_command("seed", contacts=50, years=2, sites=15, seed=3, stdout=out)

    assert Contact.objects.count() == 50
    assert Site.objects.count() == 15
    assert "50 of 50" in out.getvalue()
    assert "50 new rows" in out.getvalue()
    assert out.getvalue().endswith("Nothing to add\n")


@pytest.mark.parametrize("argument", ["--contacts=-1", "--contacts=many", "--years=0", "--sites=0", "--seed=²"])
def test_command_names_the_limits_of_a_wrong_argument(argument: str) -> None:
    with pytest.raises(CommandError, match="is not a whole number from"):
        call_command("seed", argument)


# --- Counts, doors and closed months -------------------------------------------------------------


def count_rows() -> list[dict[str, Any]]:
    return list(Tally.objects.order_by("pk").values())


def test_same_seed_writes_the_same_counts_once(site: Site) -> None:
    load_reference()
    values: dict[str, Any] = {"first_on": JANUARY, "until": dt.date(2026, 11, 20), "sites": [site], "seed": 7}
    new = seed_counts(counts=200, **values)
    before, margins = count_rows(), TallyMargin.objects.count()

    assert seed_counts(counts=200, **values) == 0
    assert count_rows() == before
    assert len(before) == new > 150
    assert TallyMargin.objects.count() == margins > 0
    assert {row["kind"] for row in before} == set(TallyKind)
    assert all(row["is_illustrative"] for row in before)
    assert seed_counts(counts=200, **(values | {"seed": 8})) > 100


def test_parts_of_a_made_up_group_are_no_larger_than_it(site: Site) -> None:
    seed_counts(counts=300, first_on=JANUARY, until=dt.date(2026, 11, 20), sites=[site], seed=7)

    assert TallyMargin.objects.exists()
    assert not TallyMargin.objects.filter(number__gt=F("tally__number")).exists()


def test_no_counts_without_days_sites_or_themes(site: Site) -> None:
    assert seed_counts(counts=10, first_on=JANUARY, until=JANUARY, sites=[site], seed=1) == 0
    assert seed_counts(counts=10, first_on=JANUARY, until=dt.date(2026, 2, 1), sites=[], seed=1) == 0

    assert seed_counts(counts=60, first_on=JANUARY, until=dt.date(2026, 2, 1), sites=[site], seed=1) == 60
    assert not Tally.objects.filter(kind=TallyKind.BATCH).exists()


def test_demo_counts_and_doors_fill_the_year_up_to_yesterday_and_only_add() -> None:
    load_reference()
    spring = dt.datetime.combine(dt.date(2026, 3, 1), NOON)
    autumn = dt.datetime.combine(dt.date(2026, 11, 21), NOON)

    first = ensure_demo_counts(now=spring), ensure_demo_doors(now=spring)
    before = count_rows()
    second = ensure_demo_counts(now=autumn), ensure_demo_doors(now=autumn)

    assert min(*first, *second) > 0
    assert [row for row in count_rows() if row["day"] < dt.date(2026, 3, 1)] == before
    assert (ensure_demo_counts(now=autumn), ensure_demo_doors(now=autumn)) == (0, 0)
    assert not Tally.objects.filter(Q(is_illustrative=False) | Q(day__gte=dt.date(2026, 11, 21))).exists()
    assert not DoorReading.objects.filter(is_illustrative=False).exists()


def test_demo_doors_say_what_was_counted_what_was_estimated_and_where_nobody_looked() -> None:
    load_reference()
    now = dt.datetime.combine(dt.date(2026, 11, 21), NOON)
    ensure_demo_doors(now=now)

    doors = doors_of(2026, sites=list(Site.objects.for_public().by_town()), now=now)

    assert len([door for door in doors if door.counted > 5_000]) == 2
    assert [door.counted for door in doors if door.estimated and not door.counted] == [0]
    assert len([door for door in doors if not door.is_known]) == len(doors) - 3


def test_months_closed_meanwhile_take_what_the_demo_adds(site: Site) -> None:
    june, autumn = (dt.datetime.combine(day, NOON) for day in (dt.date(2026, 6, 1), dt.date(2026, 11, 21)))
    ensure_demo_contacts(now=june)
    tend_log(now=autumn)

    ensure_demo_contacts(now=autumn)
    ensure_demo_counts(now=autumn)

    from_cubes = figures_of(2026, sites=[site], now=autumn)
    assert from_cubes.total.illustrative == from_cubes.total.contacts
    ClosedMonth.objects.all().delete()
    assert figures_of(2026, sites=[site], now=autumn) == from_cubes
    assert from_cubes.tally(month=10).contacts > 0
