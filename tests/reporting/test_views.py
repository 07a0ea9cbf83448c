import datetime as dt
import io
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects, assertTemplateUsed
from pytest_django.fixtures import DjangoAssertNumQueries

from reporting.services import load_published_figures
from sites.enums import Role
from sites.models import Site, User
from sites.services import load_reference
from tests.factories.reporting import PublishedFigureFactory
from tests.factories.sites import MembershipFactory, SiteFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock")]

STAFF_PAGES = [("reports:figure-list", []), ("reports:figure-export", [2026])]
MARCH = dt.date(2026, 3, 2)


@pytest.mark.parametrize(("name", "args"), STAFF_PAGES)
def test_stranger_is_sent_to_sign_in(client: Client, name: str, args: list[int]) -> None:
    url = reverse(name, args=args)

    answer = client.get(url)

    assertRedirects(answer, f"{reverse('account_login')}?next={url}", fetch_redirect_response=False)


@pytest.mark.parametrize(("name", "args"), STAFF_PAGES)
@pytest.mark.parametrize("role", [Role.ADVISOR, Role.RECEPTION, Role.COORDINATOR])
def test_other_roles_are_refused(client: Client, site: Site, role: Role, name: str, args: list[int]) -> None:
    client.force_login(MembershipFactory(role=role, site=site).user)

    assert client.get(reverse(name, args=args)).status_code == 403


@pytest.mark.parametrize(("name", "args"), STAFF_PAGES)
def test_pages_are_only_read(client: Client, manager: User, name: str, args: list[int]) -> None:
    client.force_login(manager)

    assert client.post(reverse(name, args=args)).status_code == 405


@pytest.mark.parametrize(("name", "args"), STAFF_PAGES)
def test_site_of_somebody_else_does_not_exist_here(client: Client, manager: User, name: str, args: list[int]) -> None:
    foreign = SiteFactory(network=manager.memberships.get().site.network)
    client.force_login(manager)

    assert client.get(reverse(name, args=args), {"site": foreign.slug}).status_code == 404
    assert client.get(reverse(name, args=args), {"site": "nowhere"}).status_code == 404


@pytest.mark.parametrize("year", ["abc", "1890", "2027", "²⁰²³", "20233"])
def test_wrong_year_gets_a_sentence(client: Client, manager: User, year: str) -> None:
    client.force_login(manager)

    for answer in (
        client.get(reverse("reports:figure-list"), {"year": year}),
        client.get(reverse("reports:figure-export", args=[year])),
    ):
        assertContains(answer, "Give a year from 1993 to 2026", status_code=404)


def test_site_manager_sees_own_site_only(client: Client, manager: User, site: Site, log: Callable) -> None:
    log(site=site, day=MARCH, headcount=3)
    neighbour = SiteFactory(network=site.network, name="Carrefour of the neighbours")
    log(site=neighbour, day=MARCH)
    MembershipFactory(user=manager, role=Role.ADVISOR, site=neighbour)
    client.force_login(manager)

    answer = client.get(reverse("reports:figure-list"))

    assert answer.context["figures"].total.people == 3
    assertNotContains(answer, neighbour.name)
    assertContains(answer, "Internal: exact figures, not for publication.")
    assert "no-store" in answer["Cache-Control"]


def test_network_manager_sees_the_network_and_can_choose_a_site(
    client: Client, network_manager: User, site: Site, log: Callable
) -> None:
    neighbour = SiteFactory(network=site.network)
    for one in (site, neighbour, SiteFactory()):
        log(site=one, day=MARCH)
    client.force_login(network_manager)

    whole = client.get(reverse("reports:figure-list"))
    one_site = client.get(reverse("reports:figure-list"), {"site": site.slug})

    assert whole.context["figures"].total.contacts == 2
    assert one_site.context["figures"].total.contacts == 1
    assertContains(one_site, f'/reports/2026/figures.xlsx?site={site.slug}"')


def test_illustrative_rows_are_named(client: Client, manager: User, site: Site, log: Callable) -> None:
    log(site=site, day=MARCH, is_illustrative=True)
    log(site=site, day=MARCH)
    client.force_login(manager)

    answer = client.get(reverse("reports:figure-list"))

    assertContains(answer, "1 of 2 contacts are invented")


def test_bars_are_drawn_with_points_in_every_language(client: Client, manager: User, site: Site, log: Callable) -> None:
    for number in range(3):
        log(site=site, day=MARCH if number else dt.date(2026, 1, 5))
    User.objects.update(language="fr")
    client.force_login(manager)

    answer = client.get(reverse("reports:figure-list"))

    assertContains(answer, 'width="50.0" height="10"')
    assertNotContains(answer, "style=")


@pytest.mark.parametrize(
    ("year", "sentence"),
    [
        (2026, "as soon as someone logs them at the desk"),
        (2023, "What was published for this year stands below"),
        (2015, "nothing was published"),
    ],
)
def test_empty_year_helps_on(client: Client, manager: User, site: Site, year: int, sentence: str) -> None:
    PublishedFigureFactory(site=site)
    client.force_login(manager)

    answer = client.get(reverse("reports:figure-list"), {"year": year})

    assertContains(answer, f"The portal counted nothing in {year}")
    assertContains(answer, sentence)


def test_administrator_without_a_site_is_told_so(client: Client) -> None:
    client.force_login(UserFactory(is_superuser=True))

    assertContains(client.get(reverse("reports:figure-list")), "You have no site yet")


def test_file_holds_the_readers_sites(client: Client, manager: User, site: Site, log: Callable) -> None:
    log(site=site, day=MARCH)
    log(site=SiteFactory(network=site.network), day=MARCH)
    client.force_login(manager)

    answer = client.get(reverse("reports:figure-export", args=[2026]), {"site": site.slug})

    book = load_workbook(io.BytesIO(answer.content))
    rows = list(book["Figures"].iter_rows(min_row=2, values_only=True))
    assert {row[0] for row in rows} == {site.slug}
    assert sum(row[4] for row in rows) == 1
    assert answer["Content-Disposition"] == 'attachment; filename="figures-2026-namur.xlsx"'
    assert "no-store" in answer["Cache-Control"]


def test_number_of_queries_does_not_grow_with_sites(
    client: Client,
    network_manager: User,
    site: Site,
    log: Callable,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    log(site=site, day=MARCH)
    client.force_login(network_manager)
    counts = []
    for more in (0, 2):
        for _number in range(more):
            log(site=SiteFactory(network=site.network), day=MARCH)
        with django_assert_max_num_queries(20) as captured:
            client.get(reverse("reports:figure-list"))
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_overview_shows_the_brussels_sum_to_anyone(client: Client) -> None:
    load_reference()
    load_published_figures()

    answer = client.get(reverse("reporting:figure-overview"))

    assertTemplateUsed(answer, "reporting/figure_overview.html")
    for number in ("28,977", "9,556", "18,062", "9,059", "65,654", "181,689"):
        assertContains(answer, number)
    assertContains(answer, "The lines add up to the published total.")
    assertContains(answer, "Figures of different units are never added")


@pytest.mark.parametrize(("language", "total"), [("fr", "65\xa0654"), ("nl", "65.654"), ("de", "65.654")])
def test_overview_writes_numbers_as_the_reader_does(client: Client, language: str, total: str) -> None:
    load_reference()
    load_published_figures()
    with translation.override(language):
        url = reverse("reporting:figure-overview")

    assertContains(client.get(url), total)


def test_overview_never_reads_what_the_portal_counted(
    client: Client,
    site: Site,
    log: Callable,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    PublishedFigureFactory(site=site, value=4242)
    log(site=site, day=dt.date(2023, 3, 2), headcount=37)

    with django_assert_max_num_queries(5) as captured:
        answer = client.get(reverse("reporting:figure-overview"))

    assertContains(answer, "4,242")
    assertNotContains(answer, "37</")
    assert not [query for query in captured.captured_queries if "visitors_contact" in query["sql"]]


def test_overview_counts_queries_alike_for_one_and_three(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    counts = []
    for more in (1, 2):
        for _number in range(more):
            PublishedFigureFactory()
        cache.clear()
        with django_assert_max_num_queries(5) as captured:
            client.get(reverse("reporting:figure-overview"))
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_overview_without_figures_says_so(client: Client) -> None:
    assertContains(client.get(reverse("reporting:figure-overview")), "No figure has been published yet")


def test_wrong_sum_is_shown_as_wrong(client: Client, site: Site) -> None:
    PublishedFigureFactory(site=site)
    PublishedFigureFactory(site=site, metric="contacts", value=101, is_total=True)

    answer = client.get(reverse("reporting:figure-overview"))

    assertContains(answer, "The lines do not add up to the published total.")
