"""The administration and the list of changes: axe finds nothing, at phone and desktop width, light and dark."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Page

from sites.models import Partner, Presence, Site, User
from tests.e2e.axe import is_too_wide
from tests.e2e.test_accessibility import HALVES, check
from tests.factories.sites import SiteFactory

pytestmark = pytest.mark.looks
FORMS = ("site", "partner", "resource", "dropinpause", "closure", "user")


def _lists() -> list[str]:
    models = [model._meta for model in admin.site._registry]
    return [reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist") for meta in models]


def _rows() -> list[str]:
    site, partner = Site.objects.get(slug="namur"), Partner.objects.order_by("pk").first()
    presence = Presence.objects.order_by("pk").first()
    return [
        *(reverse(f"admin:sites_site_{page}", args=[site.pk]) for page in ("change", "history")),
        reverse("admin:sites_partner_change", args=[partner.pk]),
        reverse("admin:sites_presence_delete", args=[presence.pk]),
        *(reverse(f"admin:sites_{name}_add") for name in FORMS),
    ]


@pytest.mark.parametrize("half", HALVES)
def test_administration_has_no_violation(
    demo_data: None, page: Page, live_server: Any, sign_in: Callable[[str], User], half: int
) -> None:
    complaints: list[str] = []

    sign_in("network")
    for address in (reverse("admin:index"), "/audit/", "/audit/?first_on=soon", "/audit/?last_on=2020-01-01"):
        check(page, live_server.url + address, complaints)
    sign_in("admin")
    for address in (reverse("admin:index"), *_lists(), *_rows())[half :: len(HALVES)]:
        check(page, live_server.url + address, complaints)

    assert complaints == []


def test_list_of_changes_holds_at_320_pixels(
    demo_data: None, watched: Page, live_server: Any, sign_in: Callable[[str], User]
) -> None:
    sign_in("network")
    watched.set_viewport_size({"width": 320, "height": 800})
    watched.goto(f"{live_server.url}{reverse('admin:sites_site_change', args=[Site.objects.get(slug='namur').pk])}")
    watched.locator("input[name=phone]").fill("081 48 67 11")
    watched.locator("input[name=_save]").first.click()

    watched.goto(f"{live_server.url}/audit/")

    first = watched.locator(".audit-line").first
    assert "081 48 67 11" in first.inner_text()
    assert not is_too_wide(watched)


def test_deletion_is_offered_as_a_whole_button(
    demo_data: None, watched: Page, live_server: Any, sign_in: Callable[[str], User]
) -> None:
    user = sign_in("admin")
    User.objects.filter(pk=user.pk).update(language="de")

    other = User.objects.get(email="advisor@demo.example")
    watched.goto(f"{live_server.url}{reverse('admin:sites_user_change', args=[other.pk])}")

    link = watched.locator(".submit-row a.deletelink").first
    is_clipped, height = link.evaluate("link => [link.scrollHeight > link.clientHeight, link.offsetHeight]")
    assert not is_clipped
    assert height >= watched.locator(".submit-row input[name=_save]").first.evaluate("button => button.offsetHeight")


def test_who_changed_it_stands_right_under_what_was_changed(
    demo_data: None, watched: Page, live_server: Any, sign_in: Callable[[str], User]
) -> None:
    SiteFactory(network=Site.objects.get(slug="namur").network)  # more lines of changes than of words beside them
    sign_in("network")
    watched.set_viewport_size({"width": 1440, "height": 900})

    watched.goto(f"{live_server.url}/audit/")

    gaps = watched.locator(".audit-line").evaluate_all(
        """lines => lines.map(line => {
            const [what, who] = ["strong", ".audit-line__who"].map(part => line.querySelector(part));
            return who.getBoundingClientRect().top - what.getBoundingClientRect().bottom;
        })"""
    )
    assert gaps
    assert max(gaps) <= 8
