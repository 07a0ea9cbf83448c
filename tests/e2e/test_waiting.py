"""Somebody waits for a moment in a real browser, and a robot has to work for it."""

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from appointments.models import Appointment, FreedSlot, Service, Shift, Wait
from appointments.services import secret_of, start_wait_for, tend_freed_slots, wait_secret_of
from tests.appointments.waits import booked
from tests.e2e.axe import looked_at
from tests.factories.appointments import offer

DAY = dt.timedelta(days=1)
# The work goes on when the test says so, however quick the machine.
HELD_WORK = """
const derive = SubtleCrypto.prototype.deriveBits;
const gate = new Promise((go) => { window.letGo = go; });
SubtleCrypto.prototype.deriveBits = async function (...work) { await gate; return derive.apply(this, work); };
"""


@pytest.fixture
def service(transactional_db: None) -> Service:
    """What somebody waits for: three days from now, at nine."""
    starts_at = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) + 3 * DAY
    made, _site, _theme = offer(starts_at=starts_at)
    cache.clear()
    return made


def _form_address(service: Service) -> str:
    site = Shift.objects.get().site
    return f"{reverse('appointments:wait-start')}?theme={service.theme.code}&site={site.slug}&language=fr"


def _keep_one(service: Service) -> None:
    shift = Shift.objects.get()
    FreedSlot.objects.create(
        advisor=shift.advisor,
        site=shift.site,
        service=service,
        starts_at=shift.starts_at,
        free_again_at=shift.starts_at + service.duration,
        returns_at=timezone.now(),
    )
    assert tend_freed_slots(now=timezone.now()) == 1


def test_visitor_waits_and_takes_the_moment_that_frees_up(service: Service, watched: Page, live_server: Any) -> None:
    page = watched
    page.goto(live_server.url + _form_address(service))
    page.get_by_role("button", name="Tell me").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are waiting for a moment")

    _keep_one(service)
    page.reload()
    page.get_by_role("button", name="Take this moment").click()

    expect(page.locator("main")).to_contain_text(str(Appointment.objects.get().code)[:3])
    assert Wait.objects.get().ended_at


def test_button_pressed_too_soon_waits_for_the_work(
    service: Service, watched: Page, live_server: Any, settings: Any
) -> None:
    settings.PORTAL_BOOKINGS_WITHOUT_PROOF = 0
    page = watched
    page.add_init_script(HELD_WORK)
    page.goto(live_server.url + _form_address(service))

    page.get_by_role("button", name="Tell me").click(no_wait_after=True)

    expect(page.locator("[data-proof-status]")).to_have_text("One moment…")
    page.evaluate("window.letGo()")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are waiting for a moment")
    assert Wait.objects.count() == 1


def test_form_works_without_a_script(service: Service, browser: Browser, live_server: Any) -> None:
    with browser.new_context(java_script_enabled=False, locale="en") as context:
        page = context.new_page()
        page.goto(live_server.url + _form_address(service))
        page.get_by_role("button", name="Tell me").click()

        expect(page.get_by_role("heading", level=1)).to_have_text("You are waiting for a moment")


@pytest.mark.looks
def test_pages_of_who_waits_have_no_violation(service: Service, page: Page, live_server: Any) -> None:
    shift = Shift.objects.get()
    page.goto(live_server.url + _form_address(service))
    page.get_by_role("button", name="Tell me").click()
    wait = reverse("appointments:wait", args=[wait_secret_of(Wait.objects.get())])
    later = booked(shift.site, service.theme, starts_at=shift.starts_at + service.duration, now=timezone.now())
    start_wait_for(appointment=later, now=timezone.now())
    addresses = [_form_address(service), wait, reverse("appointments:appointment", args=[secret_of(later)])]

    complaints = [found for address in addresses for found in _looked_at(page, live_server.url + address)]
    _keep_one(service)
    complaints += [found for address in addresses for found in _looked_at(page, live_server.url + address)]

    assert complaints == []


def _looked_at(page: Page, address: str) -> list[str]:
    page.goto(address)
    return looked_at(page)
