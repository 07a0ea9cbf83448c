import datetime as dt
from collections.abc import Callable

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from reporting.figures import Sums, additions_in, figures_of, years_with_figures
from sites.models import Site
from tests.factories.reporting import PublishedFigureFactory
from tests.factories.sites import SiteFactory
from visitors.enums import Way

pytestmark = pytest.mark.django_db


def test_contacts_and_people_are_counted_by_site_month_and_way(site: Site, now: dt.datetime, log: Callable) -> None:
    log(site=site, day=dt.date(2026, 3, 2), headcount=2)
    log(site=site, day=dt.date(2026, 3, 31))
    log(site=site, day=dt.date(2026, 4, 1), way=Way.GROUP, headcount=14, is_illustrative=True)

    figures = figures_of(2026, sites=[site], now=now)

    assert figures.tally(site=site, month=3, way=Way.WALK_IN) == Sums(2, 3, 0)
    assert figures.tally(way=Way.GROUP) == Sums(1, 14, 1)
    assert figures.tally(month=5) == Sums()
    assert figures.total == Sums(3, 17, 1)


def test_other_years_other_sites_and_days_to_come_do_not_count(site: Site, now: dt.datetime, log: Callable) -> None:
    log(site=site, day=dt.date(2025, 12, 31))
    log(site=site, day=dt.date(2027, 1, 1))
    log(site=site, day=dt.date(2026, 11, 21))
    log(site=SiteFactory(), day=dt.date(2026, 3, 2))
    log(site=SiteFactory(network=site.network), day=dt.date(2026, 3, 2))

    figures = figures_of(2026, sites=[site], now=now)

    assert figures.total == Sums()


def test_months_stop_at_the_current_one_and_past_years_are_whole(site: Site, now: dt.datetime) -> None:
    assert list(figures_of(2026, sites=[site], now=now).months) == list(range(1, 12))
    assert list(figures_of(2025, sites=[site], now=now).months) == list(range(1, 13))


def test_today_is_the_date_on_the_wall_of_the_site(site: Site, log: Callable) -> None:
    new_year_in_brussels = dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC)
    log(site=site, day=dt.date(2027, 1, 1))

    figures = figures_of(2027, sites=[site], now=new_year_in_brussels)

    assert figures.total.contacts == 1
    assert list(figures.months) == [1]


def test_bars_share_the_scale_of_the_longest(site: Site, now: dt.datetime, log: Callable) -> None:
    for _number in range(4):
        log(site=site, day=dt.date(2026, 1, 5))
    log(site=site, day=dt.date(2026, 2, 2), way=Way.PHONE)

    figures = figures_of(2026, sites=[site], now=now)

    assert {bar.label: bar.length for bar in figures.by_month()}["January"] == "100.0"
    assert {bar.label: bar.length for bar in figures.by_way()}["telephone"] == "25.0"
    assert len(figures.by_way()) == len(Way)


def test_bars_of_nothing_have_no_length(site: Site, now: dt.datetime) -> None:
    figures = figures_of(2026, sites=[site], now=now)

    assert {bar.length for bar in figures.by_way()} == {"0"}


def test_coverage_names_sites_without_any_record(site: Site, now: dt.datetime, log: Callable) -> None:
    silent = SiteFactory(network=site.network)
    log(site=site, day=dt.date(2026, 1, 5))
    log(site=site, day=dt.date(2026, 3, 5), is_illustrative=True)

    covered = figures_of(2026, sites=[site, silent], now=now).coverage()

    assert [(line.site, line.months, line.tally.illustrative) for line in covered] == [(site, 2, 1), (silent, 0, 0)]


def test_years_are_this_one_and_those_with_something_to_show(site: Site, now: dt.datetime, log: Callable) -> None:
    log(site=site, day=dt.date(2021, 5, 4))
    log(site=site, day=dt.date(2021, 6, 4))
    log(site=site, day=dt.date(2024, 6, 4))
    log(site=SiteFactory(), day=dt.date(2022, 6, 4))
    PublishedFigureFactory(site=site)

    assert years_with_figures(sites=[site], now=now) == [2026, 2024, 2023, 2021]


def test_figures_of_a_network_belong_to_reports_on_the_whole_network(site: Site, now: dt.datetime) -> None:
    neighbour = SiteFactory(network=site.network)
    PublishedFigureFactory(site=None, network=site.network)
    PublishedFigureFactory(site=None, network=SiteFactory().network, value=7)

    assert [line.value for line in figures_of(2023, sites=[site, neighbour], now=now).published] == [100]
    assert figures_of(2023, sites=[site], now=now).published == ()


def test_target_is_no_line_of_a_sum(site: Site) -> None:
    line = PublishedFigureFactory(site=site)
    target = PublishedFigureFactory(site=site, metric="contacts_target", precision="TARGET", value=50)
    total = PublishedFigureFactory(site=site, metric="contacts", is_total=True)
    elsewhere = PublishedFigureFactory()

    (addition,) = additions_in([line, target, total, elsewhere])

    assert addition.lines == (line,)
    assert addition.parts == [(line, "100.0")]
    assert addition.is_right


def test_number_of_queries_does_not_grow_with_sites(
    site: Site, now: dt.datetime, log: Callable, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sites = [site, SiteFactory(), SiteFactory()]
    for one in sites:
        log(site=one, day=dt.date(2026, 3, 2))
        PublishedFigureFactory(site=one, year=2026)

    for chosen in (sites[:1], sites):
        with django_assert_num_queries(4):
            figures = figures_of(2026, sites=chosen, now=now)
            assert [line.scope for line in figures.published]
            assert len(figures.matrix()) == len(chosen)
