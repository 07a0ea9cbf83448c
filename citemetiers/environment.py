"""Reads the environment once, and says in one sentence what is wrong with it."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.FileAwareEnv()

T = TypeVar("T")

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off"}
FLAG_HELP = "Use 1 or 0."
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql", "psql")
BROKER_SCHEMES = ("filesystem", "redis", "rediss", "memory")
TEXT_SCHEMES = ("consoletext", "filetext", "https")


def read(name: str, reader: Callable[..., T], *, help_text: str, **options: Any) -> T:
    """The value of one variable; a wrong one stops the program with its name and a remedy."""
    try:
        return reader(name, **options)
    except ImproperlyConfigured as error:
        is_given = name in os.environ or f"{name}_FILE" in os.environ
        reason = f"cannot be read ({error})" if is_given else "is not set"
        raise ImproperlyConfigured(f"{name} {reason}. {help_text}") from None
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise ImproperlyConfigured(f"{name} cannot be read ({error}). {help_text}") from None


def require_scheme(name: str, value: str, schemes: tuple[str, ...]) -> str:
    """The value, when its scheme is one that the portal runs on."""
    if value.partition("://")[0] not in schemes or "://" not in value:
        choices = ", ".join(f"{scheme}://" for scheme in schemes)
        raise ImproperlyConfigured(f"{name} must start with one of {choices}. Example: .env.example")
    return value


def read_number(name: str, *, default: int, help_text: str, least: int = 0) -> int:
    """A whole number, not below the least that makes sense."""
    number = int(read(name, env.int, default=default, help_text=help_text))
    if number < least:
        raise ImproperlyConfigured(f"{name} is {number}, and may not be below {least}. {help_text}")
    return number


def read_choice(name: str, choices: tuple[str, ...], *, default: str) -> str:
    """One of a few words."""
    text = str(read(name, env.str, default=default, help_text="")).strip()
    if text not in choices:
        raise ImproperlyConfigured(f"{name} is “{text}”. Use one of {', '.join(choices)}.")
    return text


def read_flag(name: str, *, default: bool = False) -> bool:
    """A yes or no; anything else is refused and nothing means the default: no slip switches protection off."""
    text = read(name, env.str, default="", help_text=FLAG_HELP).strip().lower()
    if not text:
        return default
    if text not in YES | NO:
        raise ImproperlyConfigured(f"{name} is “{text}”. {FLAG_HELP}")
    return text in YES
