from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

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
    page.goto(f"{live_server.url}/desk/")
    page.route("**/contacts/log/", lambda route: route.abort())
    page.keyboard.press("2")

    page.keyboard.press("Enter")

    expect(page.locator("[data-desk-trouble] p")).to_be_visible()
    expect(page.locator("[name=themes]:checked")).to_have_count(1)


def test_expired_session_leads_to_sign_in(
    demo_data: None, watched: Page, live_server: Any, sign_in: Callable[[str], User]
) -> None:
    sign_in("advisor")
    watched.goto(f"{live_server.url}/desk/")
    watched.context.clear_cookies(name="sessionid")
    watched.keyboard.press("2")

    watched.keyboard.press("Enter")

    watched.wait_for_url("**/accounts/login/?next=/desk/")
