import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.fixtures import DjangoAssertNumQueries

from sites.models import Site
from tests.factories.queue import QueueObservationFactory
from tests.factories.sites import SiteFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock")]

URL = "reporting:figure-overview"
TOO_FEW = "Too few people took a number for a figure: fewer than 25."
TOLD = {"estimated_from": 8, "estimated": 12, "estimated_to": 14}
OCTOBER = dt.date(2026, 10, 31)


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> None:
    cache.clear()


def page(client: Client) -> str:
    return " ".join(client.get(reverse(URL)).content.decode().split())


def test_waits_of_the_last_twelve_whole_months_are_told_with_base_and_definition(client: Client, site: Site) -> None:
    QueueObservationFactory.create_batch(20, site=site, day=OCTOBER, waited=10, **TOLD)
    QueueObservationFactory.create_batch(10, site=SiteFactory(), day=OCTOBER, waited=16, **TOLD)

    html = page(client)

    assert "The twelve months up to October 2026, all sites together." in html
    assert '67 %</span> <span class="figure-number__unit">of 30 waits lay within the estimate' in html
    assert '20 %</span> <span class="figure-number__unit">median error of the estimate, on 30 waits' in html
    assert '<th scope="row">October 2026</th> <td class="is-number">10</td> <td class="is-number">30</td>' in html
    assert "How far the estimate on a ticket was from the wait that followed" in html


def test_waits_are_counted_once_an_hour(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    page(client)

    with django_assert_num_queries(2) as captured:
        page(client)

    assert not [query for query in captured.captured_queries if "queueobservation" in query["sql"]]


def test_short_waits_alone_have_a_range_and_no_error(client: Client, site: Site) -> None:
    QueueObservationFactory.create_batch(25, site=site, day=OCTOBER, waited=3, **TOLD)

    html = page(client)

    assert "of 25 waits lay within the estimate" in html
    assert "median error of the estimate, on" not in html


@pytest.mark.parametrize(
    ("number", "more"),
    [
        (24, {}),
        (30, {"is_illustrative": True}),
        (30, {"day": dt.date(2026, 11, 2)}),
        (30, {"day": dt.date(2025, 10, 31)}),
    ],
    ids=["too few", "illustrative", "month that is not over", "a year before"],
)
def test_waits_that_must_not_count_are_not_told(client: Client, site: Site, number: int, more: dict) -> None:
    QueueObservationFactory.create_batch(number, **{"site": site, "day": OCTOBER, "waited": 10} | TOLD | more)

    answer = client.get(reverse(URL))

    assertContains(answer, TOO_FEW)
    assertNotContains(answer, "Median wait")


def test_site_that_is_not_open_to_the_public_is_not_counted(client: Client) -> None:
    closed = SiteFactory(is_open_to_public=False)
    QueueObservationFactory.create_batch(30, site=closed, day=OCTOBER, waited=10, **TOLD)

    assertContains(client.get(reverse(URL)), TOO_FEW)
