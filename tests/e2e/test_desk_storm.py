"""Five hundred contacts in three tabs without a network, a server that is killed twice, a session that expires."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, expect

from citemetiers import demo
from sites.models import User
from tests.e2e.desks import PATIENCE, WAITING, expect_live, expect_shell, expect_waiting, press, strike, wait_until_kept
from tests.processes import ROOT, environment
from tests.sessions import cookie_of
from visitors.models import Contact, EntryAuthor

CONTACTS, TABS, BY_HAND = 500, 3, 5
STARTS_WITHIN = 60


class Server:
    """A real server on the database of the test, which can die and be started again at the same address."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = int(found.getsockname()[1])
        self.wish = folder / "die"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self, *, is_mortal: bool = False) -> None:
        if is_mortal:
            self.wish.touch()
        line = [sys.executable, "-m", "gunicorn", "citemetiers.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        line += ["--workers", "1", "--threads", "4", "--log-level", "error"]
        own = {"DJANGO_SETTINGS_MODULE": "tests.e2e.mortal", "MORTAL_WISH": str(self.wish)}
        own["PORTAL_BASE_URL"] = self.url
        self.process = subprocess.Popen(line, cwd=ROOT, env=environment(**own), start_new_session=True)
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def wait_until_dead(self) -> None:
        assert self.process is not None
        assert self.process.wait(timeout=PATIENCE / 1000) == -signal.SIGKILL
        self.process = None

    def stop(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=30)


@pytest.fixture
def server(demo_data: None, tmp_path: Path) -> Iterator[Server]:
    User.objects.update(language="en")
    found = Server(tmp_path)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def tabs(server: Server, context: BrowserContext) -> list[Page]:
    context.add_cookies([cookie_of(User.objects.get(email="advisor@demo.example"), url=server.url)])
    pages = [context.new_page() for _number in range(TABS)]
    for page in pages:
        page.goto(f"{server.url}/desk/")
        expect_live(page)
    wait_until_kept(pages[0])
    return pages


def wake(tabs: list[Page]) -> None:
    """What the browser says when a network is there again: no tab waits for its own turn."""
    for page in tabs:
        page.evaluate("dispatchEvent(new Event('online'))")


def sign_in_again(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/accounts/login/?next=/desk/")
    page.locator("[name=login]").fill("advisor@demo.example")
    page.locator("[name=password]").fill(demo.PASSWORD)
    page.keyboard.press("Enter")
    expect_live(page)


def test_five_hundred_contacts_are_five_hundred_whatever_dies(
    server: Server, context: BrowserContext, tabs: list[Page]
) -> None:
    before, authors = Contact.objects.count(), EntryAuthor.objects.count()
    context.set_offline(True)
    struck = [[str(number % 6 + 1), "Enter"] for number in range(CONTACTS - BY_HAND)]
    for number, page in enumerate(tabs):
        strike(page, *[key for keys in struck[number::TABS] for key in keys])
    for number in range(BY_HAND):
        press(tabs[0], str(number + 1), "Enter")
    for page in tabs:
        expect_waiting(page, CONTACTS)
    tabs[1].reload()
    expect_shell(tabs[1])
    tabs.pop().close()
    expect_waiting(tabs[1], CONTACTS)

    server.wish.touch()
    context.set_offline(False)
    server.wait_until_dead()
    server.start(is_mortal=True)
    wake(tabs)
    server.wait_until_dead()
    assert before + 50 <= Contact.objects.count() < before + CONTACTS
    Session.objects.all().delete()
    server.start()
    wake(tabs)
    expect(tabs[0].locator("[data-desk-when=signed-out]")).to_be_visible(timeout=PATIENCE)
    expect(tabs[0].locator(WAITING)).not_to_have_text("0")
    sign_in_again(context, server)

    expect_waiting(tabs[0], 0)
    assert Contact.objects.count() == before + CONTACTS
    assert EntryAuthor.objects.count() == authors + CONTACTS
