"""A real browser on a real server. CI never skips; elsewhere the reason of a skip is named."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page

from citemetiers import demo
from sites.models import User

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        reason = "No Chromium: install it (apt install chromium) or name it in CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return {**browser_type_launch_args, "executable_path": found, "args": FLAGS}


@pytest.fixture
def demo_data(transactional_db: None, settings: Any) -> None:
    settings.DEMO = True
    demo.load(now=timezone.now(), say=lambda _text: None)


@pytest.fixture
def sign_in(context: BrowserContext, live_server: Any) -> Callable[[str], User]:
    """Signs a demo person in without the form, which has a journey of its own."""

    def as_person(name: str) -> User:
        user = User.objects.get(email=f"{name}@demo.example")
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}])
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
