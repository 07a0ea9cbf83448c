"""What a device keeps of the desk: the worker, the manifest, the shell. None of it is about a person."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from sites.enums import Role
from sites.models import Site, Theme, User
from tests.factories.contacts import ContactFactory, EntryAuthorFactory
from tests.factories.sites import MembershipFactory, SiteFactory
from visitors.models import Contact

WORKER, MANIFEST, SHELL = (reverse(f"visitors:{name}") for name in ("worker", "manifest", "shell"))
DESK = reverse("visitors:desk")
MODULES = Path(settings.BASE_DIR, "static/js/desk")


def _text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_worker_is_a_script_above_the_desk_that_is_looked_at_anew_each_time(client: Client) -> None:
    response = client.get(WORKER)

    assert WORKER.startswith(DESK)
    assert response["Content-Type"].startswith("text/javascript")
    assert "no-cache" in response["Cache-Control"]
    assert "no-store" not in response["Cache-Control"]


@pytest.mark.parametrize(("asked", "name"), [("fr", "Guichet"), ("en", "Desk"), ("xx", "Guichet")])
def test_manifest_speaks_the_language_of_the_page(client: Client, asked: str, name: str) -> None:
    manifest = client.get(MANIFEST, {"language": asked}).json()

    assert manifest["short_name"] == name
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == (DESK, DESK, "standalone")
    assert all(finders.find(icon["src"].removeprefix(settings.STATIC_URL)) for icon in manifest["icons"])
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}


def test_shell_holds_the_form_and_nothing_of_a_person(
    desk_client: Client, advisor: User, site: Site, themes: list[Theme]
) -> None:
    contact = ContactFactory(site=site, themes=themes[:1])
    EntryAuthorFactory(entry_key=contact.pk, author=advisor, day=contact.day)

    page = _text(desk_client.get(SHELL, {"site": site.slug}))

    assert "data-desk-is-shell" in page
    assert "Find work" in page
    assert str(Contact.objects.get().pk) not in page
    assert advisor.email not in page
    assert str(advisor) not in page
    assert 'id="desk-side"' not in page
    assert "data-queue-frame" not in page


def test_shell_of_another_site_is_not_found(desk_client: Client, site: Site) -> None:
    SiteFactory(slug="elsewhere")

    assert desk_client.get(SHELL, {"site": "elsewhere"}).status_code == 404


def test_shell_asks_where_one_sits_among_one_s_own_sites(desk_client: Client, advisor: User, site: Site) -> None:
    MembershipFactory(user=advisor, site=SiteFactory(slug="huy", city="Huy"), role=Role.ADVISOR)
    SiteFactory(slug="elsewhere", city="Elsewhere")

    page = _text(desk_client.get(SHELL, {"site": "huy"}))

    assert "Desk of Huy" in page
    assert re.findall(r'data-desk-shell="([^"]+)"', page) == ["huy", site.slug]


def test_shell_names_every_script_that_the_desk_loads(desk_client: Client, site: Site, themes: list[Theme]) -> None:
    page = desk_client.get(SHELL, {"site": site.slug}).content.decode()

    named = set(re.findall(r'(?:src|href)="[^"]*js/desk/(\w+)\.js"', page))
    assert named == {module.stem for module in MODULES.glob("*.js")}


def test_shell_asks_a_fixed_number_of_questions(
    desk_client: Client, site: Site, themes: list[Theme], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    desk_client.get(SHELL)

    with django_assert_max_num_queries(16):
        desk_client.get(SHELL)
