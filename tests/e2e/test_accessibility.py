"""Every page of the slices: axe finds nothing, nothing overflows, at phone and desktop width, light and dark."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import Page

from activities.models import OpenDay, Session
from appointments.models import Appointment
from appointments.services import secret_of
from sites.models import User

DAY = "2024-02-21"
WIDTHS = (360, 1440)


def _check(page: Page, address: str, complaints: list[str]) -> None:
    assert page.goto(address) is not None
    for scheme in ("light", "dark"):
        # Without motion: half-way from one scheme to the other no contrast can hold.
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        found = Axe().run(page).response["violations"]
        complaints += [
            f"{address} {scheme}: {one['id']} {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found
        ]
    if _is_too_wide(page):
        complaints.append(f"{address}: wider than the window")


def _is_too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def _book(page: Page, base: str) -> str:
    """A real booking by its forms; the address of its secret page."""
    page.goto(f"{base}{reverse('appointments:book')}?theme=work&site=namur")
    page.locator("main a[href*='book/confirm']").first.click()
    page.get_by_role("button", name="Book this moment").click()
    return page.url


def _public_addresses(secret: str) -> list[str]:
    names = [
        "home",
        "sites:site-list",
        "privacy",
        "data-sources",
        "reporting:figure-overview",
        "activities:open-day-list",
    ]
    addresses = [reverse(name) for name in names]
    addresses += [reverse("sites:site-detail", args=[slug]) for slug in ("bruxelles", "mons")]
    book = reverse("appointments:book")
    addresses += [book, f"{book}?theme=work", f"{book}?theme=work&site=namur", f"{book}?theme=nothing"]
    addresses += [reverse("activities:open-day", args=[dt.date.fromisoformat(DAY)])]
    addresses += [reverse("activities:open-day", args=[OpenDay.objects.latest("day").day])]
    addresses += [reverse("activities:open-day-site", args=[dt.date.fromisoformat(DAY), "liege"])]
    addresses += [reverse(f"appointments:{name}", args=[secret]) for name in SECRET_PAGES]
    addresses += [reverse("appointments:appointment", args=["forged"]), "/en/nowhere/"]
    return addresses


SECRET_PAGES = ("appointment", "appointment-move", "appointment-cancel", "appointment-erase")
SIGN_IN_PAGES = ("account_login", "account_request_login_code", "account_reset_password", "account_signup")


@pytest.mark.parametrize("width", WIDTHS)
def test_public_pages_have_no_violation(demo_data: None, page: Page, live_server: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    _book(page, live_server.url)
    secret = secret_of(Appointment.objects.get())
    complaints: list[str] = []

    for address in [*_public_addresses(secret), *(reverse(name) for name in SIGN_IN_PAGES)]:
        _check(page, live_server.url + address, complaints)

    assert complaints == []


def _programme_addresses() -> list[str]:
    day = dt.date.fromisoformat(DAY)
    session = Session.objects.filter(programme__site__slug="namur").order_by("pk").first()
    assert session is not None
    addresses = [reverse(f"programmes:{name}") for name in ("programme-list", "programme-import")]
    addresses += [reverse(f"programmes:{name}", args=[day, "namur"]) for name in PROGRAMME_PAGES]
    addresses += [
        reverse(f"programmes:{name}", args=[session.public_id]) for name in ("session-edit", "session-delete")
    ]
    return addresses


PROGRAMME_PAGES = ("programme-detail", "session-add", "programme-release")


def _staff_addresses() -> dict[str, Callable[[], list[str]]]:
    year = timezone.localdate().year
    reports = reverse("reports:figure-list")
    return {
        "advisor": lambda: [reverse("visitors:desk"), reverse("account_logout"), "/reports/"],
        "coordinator": lambda: [reverse("visitors:desk"), *_programme_addresses()],
        "manager": lambda: [reports, f"{reports}?year=2023", f"{reports}?year={year}", f"{reports}?year=1890"],
        "network": lambda: [reports, f"{reports}?year=2023"],
    }


@pytest.mark.parametrize("width", WIDTHS)
def test_staff_pages_have_no_violation(
    demo_data: None, page: Page, live_server: Any, sign_in: Callable[[str], User], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    complaints: list[str] = []

    for name, addresses in _staff_addresses().items():
        sign_in(name)
        for address in addresses():
            _check(page, live_server.url + address, complaints)

    assert complaints == []


def test_public_pages_hold_long_words_at_320_pixels(demo_data: None, page: Page, live_server: Any) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    too_wide: list[str] = []

    for language in ("fr", "nl", "de"):
        with translation.override(language):
            for address in _public_addresses("forged"):
                page.goto(live_server.url + address)
                if _is_too_wide(page):
                    too_wide.append(address)

    assert too_wide == []
