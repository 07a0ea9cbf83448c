"""What stands beside the contacts is told, in its own unit, and added to nothing."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.fixtures import DjangoAssertNumQueries

from reporting.figures import Doors, Sums, doors_of, figures_of, themes_of
from sites.models import Site, User
from tests.factories.counts import DoorCounterFactory, DoorReadingFactory, TallyFactory
from tests.factories.sites import SiteFactory, ThemeFactory
from visitors.enums import TallyKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock")]

MARCH = dt.date(2026, 3, 2)
PAGE, FILE = "reports:figure-list", "reports:figure-export"


@pytest.fixture
def _counted(site: Site, log: Callable[..., Any]) -> None:
    theme = ThemeFactory(name_en="Find work")
    log(site=site, day=MARCH, headcount=2)
    TallyFactory(site=site, day=MARCH, batch=True, theme=theme, number=4)
    TallyFactory(site=site, day=MARCH, kind=TallyKind.INFORMATION, way="", number=30, theme=theme)
    TallyFactory(site=site, day=MARCH, kind=TallyKind.SCHOOL, way="", number=22, theme=theme)
    TallyFactory(site=site, day=MARCH, kind=TallyKind.SCHOOL, way="", number=20, theme=theme)


@pytest.mark.usefixtures("_counted")
def test_information_and_pupils_are_in_no_sum_of_contacts(site: Site, now: dt.datetime) -> None:
    figures = figures_of(2026, sites=[site], now=now)

    assert figures.total == Sums(contacts=5, people=6, batched=4)
    assert [(str(one.line.label), one.sums.contacts, one.sums.people) for one in figures.beside()] == [
        ("information at reception", 30, 30),
        ("pupils", 2, 42),
    ]
    assert [bar.tally.contacts for bar in themes_of(2026, sites=[site], now=now)] == [4]
    assert sum(bar.tally.contacts for bar in figures.by_way()) == 5


@pytest.mark.usefixtures("_counted")
def test_page_tells_batches_and_what_stands_beside(client: Client, manager: User, site: Site) -> None:
    client.force_login(manager)

    answer = client.get(reverse(PAGE))

    assertContains(answer, "4 of them logged in a batch")
    assertContains(answer, "Counted beside the contacts")
    assertContains(answer, "pupils, in 2 groups")
    assertContains(answer, "people who asked")
    assertNotContains(answer, "People who came in at the door")


@pytest.mark.usefixtures("_counted")
def test_file_has_a_sheet_of_its_own_for_it(client: Client, manager: User, site: Site) -> None:
    DoorReadingFactory(counter=None, site=site, day=MARCH, reading_in=None, estimated_entries=40)
    client.force_login(manager)

    book = load_workbook(io.BytesIO(client.get(reverse(FILE, args=[2026])).content))

    beside = [row[2:7] for row in book["Beside"].iter_rows(min_row=2, values_only=True)]
    assert beside[:2] == [
        ("2026-03", "information at reception", 30, "people who asked", "counted"),
        ("2026-03", "pupils", 42, "pupils", "counted"),
    ]
    assert beside[2] == ("whole year", "entries at the door", 40, "people who came in", "estimated")
    figures = list(book["Figures"].iter_rows(min_row=2, values_only=True))
    assert (sum(row[4] for row in figures), sum(row[7] for row in figures)) == (5, 4)
    about = dict(row[:2] for row in book["About"].iter_rows(values_only=True))
    assert about["Batches"].startswith("4 of 5 contacts were caught up in a batch")


def test_doors_tell_what_was_counted_and_what_was_estimated(site: Site, now: dt.datetime) -> None:
    silent = SiteFactory(network=site.network)
    counter = DoorCounterFactory(site=site)
    for day, shown in ((2, 1000), (3, 1100), (5, 1300)):
        DoorReadingFactory(counter=counter, day=dt.date(2026, 3, day), reading_in=shown)
    DoorReadingFactory(counter=None, site=site, day=dt.date(2026, 3, 9), reading_in=None, estimated_entries=40)

    here, there = doors_of(2026, sites=[site, silent], now=now)

    assert (here.counted, here.estimated, here.in_part, here.days) == (50, 140, 0, 4)
    assert here.is_known
    assert there == Doors(site=silent)


def test_where_nobody_looked_at_the_door_nothing_is_told(site: Site, now: dt.datetime) -> None:
    DoorReadingFactory(counter=None, site=SiteFactory(), day=MARCH, reading_in=None, estimated_entries=40)

    assert doors_of(2026, sites=[site], now=now) == []


def test_doors_name_illustrative_readings_and_sites_without_any(
    client: Client, network_manager: User, site: Site
) -> None:
    SiteFactory(network=site.network)
    DoorReadingFactory(counter=None, site=site, day=MARCH, reading_in=None, estimated_entries=40, is_illustrative=True)
    client.force_login(network_manager)

    answer = client.get(reverse(PAGE))

    assertContains(answer, "People who came in at the door")
    assertContains(answer, "Nobody counted who came in here:")
    assertContains(answer, "badge--illustrative", count=1)


def test_number_of_queries_does_not_grow_with_sites(
    client: Client, network_manager: User, site: Site, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(network_manager)
    counts = []
    for more in (1, 2):
        for _number in range(more):
            one = SiteFactory(network=site.network)
            DoorReadingFactory(counter=DoorCounterFactory(site=one), day=MARCH)
            DoorReadingFactory(counter=None, site=one, day=MARCH, reading_in=None, estimated_entries=40)
            TallyFactory(site=one, day=MARCH, kind=TallyKind.INFORMATION, way="")
        with django_assert_max_num_queries(40) as captured:
            client.get(reverse(PAGE))
        counts.append(len(captured))

    assert counts[0] == counts[1]
