"""Every address that asks for a sign-in, and who may open it: what the docs tell and the tests try."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver

from citemetiers.permissions import PERMISSIONS, Permission, Place
from sites.admin.base import Limited
from sites.enums import Role
from sites.models import User

# Pages that ask for no permission, by the beginning of their name, and why.
WITHOUT_PERMISSION = {
    "staff-home": "Leads on to the first screen that the person may open, and refuses whoever has none.",
    "account": "One’s own account.",
    "second-factor": "One’s own account: waits until a second factor is set up.",
    "mfa_": "One’s own second factor.",
    "usersessions_": "One’s own sessions.",
    "socialaccount_": "One’s own way of signing in.",
}
# Addresses that are not about every kind of place at which their permission is asked for.
PLACES_NAMED = {
    "team:site-": (Place.SITE,),
    "team:network-": (Place.NETWORK,),
    "team:partner-": (Place.PARTNER,),
    "team:membership-role": (Place.SITE, Place.NETWORK),  # for a partner there is only one role to give
}
# Which roles can be held where: see the constraint of memberships.
AT_SITES = (Role.RECEPTION, Role.ADVISOR, Role.COORDINATOR, Role.SITE_MANAGER, Role.NETWORK_MANAGER)
HELD_AT = {Place.SITE: AT_SITES, Place.NETWORK: AT_SITES, Place.PARTNER: (Role.PARTNER_MANAGER,)}
ADMIN = "admin:"
ACTS = ("view", "add", "change", "delete", "import", "export")


@dataclass(frozen=True)
class Screen:
    """An address for staff: its route, its name and the permission it asks for."""

    route: str
    name: str
    permission: str
    view: Any

    @property
    def places(self) -> tuple[Place, ...]:
        """The kinds of place it may be about."""
        named = (places for start, places in PLACES_NAMED.items() if self.name.startswith(start))
        return next(named, permission_named(self.permission).places)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that open it: those that hold the permission, and can be held at such a place."""
        possible = {role for place in self.places for role in HELD_AT[place]}
        return tuple(role for role in permission_named(self.permission).roles if role in possible)

    @property
    def reason(self) -> str:
        """Why it asks for no permission; empty where nobody gave a reason."""
        called = self.name or self.route
        return next((why for start, why in WITHOUT_PERMISSION.items() if called.startswith(start)), "")


def permission_named(name: str) -> Permission:
    """The row of the table; a name that is not in it opens nothing and is an error."""
    return next(permission for permission in PERMISSIONS if permission.name == name)


def staff_screens(patterns: Iterable[URLPattern | URLResolver] | None = None) -> list[Screen]:
    """Every address that is not public, the administration apart."""
    found = _walk(get_resolver().url_patterns if patterns is None else patterns)
    return [screen for screen in found if not screen.name.startswith(ADMIN)]


def administered() -> list[tuple[str, frozenset[str], frozenset[str]]]:
    """Each model of the administration: what a network manager and what an administrator may do with it."""
    request = HttpRequest()
    request.user = User(is_active=True, is_superuser=True)
    rows = []
    for model, page in admin.site._registry.items():  # noqa: SLF001  Django offers no list of what is registered
        offered = [act for act in ACTS if hasattr(page, f"has_{act}_permission")]
        managers = {act for act in offered if _managers_may(page, act)}
        allowed = {act for act in offered if getattr(page, f"has_{act}_permission")(request)}
        rows.append((model._meta.label, frozenset(managers), frozenset(allowed)))
    return sorted(rows, key=lambda row: row[0])


def _managers_may(page: Any, act: str) -> bool:
    """Files come and go with the page; what a file may change is looked at row by row."""
    return isinstance(page, Limited) and (act in page.managers_may or act in {"import", "export"})


def _walk(
    patterns: Iterable[URLPattern | URLResolver], route: str = "", spaces: tuple[str, ...] = ()
) -> Iterator[Screen]:
    for pattern in patterns:
        here = f"{route}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _walk(pattern.url_patterns, here, inner)
        elif getattr(pattern.callback, "login_required", True):
            name = ":".join((*spaces, pattern.name or ""))
            yield Screen(here, name, getattr(pattern.callback, "permission", ""), pattern.callback)
