"""A visitor finds the nearest place: by position, which never leaves the browser, and without JavaScript."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from sites.geography import nearest_first, places_now
from sites.models import Site
from sites.services import load_reference

# Seraing, south-west of Liège. The digits appear in no address of the portal.
HERE = (50.59637, 5.50142)
DIGITS = re.compile(r"50[.,%]\w*596|5[.,%]\w*501|59637|50142")


@pytest.fixture
def places(transactional_db: None) -> list[Site]:
    load_reference()
    return [one.site for one in nearest_first(places_now(Site.objects.for_public(), now=timezone.now()), HERE)]


@pytest.fixture
def requests(page: Page) -> Iterator[list[Request]]:
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))  # noqa: PLW0108  Playwright marks the function
    yield sent
    assert [request.url for request in sent if request.method != "GET"] == []


def names(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".site-list__name").all_text_contents()]


def test_position_sorts_the_list_and_is_never_sent(
    places: list[Site], watched: Page, context: BrowserContext, live_server: Any, requests: list[Request]
) -> None:
    page = watched
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": HERE[0], "longitude": HERE[1]})
    page.goto(live_server.url + reverse("sites:site-list"), wait_until="networkidle")
    before, loaded = names(page), len(requests)

    page.get_by_role("button", name="Use my position").click()

    expect(page.get_by_role("status")).to_have_text(
        "Nearest first: Cité des métiers de Liège is about 6 km from you, as the crow flies."
    )
    assert names(page) == [site.name for site in places] != before
    expect(page.locator(".site-list__distance").first).to_have_text("about 6 km")
    page.get_by_role("link", name="Cité des métiers de Liège", exact=True).click()
    page.wait_for_load_state("networkidle")
    assert len(requests) > loaded
    told = [f"{request.url} {request.headers}" for request in requests]
    assert [text for text in told if DIGITS.search(text)] == []
    assert requests[loaded].url == live_server.url + reverse("sites:site-detail", args=["liege"])
    assert context.cookies() == []
    # The page that updates itself remembers its own address there, and nothing else.
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert page.evaluate("Object.values(sessionStorage)") in ([], [reverse("sites:site-detail", args=["liege"])])


def test_position_asks_nothing_of_the_server(
    places: list[Site], watched: Page, context: BrowserContext, live_server: Any, requests: list[Request]
) -> None:
    page = watched
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": HERE[0], "longitude": HERE[1]})
    page.goto(live_server.url + reverse("sites:site-list"), wait_until="networkidle")
    loaded = len(requests)

    page.get_by_role("button", name="Use my position").press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Nearest first")
    page.wait_for_timeout(500)
    assert requests[loaded:] == []
    expect(page.get_by_role("button", name="Use my position")).to_be_focused()


def test_position_that_is_refused_leaves_the_list_and_says_what_to_do(
    places: list[Site], watched: Page, live_server: Any
) -> None:
    page = watched
    page.goto(live_server.url + reverse("sites:site-list"))
    before = names(page)

    page.get_by_role("button", name="Use my position").click()

    expect(page.get_by_role("status")).to_have_text(
        "Your browser did not give your position. Write your postcode instead."
    )
    assert names(page) == before
    expect(page.locator(".site-list__distance:visible")).to_have_count(0)


def test_position_beside_a_place_is_less_than_a_kilometre_away(
    places: list[Site], watched: Page, context: BrowserContext, live_server: Any
) -> None:
    address = places[0].addresses.get()
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": float(address.latitude), "longitude": float(address.longitude)})
    watched.goto(live_server.url + reverse("sites:site-list"), wait_until="networkidle")

    watched.get_by_role("button", name="Use my position").click()

    expect(watched.get_by_role("status")).to_have_text(
        "Nearest first: Cité des métiers de Liège is less than 1 km from you, as the crow flies."
    )
    expect(watched.locator(".site-list__distance").first).to_have_text("less than 1 km")


def test_position_is_closed_to_every_other_page(
    places: list[Site], page: Page, context: BrowserContext, live_server: Any
) -> None:
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": HERE[0], "longitude": HERE[1]})
    page.goto(live_server.url + reverse("privacy"))

    code = page.evaluate(
        "new Promise((done) => navigator.geolocation.getCurrentPosition(() => done(0), (error) => done(error.code)))"
    )

    assert code == 1


def test_place_is_found_by_postcode_without_javascript(places: list[Site], browser: Browser, live_server: Any) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(live_server.url + reverse("sites:site-list"))

    expect(page.get_by_text("Use my position")).to_be_hidden()
    page.get_by_label("Your postcode").fill("4100")
    page.get_by_role("button", name="Show the nearest first").click()

    assert names(page)[0] == "Cité des métiers de Liège"
    expect(page.locator(".site-list__distance").first).to_contain_text("km")
    page.context.close()


def test_dots_of_the_map_are_targets_that_open_the_page_of_their_site(
    places: list[Site], watched: Page, live_server: Any
) -> None:
    page = watched
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(live_server.url + reverse("sites:site-list"))
    dots = page.locator(".site-map__link")

    boxes = [dot.bounding_box() for dot in dots.all()]
    assert len(boxes) == 13
    assert all(box and min(box["width"], box["height"]) >= 24 for box in boxes)
    dots.first.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Carrefour des métiers d'Arlon")
