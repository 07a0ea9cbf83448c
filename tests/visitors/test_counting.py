import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sites.models import Site
from tests.factories.contacts import ContactFactory
from tests.factories.counts import TallyFactory, TallyMarginFactory
from tests.factories.sites import AudienceFactory, PartnerFactory, SiteFactory, ThemeFactory
from tests.factories.vocabularies import StatusFactory
from visitors.counting import BESIDE, Cell, Sums, count, open_periods, years
from visitors.enums import Dimension, Gender, Margin, TallyKind, Way
from visitors.models import ClosedMonth, MonthCube, Tally
from visitors.services import close_months

pytestmark = pytest.mark.django_db

MARCH, APRIL = dt.date(2026, 3, 1), dt.date(2026, 4, 1)
DAY = dt.date(2026, 3, 10)
LATER = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def site() -> Site:
    return SiteFactory()


def by(dimension: Dimension, site: Site, line: str | None = None) -> dict[str, tuple[int, int]]:
    """Contacts and people of March by code, over all lines or of one."""
    found: dict[str, tuple[int, int]] = {}
    for cell, sums in count(MARCH, APRIL, sites=[site.pk], dimension=dimension).items():
        if line in {None, cell.line}:
            contacts, people = found.get(cell.code, (0, 0))
            found[cell.code] = (contacts + sums.contacts, people + sums.people)
    return found


def tally(site: Site, **more: Any) -> Tally:
    return TallyFactory(site=site, day=DAY, **more)


@pytest.mark.parametrize(
    ("kind", "way", "line", "contacts"),
    [
        (TallyKind.SELF_SERVICE, Way.SELF_SERVICE, "SELF_SERVICE", 12),
        (TallyKind.INFORMATION, "", "INFORMATION", 12),
        (TallyKind.GROUP, Way.GROUP, "GROUP", 1),
        (TallyKind.OUTREACH, Way.OUTREACH, "OUTREACH", 1),
        (TallyKind.SCHOOL, "", "PUPILS", 1),
    ],
)
def test_each_kind_of_count_has_its_line_and_unit(site: Site, kind: str, way: str, line: str, contacts: int) -> None:
    tally(site, kind=kind, way=way)

    assert count(MARCH, APRIL, sites=[site.pk]) == {Cell(site.pk, MARCH, line, ""): Sums(contacts, 12)}


def test_batch_counts_as_contacts_and_says_so(site: Site) -> None:
    ContactFactory(site=site, day=DAY, themes=[], headcount=2)
    tally(site, batch=True, theme=ThemeFactory(), number=5)

    found = count(MARCH, APRIL, sites=[site.pk])

    assert found == {Cell(site.pk, MARCH, "WALK_IN", ""): Sums(contacts=6, people=7, batched=5)}


def test_information_and_pupils_are_beside() -> None:
    assert set(BESIDE) == {"INFORMATION", "PUPILS"}
    assert not set(BESIDE) & set(Way)


def test_theme_counts_once_a_contact_and_with_the_batches(site: Site) -> None:
    common = ThemeFactory(code="train")
    words = [ThemeFactory(network=site.network, common=common) for _number in range(2)]
    ContactFactory(site=site, day=DAY, themes=words, headcount=3)
    ContactFactory(site=site, day=DAY, themes=[])
    tally(site, batch=True, theme=words[0], number=4)
    tally(site)

    assert by(Dimension.THEME, site) == {"train": (5, 7)}


def test_words_unsaid_and_not_asked_are_codes_of_their_own(site: Site) -> None:
    common = AudienceFactory(code="students")
    own = AudienceFactory(network=site.network, common=common)
    for said in ({"audience": common}, {"audience": own, "headcount": 2}, {"is_audience_unsaid": True}, {}):
        ContactFactory(site=site, day=DAY, themes=[], **said)
    tally(site)

    assert by(Dimension.AUDIENCE, site) == {"students": (2, 3), "not_said": (1, 1), "not_asked": (2, 13)}


def test_partner_passed_on_to_is_told_by_its_name_in_addresses(site: Site) -> None:
    ContactFactory(site=site, day=DAY, themes=[], referred_to=PartnerFactory(slug="forem"))
    ContactFactory(site=site, day=DAY, themes=[])

    assert by(Dimension.REFERRED, site) == {"forem": (1, 1), "not_asked": (1, 1)}


def test_margins_count_people_and_the_rest_was_not_asked(site: Site) -> None:
    ContactFactory(site=site, day=DAY, themes=[], gender=Gender.WOMAN)
    group = tally(site)
    for margin, number in (("WOMEN", 7), ("UNDER_25", 6), ("FROM_18", 4), ("JOB_SEEKERS", 5), ("FIRST_VISITS", 3)):
        TallyMarginFactory(tally=group, margin=margin, number=number)
    StatusFactory(code="job-seeker")

    assert by(Dimension.GENDER, site) == {"woman": (1, 8), "not_asked": (1, 5)}
    assert by(Dimension.AGE, site, "GROUP") == {"under_25": (0, 2), "from_18": (0, 4), "not_asked": (1, 6)}
    assert by(Dimension.STATUS, site, "GROUP") == {"job-seeker": (0, 5), "not_asked": (1, 7)}
    assert by(Dimension.FIRST_VISIT, site, "GROUP") == {"yes": (0, 3), "not_asked": (1, 9)}


def test_margins_that_cannot_be_take_nobody_away(site: Site) -> None:
    group = tally(site, number=4)
    for margin in (Margin.WOMEN, Margin.MEN):
        TallyMarginFactory(tally=group, margin=margin, number=4)

    assert by(Dimension.GENDER, site) == {"woman": (0, 4), "man": (0, 4), "not_asked": (1, 0)}


@pytest.mark.parametrize("dimension", [one for one in Dimension if one != Dimension.THEME])
def test_every_dimension_adds_up_to_the_total(site: Site, dimension: Dimension) -> None:
    ContactFactory(site=site, day=DAY, headcount=2)
    TallyMarginFactory(tally=tally(site))
    tally(site, kind=TallyKind.INFORMATION, way="", number=9)

    found = by(dimension, site).values()

    assert tuple(sum(numbers) for numbers in zip(*found, strict=True)) == (11, 23)


def test_other_sites_and_months_do_not_count(site: Site) -> None:
    ContactFactory(site=SiteFactory(), day=DAY)
    ContactFactory(site=site, day=APRIL)
    tally(site).delete()

    assert count(MARCH, APRIL, sites=[site.pk]) == {}


def test_closed_months_are_read_from_cubes_and_open_ones_from_rows(site: Site) -> None:
    ContactFactory(site=site, day=DAY, themes=[])
    close_months(now=LATER)
    # What nobody can write any more is not read any more either.
    ContactFactory(site=site, day=DAY, themes=[])
    ContactFactory(site=site, day=dt.date(2026, 7, 1), themes=[])

    found = count(dt.date(2026, 1, 1), dt.date(2026, 7, 2), sites=[site.pk])

    assert {(cell.month, sums.contacts) for cell, sums in found.items()} == {(MARCH, 1), (dt.date(2026, 7, 1), 1)}


def test_year_that_is_closed_costs_no_look_at_any_row(site: Site) -> None:
    ContactFactory(site=site, day=DAY, themes=[])
    close_months(now=LATER)

    with CaptureQueriesContext(
        connection,
    ) as captured:
        count(MARCH, dt.date(2026, 6, 1), sites=[site.pk], dimension=Dimension.THEME)

    assert len(captured) == 2
    assert not [query for query in captured if "visitors_contact" in query["sql"]]


def test_open_periods_are_as_long_as_can_be() -> None:
    days = [dt.date(2026, month, 1) for month in range(1, 8)]
    until = dt.date(2026, 7, 15)

    assert list(open_periods(days[0], until, closed=set())) == [(days[0], until)]
    assert list(open_periods(days[0], until, closed={days[0], days[2], days[3]})) == [
        (days[1], days[2]),
        (days[4], until),
    ]
    assert list(open_periods(days[0], days[2], closed={days[0], days[1]})) == []


def test_years_are_those_of_rows_and_of_cubes(site: Site) -> None:
    ContactFactory(site=site, day=dt.date(2024, 5, 2), themes=[])
    TallyFactory(site=site, day=dt.date(2025, 5, 2))
    ContactFactory(site=SiteFactory(), day=dt.date(2023, 5, 2), themes=[])
    ClosedMonth.objects.create(month=dt.date(2021, 5, 1), closed_on=DAY, rows=1)
    MonthCube.objects.create(
        site=site, month=dt.date(2021, 5, 1), line="PHONE", dimension="TOTAL", code="", contacts=1, people=1
    )

    assert years(sites=[site.pk]) == {2021, 2024, 2025}
