"""A real browser on a real server. CI never skips; elsewhere the reason of a skip is named."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from appointments.models import Appointment
from citemetiers import demo
from sites.models import User
from tests.e2e.snapshot import Restore, taken_now
from tests.sessions import cookie_of

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The shell without windows does the same in less time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# A wait ends with what it waits for; a busy machine may need long.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        reason = "No Chromium: install it (apt install chromium-headless-shell) or name it in CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return {**browser_type_launch_args, "executable_path": found, "args": FLAGS}


@pytest.fixture(scope="session")
def _kept() -> list[Restore]:
    """The demonstration as it was first loaded, once it was."""
    return []


@pytest.fixture(autouse=True)
def _no_holidays(no_holidays: None) -> None:
    """Whatever day the tests run on is an ordinary one, as are the days around it."""


@pytest.fixture
def demo_data(transactional_db: None, settings: Any, _kept: list[Restore]) -> None:
    settings.DEMO = True
    if _kept:
        _kept[0]()
        return
    with transaction.atomic():
        demo.load(now=timezone.now(), say=lambda _text: None)
        # Each test counts what it books itself.
        Appointment.objects.all().delete()
    _kept.append(taken_now())


@pytest.fixture
def sign_in(context: BrowserContext, live_server: Any) -> Callable[[str], User]:
    """Signs a demo person in without the form, which has a journey of its own."""

    def as_person(name: str) -> User:
        user = User.objects.get(email=f"{name}@demo.example")
        context.add_cookies([cookie_of(user, url=live_server.url)])
        return user

    return as_person


@pytest.fixture
def watched(page: Page) -> Iterator[Page]:
    """A page on which any script error or refused resource fails the test."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield page
    assert complaints == []
