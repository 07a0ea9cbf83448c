from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from citemetiers import demo
from sites.models import User
from visitors.models import Contact


@pytest.fixture
def desk(demo_data: None, watched: Page, live_server: Any, sign_in: Callable[[str], User]) -> Page:
    sign_in("advisor")
    User.objects.update(language="en")
    watched.goto(f"{live_server.url}/desk/")
    return watched


def test_shortcuts_choose_themes_and_people_and_focus_comes_back(desk: Page) -> None:
    before = Contact.objects.count()

    for key in ("2", "Digit3", "+", "+", "-", "Enter"):
        desk.keyboard.press(key)

    expect(desk.locator("[data-desk-live]")).to_contain_text("Logged: Train, Find work")
    expect(desk.locator("[name=themes]").first).to_be_focused()
    expect(desk.locator("[name=themes]:checked")).to_have_count(0)
    expect(desk.locator("[name=headcount]")).to_have_value("1")
    assert Contact.objects.count() == before + 1
    assert Contact.objects.filter(headcount=2, is_illustrative=False).count() == 1


def test_shortcuts_are_silent_while_somebody_types(desk: Page) -> None:
    desk.locator("[name=headcount]").fill("")
    desk.locator("[name=headcount]").press_sequentially("3")

    expect(desk.locator("[name=headcount]")).to_have_value("3")
    expect(desk.locator("[name=themes]:checked")).to_have_count(0)


def test_shortcuts_stay_off_once_they_are_switched_off(desk: Page) -> None:
    desk.get_by_text("Keyboard", exact=True).click()
    desk.locator("[data-desk-switch]").uncheck()
    desk.reload()

    desk.keyboard.press("2")

    expect(desk.locator("[data-desk-switch]")).not_to_be_checked()
    expect(desk.locator("[name=themes]:checked")).to_have_count(0)


def test_undo_bar_leaves_and_the_list_stays(desk: Page) -> None:
    desk.keyboard.press("1")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-desk-bar]")).to_be_visible()

    expect(desk.locator("[data-desk-bar]")).to_be_hidden(timeout=12000)

    expect(desk.locator(".desk-last__item").first).to_contain_text("Choose a direction")


def test_lost_network_keeps_the_choices_and_says_so(
    demo_data: None, page: Page, live_server: Any, sign_in: Callable[[str], User]
) -> None:
    sign_in("advisor")
    User.objects.update(language="en")
    page.goto(f"{live_server.url}/desk/")
    before = Contact.objects.count()
    page.context.set_offline(True)
    page.keyboard.press("2")

    page.keyboard.press("Enter")

    expect(page.locator("[data-desk-trouble]")).to_contain_text("perhaps not logged", use_inner_text=True)
    expect(page.locator("[data-desk-trouble]")).to_be_in_viewport()
    expect(page.locator("[name=themes]:checked")).to_have_count(1)

    page.context.set_offline(False)
    page.keyboard.press("Enter")

    expect(page.locator("[data-desk-live]")).to_contain_text("Logged: Train")
    expect(page.locator("[data-desk-trouble] p:visible")).to_have_count(0)
    assert Contact.objects.count() == before + 1


def test_hanging_answer_is_given_up_and_logging_again_counts_once(
    demo_data: None, page: Page, live_server: Any, sign_in: Callable[[str], User]
) -> None:
    sign_in("advisor")
    User.objects.update(language="en")
    page.goto(f"{live_server.url}/desk/")
    before = Contact.objects.count()
    asked: list[Route] = []
    page.route("**/contacts/log/", lambda route: asked.append(route))  # noqa: PLW0108  Playwright marks the function
    assert page.evaluate("htmx.config.timeout") == 8000
    page.evaluate("htmx.config.timeout = 300")
    page.keyboard.press("2")
    key = page.locator("[data-desk-log] [name=key]").input_value()

    page.keyboard.press("Enter")

    expect(page.locator("[data-desk-trouble]")).to_contain_text("counted only once", use_inner_text=True)
    expect(page.locator("[name=themes]:checked")).to_have_count(1)
    assert page.locator("[data-desk-log] [name=key]").input_value() == key

    page.evaluate("htmx.config.timeout = 8000")
    page.unroute("**/contacts/log/")
    page.keyboard.press("Enter")

    expect(page.locator("[data-desk-live]")).to_contain_text("Logged: Train")
    assert len(asked) == 1
    assert Contact.objects.count() == before + 1


def test_expired_session_keeps_the_choices_until_signed_in_again(desk: Page) -> None:
    before = Contact.objects.count()
    desk.context.clear_cookies(name="sessionid")
    desk.keyboard.press("2")
    key = desk.locator("[data-desk-log] [name=key]").input_value()

    desk.keyboard.press("Enter")

    expect(desk.locator("[data-desk-trouble]")).to_contain_text("not logged yet", use_inner_text=True)
    expect(desk.locator("[data-desk-sign-in]")).to_be_focused()
    assert Contact.objects.count() == before

    with desk.context.expect_page() as opened:
        desk.keyboard.press("Enter")
    entrance = opened.value
    entrance.locator("[name=login]").fill("advisor@demo.example")
    entrance.locator("[name=password]").fill(demo.PASSWORD)
    entrance.keyboard.press("Enter")
    expect(entrance.locator("[data-desk-log]")).to_be_visible()
    desk.bring_to_front()
    assert desk.locator("[data-desk-log] [name=key]").input_value() == key
    desk.keyboard.press("Enter")

    expect(desk.locator("[data-desk-live]")).to_contain_text("Logged: Train")
    assert Contact.objects.filter(pk=key).exists()
    assert Contact.objects.count() == before + 1


def test_expired_session_does_not_call_an_undo_a_log(desk: Page) -> None:
    desk.keyboard.press("2")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-desk-bar]")).to_be_visible()
    desk.context.clear_cookies(name="sessionid")

    desk.keyboard.press("Z")

    expect(desk.locator("[data-desk-trouble]")).to_contain_text("not undone yet", use_inner_text=True)
    expect(desk.locator("[data-desk-trouble] p:visible")).to_have_count(1)
