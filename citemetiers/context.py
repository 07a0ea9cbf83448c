"""What every page knows."""

from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from citemetiers import demo
from citemetiers.administration import MANAGE_REFERENCE
from citemetiers.staff import FIRST_SCREENS

STAFF_LABELS = {
    "visitors:desk": pgettext_lazy("the screen of reception and advisors", "Desk"),
    "counter:panel": pgettext_lazy("of those who wait", "Queue"),
    "agenda:day": pgettext_lazy("of one-to-one sessions", "Appointments"),
    "planning:week": pgettext_lazy("who receives when", "Planning"),
    "programmes:programme-list": pgettext_lazy("of the open day", "Programmes"),
    "places:place-list": pgettext_lazy("the facts of the places", "Places"),
    "catalogue:resource-list": pgettext_lazy("of resources", "Catalogue"),
    "reports:figure-list": pgettext_lazy("statistics", "Figures"),
    "team:team-list": pgettext_lazy("the people who work at a place", "Team"),
    "words:word-index": pgettext_lazy("the vocabularies", "Words"),
    "audit:entry-list": pgettext_lazy("to reference data", "Changes"),
}

# What concerns all networks.
ADMINISTRATORS_TOO = ("words:word-index", "audit:entry-list")


def portal(request: HttpRequest) -> dict[str, Any]:
    """The demo, this page's address in each language, and a person's screens (asked for by staff pages only)."""
    is_prefixed = request.path_info[1:4] in _prefixes()
    return {
        "is_demo": settings.DEMO,
        "demo_accounts": _demo_accounts,
        "demo_password": demo.PASSWORD if settings.DEMO else "",
        "languages": _languages(request, is_prefixed=is_prefixed),
        "is_prefixed": is_prefixed,
        "staff_links": partial(_staff_links, request),
    }


def _demo_accounts() -> list[dict[str, str]]:
    return [{"email": email, "role": role} for email, role in demo.accounts()]


def _languages(request: HttpRequest, *, is_prefixed: bool) -> list[dict[str, Any]]:
    current, path = get_language(), request.get_full_path()
    # Addresses differ in their first part alone. Django would look up the page and build its address four times.
    addresses = {code: f"/{code}{path[3:]}" if is_prefixed else path for code, _name in settings.LANGUAGES}
    return [
        {
            "code": code,
            "name": name,
            "url": addresses[code],
            "absolute_url": f"{settings.PORTAL_BASE_URL}{addresses[code]}",
            "is_current": code == current,
        }
        for code, name in settings.LANGUAGES
    ]


@cache
def _prefixes() -> frozenset[str]:
    return frozenset(f"{code}/" for code, _name in settings.LANGUAGES)


def _staff_links(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.is_authenticated:
        return []
    # An administrator holds every permission, and yet has no site to use one at; what changed concerns all of them.
    links = [
        {"url": reverse(screen), "label": STAFF_LABELS[screen]}
        for permission, screen in FIRST_SCREENS
        if request.user.has_perm(permission) and (request.user.held_memberships or screen in ADMINISTRATORS_TOO)
    ]
    if request.user.has_perm(MANAGE_REFERENCE):
        links.append({"url": reverse("admin:index"), "label": _("Administration")})
    return [{**link, "is_current": request.path_info.startswith(str(link["url"]))} for link in links]
