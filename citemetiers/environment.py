"""Reads the environment once, and says in one sentence what is wrong with it."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.FileAwareEnv()

T = TypeVar("T")

DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql", "psql")
BROKER_SCHEMES = ("filesystem", "redis", "rediss", "memory")


def read(name: str, reader: Callable[..., T], *, help_text: str, **options: Any) -> T:
    """The value of one variable; a wrong one stops the program with its name and a remedy."""
    try:
        return reader(name, **options)
    except ImproperlyConfigured:
        raise ImproperlyConfigured(f"{name} is not set. {help_text}") from None
    except Exception as error:
        raise ImproperlyConfigured(f"{name} cannot be read ({error}). {help_text}") from None


def require_scheme(name: str, value: str, schemes: tuple[str, ...]) -> str:
    """The value, when its scheme is one that the portal runs on."""
    if urlsplit(value).scheme not in schemes:
        choices = ", ".join(f"{scheme}://" for scheme in schemes)
        raise ImproperlyConfigured(f"{name} must start with one of {choices}. Example: .env.example")
    return value
