"""What narrows the list of moments: a link for each choice that exists."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from appointments.enums import Channel
from appointments.views.wish import ANY_LANGUAGE, Wish
from sites.enums import Language


def language_links(wish: Wish, spoken: Collection[str], *, current: str) -> list[dict[str, Any]]:
    """A link for each language that is spoken, and for all of them; none where there is no choice."""
    if len(spoken) < 2:  # noqa: PLR2004  one language is no choice
        return []
    named = [(code, Language(code).label) for code in sorted(spoken)]
    return [
        {"code": code, "name": name, "url": wish.but(language=code).url, "is_current": code == current}
        for code, name in [*named, (ANY_LANGUAGE, _("All languages"))]
    ]


def way_links(wish: Wish, ways: Collection[str], *, current: str) -> list[dict[str, Any]]:
    """A link for each way to meet; none where there is no choice."""
    if len(ways) < 2:  # noqa: PLR2004  one way is no choice
        return []
    return [
        {"name": Channel(code).label, "url": wish.but(channel=code).url, "is_current": code == current} for code in ways
    ]


def in_order(codes: Collection[str]) -> list[str]:
    """The ways to meet in their usual order."""
    return [code for code in Channel.values if code in codes]


def step_links(wish: Wish) -> dict[str, Any]:
    """The wish, and where each of its choices is made anew."""
    plain = wish.but(first_on=None, month=None, starts_at=None)
    return {
        "wish": wish,
        "anywhere_url": plain.but(site=None, is_anywhere=True).url,
        "place_url": plain.but(site=None, is_anywhere=False).url,
        "theme_url": plain.but(theme=None).url,
    }
