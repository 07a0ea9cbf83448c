"""The visitor's way to a code: in how many taps and how long, by keyboard alone, and without JavaScript."""

import re
import time
from pathlib import Path
from typing import Any

from django.core import mail
from playwright.sync_api import Browser, Page, expect

from appointments.enums import State
from appointments.models import Appointment

PHONE = {"width": 360, "height": 740}
CODE = re.compile(r"^[A-HJ-NP-Z2-9]{6}$")
MOST_TAPS, MOST_SECONDS = 6, 60
# A careful reader needs so long on each page before the next tap.
READING_SECONDS = 8
MOST_BYTES = 100_000

COUNT_TAPS = """
addEventListener("pointerdown", () => sessionStorage.setItem("taps", 1 + Number(sessionStorage.getItem("taps"))), true);
addEventListener("keydown", () => sessionStorage.setItem("keys", 1 + Number(sessionStorage.getItem("keys"))), true);
"""


def counted(page: Page, what: str) -> int:
    return int(page.evaluate(f"Number(sessionStorage.getItem('{what}'))"))


def test_visitor_has_a_code_after_few_taps_with_nothing_typed(demo_data: None, watched: Page, live_server: Any) -> None:
    page = watched
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.add_init_script(COUNT_TAPS)
    page.goto(f"{live_server.url}/en/")

    began = time.monotonic()
    page.get_by_role("link", name="Find work").click()
    page.locator("main").get_by_role("link", name=re.compile("^Namur")).click()
    moment = page.locator("label:has([name=moment])").nth(3)
    words = moment.inner_text().split()[0]
    moment.click()
    expect(page.locator("[data-chosen]")).to_contain_text(words)
    page.get_by_role("button", name="Book this moment").click()
    page.wait_for_url("**/b/**")
    seconds = time.monotonic() - began

    appointment = Appointment.objects.get()
    taps, keys = counted(page, "taps"), counted(page, "keys")
    assert CODE.match(appointment.code or "")
    assert appointment.visitor is None
    expect(page.locator("[data-code]")).to_have_text(appointment.code or "")
    assert (taps, keys) == (4, 0)
    assert taps <= MOST_TAPS
    assert seconds + READING_SECONDS * taps <= MOST_SECONDS


def test_visitor_books_the_earliest_anywhere_and_moves_and_cancels_with_two_taps_each(
    demo_data: None, watched: Page, live_server: Any
) -> None:
    page = watched
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{live_server.url}/en/book/?theme=work&near=4000")

    page.locator(".earliest__link").click()
    page.get_by_role("button", name="Book this moment").click()
    page.wait_for_url("**/b/**")
    booked = Appointment.objects.get()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Add to my calendar").click()
    assert "BEGIN:VTIMEZONE" in Path(waiting.value.path()).read_text()
    page.get_by_role("link", name=re.compile("^Move")).click()
    page.locator("label:has([name=moment])").nth(3).click()
    page.get_by_role("button", name="Move to this moment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment has a new time")
    moved = Appointment.objects.get()
    page.get_by_role("link", name="Cancel the appointment").click()
    page.get_by_role("button", name="Cancel the appointment").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("This appointment is cancelled")
    assert moved.starts_at != booked.starts_at
    assert moved.code == booked.code
    assert Appointment.objects.get().state == State.CANCELLED


def test_visitor_books_with_the_keyboard_alone(demo_data: None, watched: Page, live_server: Any) -> None:
    page = watched
    page.goto(f"{live_server.url}/en/book/?theme=work&site=namur")

    radio = page.locator("[name=moment]").first
    for _press in range(40):
        page.keyboard.press("Tab")
        if radio.evaluate("radio => radio === document.activeElement"):
            break
    page.keyboard.press("ArrowRight")
    chosen = page.locator("[name=moment]:checked").get_attribute("value")
    for _press in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.book-bar button')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/b/**")

    appointment = Appointment.objects.get()
    assert chosen == f"namur|{appointment.starts_at:%Y-%m-%dT%H:%MZ}|{appointment.language}"


def test_visitor_books_without_javascript(demo_data: None, browser: Browser, live_server: Any) -> None:
    page = browser.new_page(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    page.goto(f"{live_server.url}/en/book/?theme=work")

    page.locator("main").get_by_role("link", name=re.compile("^Namur")).click()
    page.locator("label:has([name=moment])").nth(1).click()
    page.get_by_role("button", name="Book this moment").click()

    expect(page.locator("[data-code]")).to_have_text(Appointment.objects.get().code or "")
    page.close()


def test_visitor_with_an_address_gets_a_confirmation_in_the_language_of_the_page(
    demo_data: None, watched: Page, live_server: Any
) -> None:
    page = watched
    page.goto(f"{live_server.url}/nl/book/?theme=train&site=bruxelles")

    page.locator("label:has([name=moment])").first.click()
    page.locator(".book-bar__more").click()
    page.locator("input[type=email]").fill("someone@example.org")
    page.locator(".book-bar button").click()
    page.wait_for_url("**/b/**")

    assert [message.to for message in mail.outbox] == [["someone@example.org"]]
    assert "/b/" not in mail.outbox[0].subject
    assert "/nl/b/" in mail.outbox[0].body


def test_visitor_chooses_a_day_from_the_month(demo_data: None, watched: Page, live_server: Any) -> None:
    page = watched
    page.goto(f"{live_server.url}/en/book/?theme=work&site=namur")

    page.get_by_role("link", name="A whole month at a glance").click()
    page.locator(".month-nav__after").click()
    day = page.locator(".month__day").first
    number = day.locator(".month__number").inner_text()
    day.click()

    expect(page.locator("fieldset.slot-day h2").first).to_contain_text(number)


def test_pages_of_booking_are_light(demo_data: None, watched: Page, live_server: Any) -> None:
    weights: dict[str, int] = {}

    for query in ("theme=work", "theme=work&site=namur", "theme=work&site=anywhere"):
        answer = watched.goto(f"{live_server.url}/fr/book/?{query}")
        assert answer is not None
        weights[query] = len(answer.body())

    assert {query: size for query, size in weights.items() if size > MOST_BYTES} == {}
