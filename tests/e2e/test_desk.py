"""The log with the keyboard, online: what is a record, what sticks, what is said, taken back and corrected."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sites.models import User
from tests.e2e.desks import LIVE, expect_waiting, press, wait_until_ready
from visitors.models import Contact, EntryAuthor, Tally

# The keystroke-level model of Card, Moran and Newell: one thought, and a key each of an ordinary typist.
THINKING, KEYSTROKE = 1.35, 0.28
MOST_KEYS, MOST_SECONDS = 4, 5.0
# A day at the desk: mostly one theme; some of two, with company, by telephone, in another length.
DAY = [
    *[[str(number % 6 + 1), "Enter"] for number in range(34)],
    *[["1", "2", "Enter"]] * 6,
    *[["3", "+", "Enter"]] * 4,
    *[["h", "2", "Enter"]] * 4,
    *[["2", "h", "+", "+", "Enter"]] * 2,
]


@pytest.fixture
def desk(demo_data: None, watched: Page, live_server: Any, sign_in: Callable[[str], User]) -> Page:
    sign_in("advisor")
    User.objects.update(language="en")
    watched.goto(f"{live_server.url}/desk/")
    wait_until_ready(watched)
    return watched


def test_fifty_contacts_by_keyboard_take_two_keys_each(desk: Page, capsys: pytest.CaptureFixture[str]) -> None:
    before, durations = Contact.objects.count(), []

    for number, keys in enumerate(DAY):
        desk.evaluate("() => document.querySelector('[data-desk-bar]')?.remove()")
        started = time.perf_counter()
        press(desk, *keys)
        desk.wait_for_selector("[data-desk-bar]", timeout=10_000)
        durations.append(time.perf_counter() - started)
        assert desk.locator("[name=themes]:checked").count() == 0, number
    expect_waiting(desk, 0)

    keys_each = statistics.median(len(keys) for keys in DAY)
    machine = statistics.median(durations)
    person = THINKING + keys_each * KEYSTROKE
    with capsys.disabled():
        print(  # noqa: T201  for whoever wants to know how fast it is
            f"\n50 contacts: median {keys_each:g} keys; median {machine * 1000:.0f} ms until the bar says logged;"
            f" a person needs {person:.1f} s (keystroke-level model: M {THINKING} s + {keys_each:g} × K {KEYSTROKE} s)"
        )
    assert len(DAY) == 50
    assert keys_each <= MOST_KEYS
    assert machine + person <= MOST_SECONDS
    assert Contact.objects.count() == before + 50
    assert Contact.objects.filter(is_illustrative=False, headcount=2).count() == 4


def test_shortcuts_choose_count_repeat_and_take_back(desk: Page) -> None:
    before, counted = Contact.objects.count(), Tally.objects.count()

    press(desk, "2", "Digit3", "+", "+", "-", "w", "x", "Enter")
    expect(desk.locator(LIVE)).to_contain_text("Logged: Train, Find work, telephone")
    expect(desk.locator("[name=themes]").first).to_be_focused()
    expect(desk.locator("[name=themes]:checked")).to_have_count(0)
    expect(desk.locator("[name=headcount]")).to_have_value("1")
    expect(desk.locator("[name=way]")).to_have_value("PHONE")
    press(desk, "r")
    expect(desk.locator("[name=themes]:checked")).to_have_count(2)
    expect(desk.locator("[name=headcount]")).to_have_value("2")
    press(desk, "Enter")
    expect(desk.locator("[name=themes]:checked")).to_have_count(0)
    expect_waiting(desk, 0)
    press(desk, "i", "o")
    expect(desk.locator(LIVE)).to_contain_text("+1 information at reception")
    press(desk, "z")
    expect(desk.locator(LIVE)).to_contain_text("Undone: +1 information at reception")
    expect_waiting(desk, 0)

    expect(desk.locator(".desk-last .desk-last__item").first).to_contain_text("self-service")
    assert Contact.objects.count() == before + 2
    assert Tally.objects.count() == counted + 1
    desk.reload()
    expect(desk.locator("[name=way]")).to_have_value("PHONE")


def test_shortcuts_are_silent_while_somebody_types_and_once_they_are_switched_off(desk: Page) -> None:
    desk.locator("[name=headcount]").fill("")
    desk.locator("[name=headcount]").press_sequentially("3")
    expect(desk.locator("[name=headcount]")).to_have_value("3")
    expect(desk.locator("[name=themes]:checked")).to_have_count(0)

    desk.get_by_text("Keyboard", exact=True).click()
    desk.locator("[data-desk-switch]").uncheck()
    desk.reload()
    press(desk, "2")

    expect(desk.locator("[data-desk-switch]")).not_to_be_checked()
    expect(desk.locator("[name=themes]:checked")).to_have_count(0)


def test_what_is_missing_is_said_and_what_was_wrong_is_corrected(desk: Page) -> None:
    press(desk, "Enter")
    expect(desk.locator("[data-desk-problem=themes]")).to_be_visible()
    press(desk, "1", "Enter")
    expect(desk.locator("[data-desk-problem=themes]")).to_be_hidden()
    expect_waiting(desk, 0)
    contact = Contact.objects.get(pk=EntryAuthor.objects.get().entry_key)

    desk.get_by_role("button", name="Correct: Choose a direction").click()
    expect(desk.locator("[data-desk-correcting]")).to_be_visible()
    press(desk, "1", "4", "Enter")

    expect(desk.locator(LIVE)).to_contain_text("Corrected: Start a business")
    expect(desk.locator("[data-desk-correcting]")).to_be_hidden()
    expect_waiting(desk, 0)
    expect(desk.locator(".desk-last .desk-last__item").first).to_contain_text("Start a business")
    assert [theme.code for theme in contact.themes.all()] == ["business"]
    assert EntryAuthor.objects.get().edition == 2
    desk.get_by_role("button", name="Undo: Start a business").click()
    expect(desk.locator(LIVE)).to_contain_text("Undone")
    expect_waiting(desk, 0)
    expect(desk.locator(".desk-last .desk-last__item")).to_have_count(0)
    assert not Contact.objects.filter(pk=contact.pk).exists()


def test_undo_bar_leaves_after_eight_seconds_and_the_list_stays(
    demo_data: None, page: Page, live_server: Any, sign_in: Callable[[str], User]
) -> None:
    sign_in("advisor")
    User.objects.update(language="en")
    page.clock.install()
    page.goto(f"{live_server.url}/desk/")
    wait_until_ready(page)
    listed = page.locator(".desk-last")
    press(page, "1", "Enter")
    expect(listed).to_contain_text("Choose a direction")

    press(page, "2", "Enter")
    expect(page.locator("[data-desk-live]")).to_contain_text("Train")
    page.clock.run_for(6_000)
    expect(page.locator("[data-desk-bar]")).to_be_visible()
    page.clock.run_for(3_000)

    expect(page.locator("[data-desk-bar]")).to_be_hidden()
    expect(listed).to_contain_text("Choose a direction")


def test_desk_works_without_a_script(
    demo_data: None, browser: Browser, context: BrowserContext, live_server: Any, sign_in: Callable[[str], User]
) -> None:
    sign_in("advisor")
    User.objects.update(language="en")
    plain = browser.new_context(java_script_enabled=False, storage_state=context.storage_state())
    page = plain.new_page()
    page.goto(f"{live_server.url}/desk/")

    page.get_by_role("checkbox", name="Train").check()
    page.get_by_role("button", name="Log this contact").click()
    expect(page.locator("[data-desk-bar]")).to_contain_text("Logged: Train")
    page.get_by_role("button", name="+1 self-service").click()
    expect(page.locator("[data-desk-bar]")).to_contain_text("self-service")
    page.get_by_role("button", name="Correct: Train").click()
    page.get_by_role("checkbox", name="Find work").check()
    page.get_by_role("button", name="Log this contact").click()
    expect(page.locator("[data-desk-bar]")).to_contain_text("Corrected.")
    page.get_by_role("button", name="Undo: Train, Find work").click()

    expect(page.locator("[data-desk-bar]")).to_contain_text("Undone")
    expect(page.locator(".desk-last .desk-last__item")).to_have_count(1)
    plain.close()


OVER = "/desk/#theme={}&way=WALK_IN&language=fr&duration=FROM_30"


def _end_session(desk: Page, base: str, theme: str) -> None:
    """Open the desk as a form does that is answered with its address: anew, though only the end of it differs."""
    desk.goto("about:blank")
    desk.goto(f"{base}{OVER.format(theme)}")
    wait_until_ready(desk)


def test_each_session_that_is_over_has_a_log_of_its_own(desk: Page, live_server: Any) -> None:
    ticked, line = desk.locator("[name=themes]:checked"), desk.locator("[data-desk-sessions]")
    before = Contact.objects.count()
    _end_session(desk, live_server.url, "train")
    press(desk, "+", "3")

    _end_session(desk, live_server.url, "business")
    desk.reload()
    wait_until_ready(desk)

    expect(ticked).to_have_count(1)
    expect(ticked).to_have_value("business")
    expect(desk.locator("[name=headcount]")).to_have_value("1")
    expect(line).to_contain_text("Over and not logged yet: 1 · Train, Find work, one-to-one, walk-in")
    press(desk, "Enter")
    expect(desk.locator(LIVE)).to_contain_text("Logged: Start a business")
    desk.get_by_role("button", name="Fill in the log").click()
    expect(ticked).to_have_count(2)
    expect(line).to_be_hidden()
    press(desk, "Enter")
    expect_waiting(desk, 0)
    desk.reload()
    wait_until_ready(desk)
    expect(ticked).to_have_count(0)
    expect(line).to_be_hidden()
    assert Contact.objects.count() == before + 2


def test_correction_keeps_to_itself_and_is_taken_back_as_a_correction(desk: Page, live_server: Any) -> None:
    ticked, correcting = desk.locator("[name=themes]:checked"), desk.locator("[data-desk-correcting]")
    press(desk, "1", "+", "Enter")
    expect_waiting(desk, 0)
    contact = Contact.objects.get(pk=EntryAuthor.objects.get().entry_key)
    desk.get_by_role("button", name="Correct: Choose a direction").click()
    expect(correcting).to_be_visible()

    press(desk, "1", "4", "r")
    expect(correcting).to_be_visible()
    expect(ticked).to_have_value("business")
    press(desk, "Enter")
    expect(desk.locator(LIVE)).to_contain_text("Corrected: Start a business")
    press(desk, "z")
    expect(desk.locator(LIVE)).to_contain_text("As it was before: Choose a direction")
    expect_waiting(desk, 0)
    assert [theme.code for theme in contact.themes.all()] == ["direction"]
    expect(desk.locator(".desk-last .desk-last__item").first).to_contain_text("Choose a direction")

    desk.get_by_role("button", name="Correct: Choose a direction").click()
    expect(correcting).to_be_visible()
    _end_session(desk, live_server.url, "train")

    expect(ticked).to_have_count(1)
    expect(ticked).to_have_value("train")
    expect(desk.locator("[name=headcount]")).to_have_value("1")
    expect(correcting).to_be_hidden()
