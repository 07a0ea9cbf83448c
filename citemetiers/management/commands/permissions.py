"""Writes docs/permissions.md from the table in code, or says that it is out of date."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from citemetiers.permissions import PERMISSIONS
from citemetiers.screens import ACTS, Screen, administered, staff_screens
from sites.enums import Role

BAR = "&#124;"  # a bar that ends no cell
PAGE = Path(settings.BASE_DIR) / "docs" / "permissions.md"
HEAD = """# Who may do what

Written by `manage.py permissions` from `citemetiers/permissions.py` and the addresses of the portal; `make check`
refuses a page that is out of date. `tests/test_permissions.py` tries every line: a stranger, each role at the same
place, the same role elsewhere, and a person who has left.
"""


class Command(BaseCommand):
    help = "Writes docs/permissions.md from the permissions table; with --check only says whether it is up to date."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Change nothing; fail if the page is out of date.")

    def handle(self, *_args: Any, **options: Any) -> None:
        page = as_page()
        if not options["check"]:
            PAGE.write_text(page, encoding="utf-8")
        elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
            raise CommandError("docs/permissions.md is out of date: run manage.py permissions.")


def as_page() -> str:
    """The page, in English whatever the language of the moment."""
    with translation.override("en"):
        screens = staff_screens()
        parts = [
            HEAD,
            "## Permissions and roles\n",
            _table(["permission", "what it allows", "asked for", *(str(role.label) for role in Role)], _permissions()),
            "## Screens\n",
            _table(["address", "screen", "permission", "roles"], _screens(screens)),
            "## Screens that ask for no permission\n",
            _table(["address", "screen", "why"], _open(screens)),
            "## The administration\n",
            "Rows of one’s own networks only; a partner belongs to each network where it is. Administrators see all.\n",
            _table(["data", "network manager", "administrator"], _administration()),
        ]
        return "\n".join(parts)


def _permissions() -> Iterator[list[str]]:
    for permission in PERMISSIONS:
        places = ", ".join(str(place.label) for place in permission.places)
        held = ["yes" if role in permission.roles else "–" for role in Role]
        yield [f"`{permission.name}`", str(permission.allows), places, *held]


def _screens(screens: list[Screen]) -> Iterator[list[str]]:
    for screen in screens:
        if screen.permission:
            roles = ", ".join(str(role.label) for role in screen.roles)
            yield [f"`/{screen.route}`", f"`{screen.name}`", f"`{screen.permission}`", roles]


def _open(screens: list[Screen]) -> Iterator[list[str]]:
    for screen in screens:
        if not screen.permission:
            yield [f"`/{screen.route}`", f"`{screen.name}`", screen.reason]


def _administration() -> Iterator[list[str]]:
    for label, managers, administrators in administered():
        yield [f"`{label}`", _acts(managers), _acts(administrators)]


def _acts(allowed: frozenset[str]) -> str:
    return ", ".join(act for act in ACTS if act in allowed) or "–"


def _table(heads: list[str], rows: Iterable[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', BAR) for cell in line)} |\n" for line in lines)
