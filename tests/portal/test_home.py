import datetime as dt
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.models import OpenDay
from sites.models import Network, Site
from sites.services import load_reference
from tests.factories.sites import ThemeFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("wanted", "expected"), [("nl-BE,nl;q=0.9", "/nl/"), ("de", "/de/"), ("it", "/fr/"), ("", "/fr/")]
)
def test_choose_language_follows_the_browser(client: Client, wanted: str, expected: str) -> None:
    answer = client.get("/", headers={"accept-language": wanted})

    assert answer.status_code == 302
    assert answer["Location"] == expected
    assert "Accept-Language" in answer["Vary"]


def test_home_asks_one_question_and_offers_every_theme_and_site(client: Client) -> None:
    load_reference()

    page = client.get("/en/").content.decode()

    assert page.count("<h1") == 1
    assert "What brings you here?" in page
    assert all(
        f"theme={code}" in page for code in ("direction", "train", "work", "business", "mobility", "recognition")
    )
    assert all(site.get_absolute_url() in page for site in Site.objects.all())


def test_home_leaves_out_a_retired_theme(client: Client) -> None:
    ThemeFactory(code="kept")
    ThemeFactory(code="retired", retired=True)

    page = client.get("/en/").content.decode()

    assert "theme=kept" in page
    assert "theme=retired" not in page


def test_home_shows_the_next_open_day_and_the_last(client: Client) -> None:
    load_reference()
    today = timezone.localdate()
    network = Network.objects.get(slug="wallonie")
    days = [today + dt.timedelta(days=offset) for offset in (-400, -20, 30, 200)]
    for day in days:
        OpenDay.objects.create(network=network, day=day, opens_at=dt.time(9), closes_at=dt.time(18, 30))

    page = client.get("/en/").content.decode()

    shown = [reverse("activities:open-day", args=[day]) in page for day in days]
    assert shown == [False, True, True, False]


@pytest.mark.parametrize("name", ["privacy", "data-sources", "charter", "accessibility", "home", "healthz"])
def test_public_page_needs_no_account(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["privacy", "data-sources", "charter", "accessibility"])
def test_page_of_plain_text_asks_no_query_and_sets_no_cookie(
    client: Client, django_assert_num_queries, name: str
) -> None:
    with django_assert_num_queries(0):
        answer = client.get(reverse(name))

    assert not answer.cookies
    assert answer.text.count("<h1") == 1


@pytest.mark.parametrize("is_demo", [True, False])
def test_page_of_sources_lists_every_kind_of_row_that_the_demonstration_invents(
    client: Client, settings: Any, is_demo: bool
) -> None:
    settings.DEMO = is_demo

    page = client.get(reverse("data-sources")).text

    assert ["The resources of the catalogue" in page, "The rooms of the places." in page] == [is_demo, is_demo]


def test_accessibility_statement_names_three_steps_and_says_what_is_to_be_confirmed(client: Client) -> None:
    page = client.get(reverse("accessibility")).text

    route = page.partition("<ol>")[2].partition("</ol>")[0]
    assert route.count("<strong>") == 3
    assert route.count("to be confirmed") == 2
    assert ("le-mediateur.be" in route, "ombuds.brussels" in route) == (True, True)
    assert "21 November 2026" in page


def test_accessibility_statement_gives_the_contacts_of_the_operator(client: Client, settings: Any) -> None:
    settings.PORTAL_ACCESSIBILITY_CONTACT = "access@example.org"
    settings.PORTAL_ACCESSIBILITY_COMPLAINTS = "https://example.org/complaints"

    page = client.get(reverse("accessibility")).text

    assert 'href="mailto:access@example.org"' in page
    assert 'href="https://example.org/complaints"' in page
    assert "to be confirmed</span>" not in page


def test_charter_makes_six_promises(client: Client) -> None:
    assert client.get(reverse("charter")).text.count('<h2 class="promise__title">') == 6


def test_search_engines_leave_people_and_staff_alone(client: Client) -> None:
    text = client.get("/robots.txt").text

    assert "Disallow: /*/b/" in text
    assert "Disallow: /desk/" in text
    assert client.get("/favicon.ico")["Location"].endswith(".svg")


def test_public_page_sets_no_cookie(client: Client) -> None:
    answer = client.get(reverse("home"))

    assert not answer.cookies


def test_page_allows_nothing_from_elsewhere_and_nothing_inline(client: Client) -> None:
    policy = client.get(reverse("home"))["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.logs_errors
def test_page_without_a_database_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("could not connect")

    monkeypatch.setattr("citemetiers.home.Theme.objects.on_offer", refuse)
    client.raise_request_exception = False

    answer = client.get("/fr/")

    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert "could not connect" not in answer.content.decode()
