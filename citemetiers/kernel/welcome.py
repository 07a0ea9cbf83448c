"""The way in for somebody whose account was made a moment ago: a short-lived signed address, stored nowhere."""

import datetime as dt
from typing import Protocol

from django.core import signing
from django.urls import reverse

SALT = "citemetiers.welcome"
GOOD_FOR = dt.timedelta(hours=1)


class HasKey(Protocol):
    """Anyone with a row in the database."""

    pk: int


def welcome_address(user: HasKey) -> str:
    """Where to send a person who has just accepted an invitation: there they choose a password or take a code.

    Only for a person who has shown that they read mail at their address: the page lets them choose the first password.
    """
    return reverse("account-welcome", args=[signing.dumps(user.pk, salt=SALT)])


def welcomed_key(token: str) -> int | None:
    """The key of the person whom this token welcomes; none when it is forged or too old."""
    try:
        return int(signing.loads(token, salt=SALT, max_age=GOOD_FOR))
    except (signing.BadSignature, ValueError, TypeError):
        return None
