"""What the tests of the desk look at and press."""

import time

from playwright.sync_api import Page, expect

WAITING = "[data-desk-number=waiting]"
REFUSED = "[data-desk-list=refused]"
LIVE = "[data-desk-live]"
# Waits that end with what they wait for; a busy machine may need long.
PATIENCE = 30_000
SHELL_IS_KEPT = """async path => Boolean(
  navigator.serviceWorker.controller && (await (await caches.open("desk-shells")).match(path)))"""
QUEUE_LISTENS = """() =>
  [...document.querySelectorAll("#queue form[hx-post]")].every(form => "htmx-internal-data" in form)"""
STORED = """async () => {
  const { all } = await import("/static/js/desk/store.js");
  return (await all()).filter(({ state }) => state === "waiting").length;
}"""
# Presses keys as fast as the page takes them, without a message to the browser for each.
STROKES = """keys => keys.forEach(key => {
  const code = /^\\d$/.test(key) ? `Digit${key}` : key;
  (document.activeElement ?? document.body).dispatchEvent(
    new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }));
})"""


def _wait_until(page: Page, is_so: str, about: str = "") -> None:
    """Asked again and again from outside: inside, the page forbids to evaluate text."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(is_so, about):
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)


def wait_until_kept(page: Page, path: str = "/desk/") -> None:
    """Wait until the desk would open without a network."""
    _wait_until(page, SHELL_IS_KEPT, path)


def wait_until_queue_listens(page: Page) -> None:
    """Wait until the buttons of the queue are sent by script: pressed before, the browser leaves the page."""
    _wait_until(page, QUEUE_LISTENS)


def wait_until_ready(page: Page) -> None:
    """Wait until the scripts of the desk listen."""
    page.wait_for_selector("[data-desk][data-desk-state]", timeout=PATIENCE)


def expect_waiting(page: Page, number: int) -> None:
    """Wait until so many entries wait on the device, and the page says so."""
    deadline = time.monotonic() + PATIENCE / 1000
    while (waiting := page.evaluate(STORED)) != number:
        assert time.monotonic() < deadline, f"{waiting} wait, not {number}"
        page.wait_for_timeout(50)
    expect(page.locator(WAITING)).to_have_text(str(number), timeout=PATIENCE)


def expect_shell(page: Page) -> None:
    """The page came from the worker, not from the server."""
    expect(page.locator("[data-desk-is-shell]")).to_be_attached(timeout=PATIENCE)
    wait_until_ready(page)


def expect_live(page: Page) -> None:
    """The page came from the server."""
    expect(page.locator("#desk-side")).to_be_attached(timeout=PATIENCE)
    wait_until_ready(page)


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        page.keyboard.press(key)


def strike(page: Page, *keys: str) -> None:
    """Press many keys at once."""
    page.evaluate(STROKES, list(keys))
