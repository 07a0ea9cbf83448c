"""A coordinator plans a week: by forms, by mouse, by finger, by keyboard, and nobody's appointment gets lost."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator, Page, expect

from appointments.enums import State
from appointments.models import Appointment, Duty, DutyChange, Service, Shift
from sites.models import OpeningHours, Site, User
from tests.e2e.axe import violations
from tests.factories.appointments import AppointmentFactory
from tests.factories.visitors import VisitorFactory

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
NEXT_MONDAY = timezone.localdate() + (7 - timezone.localdate().weekday()) * DAY


@pytest.fixture
def week(demo_data: None, page: Page, live_server: Any, sign_in: Callable[[str], User]) -> Page:
    """Next week at Namur, in English, on a wide screen."""
    User.objects.filter(pk=sign_in("coordinator").pk).update(language="en")
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(f"{live_server.url}/planning/")
    page.get_by_role("link", name="Cité des métiers de Namur").click()
    page.get_by_role("link", name="The week after").click()
    return page


def card(page: Page, person: str, day: dt.date) -> Locator:
    return cell(page, person, day).locator("[data-week-card]").first


def cell(page: Page, person: str, day: dt.date) -> Locator:
    return page.locator(f'td[data-day="{day}"][data-words$=", {person}"]')


def days_of(duty: Duty) -> set[dt.date]:
    shifts = Shift.objects.filter(duty=duty, stands_for_on__range=(NEXT_MONDAY, NEXT_MONDAY + 6 * DAY))
    return {shift.starts_at.astimezone(duty.site.tz).date() for shift in shifts}


def assert_moved(page: Page, duty: Duty, day: dt.date) -> None:
    """Wait for the page of after the move: the one before may carry the same notice."""
    expect(cell(page, "Advisor 1, Namur", day).locator("[data-week-card]")).to_have_count(1)
    expect(page.get_by_text("Only this one is changed")).to_be_visible()
    page.wait_for_load_state("load")
    assert days_of(duty) == {day}


def drag(page: Page, start: Locator, to: Locator) -> None:
    start.scroll_into_view_if_needed()
    page.mouse.move(*middle(start))
    page.mouse.down()
    page.mouse.move(*middle(to), steps=8)
    page.mouse.up()


def middle(part: Locator) -> tuple[float, float]:
    box = part.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + min(box["height"] / 2, 24)


def add_duty(page: Page, person: str) -> None:
    page.get_by_role("link", name=f"Add a duty: {person}, Wednesday", exact=True).click()
    expect(page.get_by_label("Who receives")).not_to_have_value("")
    expect(page.locator("[name=recurrence]")).to_be_hidden()
    page.get_by_label("From", exact=True).fill("10:00")
    page.get_by_label("To", exact=True).fill("12:00")
    page.get_by_role("group", name="Themes").get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(re.compile(r"Saved: \d+ new days to book\."))).to_be_visible()


def test_coordinator_plans_a_duty_and_moves_one_day_by_mouse_keyboard_and_finger(week: Page, watched: Page) -> None:
    assert watched is week
    person, wednesday = "Advisor 1, Namur", NEXT_MONDAY + 2 * DAY
    add_duty(week, person)
    duty = Duty.objects.latest("pk")
    assert duty.weekday == 3

    drag(week, card(week, person, wednesday), cell(week, person, wednesday + 2 * DAY))
    assert_moved(week, duty, wednesday + 2 * DAY)

    week.get_by_role("button", name="Undo").click()
    expect(week.get_by_text("This day follows the duty again.")).to_be_visible()
    assert days_of(duty) == {wednesday}

    card(week, person, wednesday).locator("[data-week-open]").focus()
    week.keyboard.press("ArrowRight")
    expect(week.locator("[data-week-live]")).to_contain_text(f", {person}. Enter: move it here.")
    week.keyboard.press("Escape")
    expect(week.locator("[data-week-live]")).to_have_text("Left where it was.")
    week.keyboard.press("ArrowLeft")
    week.keyboard.press("ArrowRight")
    week.keyboard.press("ArrowRight")
    week.keyboard.press("ArrowDown")
    week.keyboard.press("ArrowUp")
    week.keyboard.press("ArrowRight")
    week.keyboard.press("Enter")
    assert_moved(week, duty, wednesday + 2 * DAY)

    touch(week, card(week, person, wednesday + 2 * DAY).locator("[data-week-grip]"), cell(week, person, wednesday))
    assert_moved(week, duty, wednesday)


def touch(page: Page, start: Locator, to: Locator) -> None:
    start.scroll_into_view_if_needed()
    client = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    (left, top), (right, bottom) = middle(start), middle(to)
    send("touchStart", (left, top))
    for part in range(1, 6):
        send("touchMove", (left + (right - left) * part / 5, top + (bottom - top) * part / 5))
    send("touchEnd")


def scrolled(page: Page) -> float:
    found: float = page.evaluate("scrollY")
    return found


def wait_until(page: Page, holds: Callable[[float], bool]) -> None:
    """Look at how far the page is scrolled, for ten seconds; a script to wait for would be refused by its policy."""
    for _look in range(200):
        if holds(scrolled(page)):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"The page stays at {scrolled(page)}.")


def test_finger_held_still_at_the_edge_scrolls_until_it_is_lifted(week: Page) -> None:
    week.set_viewport_size({"width": 1024, "height": 500})
    grip = week.locator(".week-wide [data-week-grip]").first
    grip.scroll_into_view_if_needed()
    client = week.context.new_cdp_session(week)

    def send(kind: str, *points: tuple[float, float]) -> None:
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    x, y = middle(grip)
    send("touchStart", (x, y))
    send("touchMove", (x, 250))
    send("touchMove", (x, 490))
    before = scrolled(week)
    wait_until(week, lambda now: now > before + 60)
    send("touchMove", (x, 10))
    wait_until(week, lambda now: now == 0)
    send("touchMove", (x, 490))
    wait_until(week, lambda now: now > 0)
    send("touchCancel")
    stopped = scrolled(week)
    week.wait_for_timeout(300)

    assert scrolled(week) == stopped
    expect(week.locator(".is-ghost")).to_have_count(0)
    assert not DutyChange.objects.exists()


def test_drag_that_orphans_an_appointment_asks_first_and_tells_what_becomes_of_it(week: Page) -> None:
    site = Site.objects.get(slug="namur")
    person, tuesday = "Advisor 1, Namur", NEXT_MONDAY + DAY
    shift = Shift.objects.filter(site=site, advisor__display_name=person, stands_for_on=tuesday).earliest("starts_at")
    service = Service.objects.filter(network=site.network, theme__code="work").get()
    booked = AppointmentFactory(
        site=site, service=service, advisor=shift.advisor, starts_at=shift.starts_at, visitor=VisitorFactory()
    )
    week.reload()

    drag(week, card(week, person, tuesday), cell(week, person, tuesday + DAY))
    expect(week.get_by_role("heading", name="This change touches 1 appointment")).to_be_visible()
    assert not DutyChange.objects.exists()
    assert violations(week, "light") == []
    week.get_by_role("radio", name="another time", exact=True).check()
    week.get_by_label("Other time", exact=True).select_option(index=1)
    week.get_by_role("button", name="Save the change").click()

    expect(week.get_by_text("Only this one is changed")).to_be_visible()
    before, after = booked.starts_at, Appointment.objects.get()
    assert after.state == State.BOOKED
    assert after.starts_at != before
    assert DutyChange.objects.get().on == tuesday + DAY


# Each word of the heads and sums of the grid that stands on more than one line.
BROKEN_WORDS = """
() => [...document.querySelectorAll(".week-grid th, .week-grid tfoot td")].flatMap((head) => {
  const found = [];
  const texts = document.createTreeWalker(head, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (text.parentElement.closest(".visually-hidden")) continue;
    for (const word of text.data.matchAll(/[^\\s-]+/g)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) found.push(word[0]);
    }
  }
  return found;
})
"""


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_names_and_links_of_a_full_week_are_whole_on_a_tablet(week: Page, language: str) -> None:
    User.objects.filter(email__startswith="coordinator@").update(language=language)
    site = Site.objects.get(slug="namur")
    for weekday in (6, 7):
        OpeningHours.objects.create(site=site, weekday=weekday, opens_at=dt.time(9), closes_at=dt.time(12))
    week.set_viewport_size({"width": 768, "height": 1000})
    week.reload()

    expect(week.locator(".week-grid__day")).to_have_count(7)
    assert week.evaluate(BROKEN_WORDS) == []
    for person in week.locator(".week-grid__person").all():
        name, link = (person.locator(f".week-grid__{part}").bounding_box() for part in ("name", "away"))
        assert name is not None
        assert link is not None
        assert link["y"] >= name["y"] + name["height"]


def test_week_is_planned_without_javascript_on_a_phone(week: Page, context: BrowserContext, live_server: Any) -> None:
    plain = context.browser
    assert plain is not None
    phone = plain.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    phone.add_cookies(context.cookies())  # type: ignore[arg-type]  # the cookies of one context fit another
    page = phone.new_page()
    page.goto(week.url)

    page.locator("section", has=page.get_by_role("heading", name="Monday")).locator("[data-week-open]").first.click()
    page.get_by_label("From", exact=True).fill("10:00")
    page.get_by_role("button", name="Save for this day alone").click()

    expect(page.get_by_text("Only this one is changed")).to_be_visible()
    expect(page.get_by_text("only this day", exact=True).locator("visible=true")).to_have_count(1)
    assert DutyChange.objects.get().starts_at == dt.time(10)
    phone.close()
