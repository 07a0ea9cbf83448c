import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.urls import resolve, translate_url
from pytest_django import DjangoAssertNumQueries

from citemetiers import context, demo
from sites.enums import Role
from tests.factories.sites import MembershipFactory, UserFactory

Page = Callable[..., str]


@pytest.fixture
def rendered(rf: RequestFactory) -> Page:
    def render(layout: str, address: str, user: object = None, **extra: object) -> str:
        request = rf.get(address)
        request.user = user or AnonymousUser()
        request.resolver_match = resolve(request.path_info)
        return render_to_string(f"layout/{layout}.html", extra, request=request)

    return render


def test_public_page_links_each_language_at_its_own_address(rendered: Page) -> None:
    html = rendered("public", "/en/sites/?city=mons")

    assert '<a href="/nl/sites/?city=mons" lang="nl" hreflang="nl">' in html
    assert 'lang="en" hreflang="en" aria-current="true">' in html
    assert '<link rel="alternate" hreflang="de" href="http://localhost:8000/de/sites/?city=mons">' in html


@pytest.mark.parametrize(
    "address",
    [
        "/en/",
        "/en/sites/namur/",
        "/en/book/?theme=work&near=5000%20Namur",
        "/en/b/secret-1/",
        "/en/open-days/",
        "/kiosk/namur/",
    ],
)
def test_page_has_the_addresses_that_django_would_build(rf: RequestFactory, address: str) -> None:
    request = rf.get(address)
    request.user = AnonymousUser()

    languages = context.portal(request)["languages"]

    assert {one["code"]: one["url"] for one in languages} == {
        one["code"]: translate_url(address, one["code"]) for one in languages
    }


@pytest.mark.django_db
def test_public_page_asks_the_database_nothing(
    rendered: Page, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        html = rendered("public", "/en/sites/")

    assert "csrfmiddlewaretoken" not in html


@pytest.mark.parametrize(
    ("address", "current"),
    [
        ("/en/sites/", ["/en/sites/"]),
        ("/en/sites/namur/", ["/en/sites/"]),
        ("/en/resources/", ["/en/resources/"]),
        ("/en/partners/", []),
    ],
)
def test_public_menu_marks_where_the_visitor_is(rendered: Page, address: str, current: list[str]) -> None:
    html = rendered("public", address)

    menu = html.split('class="site-header__pages"')[1].split("</nav>")[0]
    assert re.findall(r'<a href="([^"]+)" aria-current="true">', menu) == current
    assert re.findall(r'<a href="([^"]*)"', menu) == ["/en/book/", "/en/sites/", "/en/resources/", "/en/open-days/"]


def test_public_footer_leads_to_what_every_visitor_may_ask(rendered: Page) -> None:
    footer = rendered("public", "/en/sites/").split("<footer")[1]

    assert re.findall(r'<a href="/en/([a-z]+)/"', footer) == [
        "charter",
        "partners",
        "figures",
        "accessibility",
        "privacy",
        "data",
    ]


def test_page_without_language_prefix_offers_a_form(rendered: Page) -> None:
    html = rendered("public", "/accounts/login/")

    assert 'name="language" value="nl"' in html
    assert '<input type="hidden" name="next" value="/accounts/login/">' in html
    assert 'rel="alternate"' not in html


@pytest.mark.parametrize("layout", ["public", "staff"])
def test_demo_says_what_is_invented(rendered: Page, layout: str) -> None:
    with override_settings(DEMO=True):
        demo = rendered(layout, "/en/sites/")

    assert "“illustrative” is invented" in demo
    assert "“illustrative” is invented" not in rendered(layout, "/en/sites/")


@pytest.mark.parametrize("layout", ["public", "staff"])
def test_message_is_shown_as_a_notice(rendered: Page, layout: str) -> None:
    messages = [Message(constants.SUCCESS, "Saved <b>"), Message(constants.ERROR, "Not saved")]

    html = rendered(layout, "/en/sites/", messages=messages)

    assert "notice--success" in html
    assert "Saved &lt;b&gt;" in html
    assert 'class="notice notice--error" role="alert"' in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "labels"),
    [(Role.ADVISOR, {"Desk"}), (Role.RECEPTION, {"Desk"}), (Role.COORDINATOR, {"Desk", "Programmes"})],
)
def test_staff_menu_shows_what_the_role_may_open(rendered: Page, role: Role, labels: set[str]) -> None:
    user = MembershipFactory(role=role).user

    html = rendered("staff", "/en/sites/", user=user)

    menu = html.split('class="site-header__pages"')[1].split("</nav>")[0]
    assert labels <= set(re.findall(r">([A-Z][a-z]+)</a>", menu))
    assert ("Programmes" in menu) == ("Programmes" in labels)
    assert user.display_name in html
    assert 'action="/accounts/logout/"' in html


@pytest.mark.django_db
def test_staff_menu_marks_the_open_screen(rf: RequestFactory) -> None:
    request = rf.get("/desk/")
    request.user = MembershipFactory(role=Role.ADVISOR).user

    links = context.portal(request)["staff_links"]()

    assert [link["url"] for link in links if link["is_current"]] == ["/desk/"]


@pytest.mark.django_db
def test_person_without_a_role_sees_no_screen(rf: RequestFactory) -> None:
    request = rf.get("/desk/")
    request.user = UserFactory()

    assert context.portal(request)["staff_links"]() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/accounts/login/",
        "/accounts/login/code/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-set/",
        "/accounts/password/reset/key/done/",
        "/accounts/signup/",
    ],
)
def test_account_page_is_ours_and_offers_no_registration(client: Client, address: str) -> None:
    response = client.get(address, headers={"accept-language": "en"})

    assert response.status_code == 200
    assert "site-header__brand" in response.text
    assert response.text.count("<h1>") == 1
    assert "signup" not in response.text.split("<main")[1]
    assert "<title> ·" not in response.text


@pytest.mark.django_db
def test_refused_sign_in_says_so_aloud(client: Client) -> None:
    response = client.post("/accounts/login/", {"login": "nobody@example.org", "password": "wrong"})

    assert response.status_code == 200
    assert '<div role="alert">' in response.text
    assert "csrfmiddlewaretoken" in response.text


@pytest.mark.django_db
@pytest.mark.parametrize("is_demo", [True, False])
def test_login_lists_the_demo_accounts_in_the_demo_only(client: Client, settings: Any, is_demo: bool) -> None:
    settings.DEMO = is_demo

    page = client.get("/accounts/login/").text

    assert ("advisor@demo.example" in page) is is_demo
    assert (demo.PASSWORD in page) is is_demo


@pytest.mark.django_db
def test_signing_out_asks_first(client: Client) -> None:
    client.force_login(UserFactory())

    asked = client.get("/accounts/logout/")
    left = client.post("/accounts/logout/")

    assert 'action="/accounts/logout/"' in asked.text.split("<main")[1]
    assert left.status_code == 302
    assert "_auth_user_id" not in client.session
