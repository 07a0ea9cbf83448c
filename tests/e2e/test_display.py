"""The screen on the wall, for as long as nobody comes near it: without network, after a deployment, with its sound."""

from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from appointments.models import Ticket
from appointments.services.queue import call_next, finish, label_of
from tests.appointments.queue.place import Place, kept_place, ticket_at

POLL = 6_000
LONGEST_PAUSE = 70_000
# Counts the notes that are played.
COUNT_NOTES = """
window.notes = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...at) { window.notes += 1; return start.apply(this, at); };
"""


@pytest.fixture
def place(transactional_db: None) -> Place:
    cache.clear()
    made = kept_place(languages=("fr",))
    for _number in range(2):
        ticket_at(made)
    return made


@pytest.fixture
def screen(page: Page, live_server: Any, place: Place) -> Page:
    """The display with its first call on it; its clock goes on when the test says so."""
    _call(place)
    page.clock.install()
    page.add_init_script(COUNT_NOTES)
    page.goto(f"{live_server.url}{reverse('queue:display', args=[place.site.slug])}")
    return page


def _call(place: Place) -> str:
    """Close the session that is on and call the next; what the screen is to show."""
    now, by = timezone.now(), place.seating.advisor
    for ticket in Ticket.objects.filter(state="CALLED"):
        finish(ticket=ticket, by=by, now=now)
    called = call_next(seating=place.seating, by=by, now=now)
    cache.clear()
    return label_of(called, place.queue)


def test_display_keeps_its_picture_without_network_and_comes_back_by_itself(
    screen: Page, context: BrowserContext, place: Place
) -> None:
    newest = screen.locator("[data-call] .wall__number")
    before = newest.inner_text()

    context.set_offline(True)
    screen.clock.run_for(POLL)
    expect(screen.get_by_text("No connection. Last update:")).to_be_visible()
    expect(screen.locator("[data-live-since]")).to_have_text(screen.locator("[data-live-time]").text_content() or "?")
    expect(newest).to_have_text(before)

    label = _call(place)
    context.set_offline(False)
    screen.clock.run_for(LONGEST_PAUSE)
    expect(newest).to_have_text(label)
    expect(screen.get_by_text("No connection.")).to_be_hidden()
    expect(screen.locator("[data-call-said]")).to_contain_text(f"{label} {place.seating.desk.name}")


def test_display_outlives_a_server_that_is_away(screen: Page, place: Place) -> None:
    address = f"**{reverse('queue:display', args=[place.site.slug])}"
    screen.route(address, lambda route: route.fulfill(status=502, body="away"))
    screen.clock.run_for(POLL)
    expect(screen.get_by_text("No connection.")).to_be_visible()
    expect(screen.locator("[data-call]")).to_be_visible()

    screen.unroute(address)
    screen.clock.run_for(LONGEST_PAUSE)
    expect(screen.get_by_text("No connection.")).to_be_hidden()


def test_display_loads_itself_anew_after_a_deployment(screen: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    screen.evaluate("document.body.dataset.old = 'yes'")
    monkeypatch.setattr("appointments.views.queue.display.look", lambda: "another look")

    screen.clock.run_for(POLL)

    expect(screen.locator("body:not([data-old])")).to_be_visible()


def test_display_sounds_once_somebody_turned_it_on(screen: Page, place: Place) -> None:
    newest = screen.locator("[data-call] .wall__number")
    screen.get_by_role("button", name="Turn the sound on").click()
    expect(screen.get_by_role("button", name="Turn the sound off")).to_be_visible()
    tried = screen.evaluate("window.notes")

    label = _call(place)
    screen.clock.run_for(POLL)
    expect(newest).to_have_text(label)

    assert screen.evaluate("window.notes") == tried + 2
    screen.reload()
    assert screen.evaluate("localStorage.getItem('display-sound')") == "on"


def test_both_codes_fit_a_small_screen_and_the_way_in_is_the_larger(page: Page, live_server: Any, place: Place) -> None:
    for _number in range(4):
        ticket_at(place)
        _call(place)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{live_server.url}{reverse('queue:display', args=[place.site.slug])}?key={place.queue.screen_key}")

    door, survey = (page.locator(name).bounding_box() for name in (".wall__door svg", ".wall__survey svg"))

    assert door is not None
    assert survey is not None
    assert door["width"] > 1.4 * survey["width"]
    assert max(box["y"] + box["height"] for box in (door, survey)) <= 720
    size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert page.evaluate(size) == [1280, 720]


def test_live_board_keeps_itself_up_to_date(page: Page, live_server: Any, place: Place) -> None:
    page.clock.install()
    page.goto(f"{live_server.url}{reverse('queue:live', args=[place.site.slug])}")
    expect(page.locator("[data-live-counts]")).to_contain_text("2 people wait")

    _call(place)
    page.clock.run_for(16_000)

    expect(page.locator("[data-live-counts]")).to_contain_text("1 person waits")


def test_site_page_tells_who_waits_now(page: Page, live_server: Any, place: Place) -> None:
    page.goto(f"{live_server.url}{place.site.get_absolute_url()}")

    expect(page.locator(".site-head__live")).to_contain_text("2 people wait")
