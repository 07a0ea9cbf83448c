"""Signing in without the form, which has tests of its own."""

from typing import Any

from django.conf import settings
from django.test import Client

from sites.models import User


def session_of(person: User) -> str:
    """The key of a new session of this person."""
    client = Client()
    client.force_login(person)
    key: str = client.cookies[settings.SESSION_COOKIE_NAME].value
    return key


def cookie_of(person: User, *, url: str) -> dict[str, Any]:
    """The cookie by which a browser is signed in as this person at an address."""
    return {"name": settings.SESSION_COOKIE_NAME, "value": session_of(person), "url": url}
