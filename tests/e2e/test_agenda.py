"""Reception books for a caller and says who came, by keyboard alone; axe looks at every page."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import Page, expect

from appointments.enums import State
from appointments.models import Appointment, Service
from sites.models import Site, Theme, User
from tests.e2e.axe import is_too_wide, looked_at
from tests.factories.appointments import AppointmentFactory, DutyFactory, ShiftFactory
from tests.factories.visitors import VisitorFactory

SignIn = Callable[[str], User]


@pytest.fixture
def namur(demo_data: None) -> Site:
    User.objects.update(language="en")
    return Site.objects.get(slug="namur")


def booked(site: Site, person: User, **given: Any) -> Appointment:
    """An appointment of today, at a time that has come."""
    service = Service.objects.filter(network=site.network).order_by("pk").first()
    midnight = dt.datetime.combine(timezone.localdate(timezone=site.tz), dt.time(), tzinfo=site.tz)
    keys = {"starts_at": midnight.astimezone(dt.UTC), "language": "de", "visitor": VisitorFactory(), **given}
    made: Appointment = AppointmentFactory(site=site, service=service, advisor=person, **keys)
    return made


def on_duty(site: Site, person: User) -> None:
    """A person who receives tomorrow, whatever day that is, and at no other time."""
    person.shifts.all().delete()
    starts_at = timezone.now().replace(minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
    themes = list(Theme.objects.on_offer(today=timezone.localdate()))
    duty = DutyFactory(site=site, advisor=person, languages=("fr",), themes=themes, last_on=timezone.localdate())
    ShiftFactory(duty=duty, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=3))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _press in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never reaches {selector}")


def enter(page: Page) -> None:
    """Press Enter and wait for the page that it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_reception_books_for_a_caller_by_keyboard_alone(
    namur: Site, watched: Page, live_server: Any, sign_in: SignIn
) -> None:
    sign_in("reception")
    page = watched
    page.goto(live_server.url + reverse("agenda:day"))

    tab_to(page, "a[href*='/appointments/new/']")
    enter(page)
    tab_to(page, "[name=theme]")
    page.keyboard.type("Find work")
    tab_to(page, "main button[type=submit]")
    enter(page)
    tab_to(page, "a.slot")
    enter(page)
    tab_to(page, "[name=alias]")
    page.keyboard.type("Robin")
    enter(page)

    made = Appointment.objects.get()
    expect(page.locator(".ticket__code")).to_have_text(f"{made.code[:3]} {made.code[3:]}")
    expect(page.get_by_text("It is booked. Read the code out")).to_be_visible()
    expect(page.get_by_text("Robin")).to_be_visible()
    assert made.booked_by == "RECEPTION"


def test_one_key_marks_and_the_focus_stays(namur: Site, watched: Page, live_server: Any, sign_in: SignIn) -> None:
    one = booked(namur, sign_in("advisor"))
    page = watched
    page.goto(live_server.url + reverse("agenda:day"))
    entry = page.locator(f"[data-agenda-entry='{one.pk}']")
    entry.locator("[data-agenda-code]").focus()

    for key, state in (("a", "arrived"), ("d", "done"), ("u", "booked"), ("n", "did not come")):
        page.keyboard.press(key)
        expect(entry.locator(".badge").first).to_have_text(state)
        expect(page.locator("[data-agenda-live]")).to_have_text(f"{one.code}: {state}")
        expect(entry.locator("[data-agenda-code]")).to_be_focused()

    one.refresh_from_db()
    assert one.state == State.NO_SHOW


def test_key_does_nothing_outside_an_appointment(namur: Site, watched: Page, live_server: Any, sign_in: SignIn) -> None:
    one = booked(namur, sign_in("advisor"))
    watched.goto(live_server.url + reverse("agenda:day"))

    watched.locator("[name=code]").press_sequentially("and")

    expect(watched.locator("[name=code]")).to_have_value("and")
    one.refresh_from_db()
    assert one.state == State.BOOKED


@pytest.mark.parametrize("has_script", [True, False])
def test_visitor_who_stands_at_the_desk_is_found_by_code_and_marked(
    namur: Site, browser: Any, context: Any, live_server: Any, sign_in: SignIn, has_script: bool
) -> None:
    person = sign_in("reception")
    one = booked(namur, person)
    plain = browser.new_context(java_script_enabled=has_script)
    plain.add_cookies(context.cookies())
    page = plain.new_page()
    page.goto(live_server.url + reverse("agenda:day"))

    page.get_by_label("Find by code").fill(f"{one.code[:3]} {one.code[3:]}".lower())
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Arrived").click()

    expect(page.locator(".ticket .badge").first).to_have_text("arrived")
    page.goto(live_server.url + reverse("agenda:day"))
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("link", name="Log the contact at the desk")).to_be_visible()
    one.refresh_from_db()
    assert one.state == State.DONE
    plain.close()


def test_lost_network_is_said(namur: Site, page: Page, live_server: Any, sign_in: SignIn) -> None:
    booked(namur, sign_in("advisor"))
    page.goto(live_server.url + reverse("agenda:day"))
    page.context.set_offline(True)

    page.get_by_role("button", name="Arrived").click()

    expect(page.locator("[data-agenda-trouble]")).to_contain_text("No answer")


def test_ended_session_leads_to_the_sign_in(namur: Site, page: Page, live_server: Any, sign_in: SignIn) -> None:
    booked(namur, sign_in("advisor"))
    page.goto(live_server.url + reverse("agenda:day"))
    page.context.clear_cookies(name="sessionid")

    page.get_by_role("button", name="Arrived").click()

    expect(page).to_have_url(re.compile("/accounts/login/"))


def addresses(one: Appointment, site: Site) -> list[str]:
    """Every page of the agenda, with something on it."""
    day, theme = one.starts_at.astimezone(site.tz).date(), one.service.theme.code
    wish = f"?theme={theme}&site={site.slug}&language=fr&channel=ON_SITE"
    tomorrow = (timezone.now() + dt.timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    return [
        *(f"{reverse(name)}?day={day}&whose={whose}" for name in PAGES for whose in ("mine", "site")),
        *(reverse(f"agenda:{name}") for name in ("new", "find", "subscription")),
        reverse("agenda:new") + wish,
        f"{reverse('agenda:new-details')}{wish}&starts={tomorrow:%Y-%m-%dT%H:%M}Z",
        reverse("agenda:overbook") + wish,
        *(reverse(f"agenda:{name}", args=[one.pk]) for name in ("appointment", "move", "cancel")),
    ]


PAGES = ("agenda:day", "agenda:week")


def fill(site: Site, person: User) -> Appointment:
    """A day with everything that a page of the agenda can show, and an appointment tomorrow."""
    on_duty(site, person)
    for number, state in enumerate((State.DONE, State.NO_SHOW, State.ARRIVED, State.TO_MOVE)):
        starts_at = booked(site, person, state=state, is_overbooked=True, booked_by="SCHOOL").starts_at
        booked(site, person, state=state, starts_at=starts_at + dt.timedelta(hours=number + 1))
    return booked(site, person, starts_at=timezone.now() + dt.timedelta(days=1), is_overbooked=True)


@pytest.mark.looks
def test_pages_of_the_agenda_have_no_violation(namur: Site, page: Page, live_server: Any, sign_in: SignIn) -> None:
    one = fill(namur, sign_in("advisor"))
    complaints: list[str] = []

    for address in addresses(one, namur):
        page.goto(live_server.url + address)
        complaints += [f"{address} {found}" for found in looked_at(page)]

    assert complaints == []


@pytest.mark.looks
def test_pages_of_the_agenda_hold_long_words_at_320_pixels(
    namur: Site, page: Page, live_server: Any, sign_in: SignIn
) -> None:
    one = fill(namur, sign_in("advisor"))
    User.objects.filter(pk=one.advisor_id).update(language="de", display_name="Bürgerberatungskoordinatorin")
    page.set_viewport_size({"width": 320, "height": 800})
    too_wide = []

    with translation.override("de"):
        for address in addresses(one, namur):
            page.goto(live_server.url + address)
            too_wide += [address] * is_too_wide(page)

    assert too_wide == []
