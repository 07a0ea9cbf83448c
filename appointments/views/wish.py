"""What a visitor has chosen so far: it lives in the address, so every step is a plain link."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from appointments.rules import AppointmentError
from sites.enums import Language
from sites.models import Site, Theme

ANYWHERE = "anywhere"
ANY_LANGUAGE = "any"
YEARS = range(2000, 2200)


class UnknownWishError(AppointmentError):
    """The address names something that does not exist."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A theme, a place, a language and a moment, each perhaps not chosen yet."""

    theme: Theme | None = None
    site: Site | None = None
    is_anywhere: bool = False
    language: str = ""
    starts_at: dt.datetime | None = None
    first_on: dt.date | None = None

    def but(self, **changes: Any) -> "Wish":
        """The same wish with another choice."""
        return replace(self, **changes)

    @property
    def url(self) -> str:
        """The page that goes on from here."""
        return self._address("appointments:book")

    @property
    def confirm_url(self) -> str:
        """The page that books this wish."""
        return self._address("appointments:book-confirm")

    def _address(self, name: str) -> str:
        chosen = {
            "theme": self.theme.code if self.theme else "",
            "site": self.site.slug if self.site else (ANYWHERE if self.is_anywhere else ""),
            "language": self.language,
            "starts": as_text(self.starts_at) if self.starts_at else "",
            "from": self.first_on.isoformat() if self.first_on else "",
        }
        query = urlencode({key: value for key, value in chosen.items() if value})
        return f"{reverse(name)}?{query}" if query else reverse(name)


def read_wish(query: QueryDict) -> Wish:
    """The wish of an address. Raises UnknownWishError for a theme, site, language or moment that does not exist."""
    place = query.get("site", "")
    return Wish(
        theme=_theme(query.get("theme", "")),
        site=_site(place) if place != ANYWHERE else None,
        is_anywhere=place == ANYWHERE,
        language=_language(query.get("language", "")),
        starts_at=_moment(query.get("starts", "")),
        first_on=read_day(query.get("from", "")),
    )


def read_whole_wish(query: QueryDict, *, reader: str) -> Wish:
    """The wish of an address that must name theme, site and moment; the language may be the reader's."""
    wish = read_wish(query)
    if not (wish.theme and wish.site and wish.starts_at):
        raise UnknownWishError(_("The link names no moment that we understand. Choose one of the free times."))
    return wish if wish.language in Language.values else wish.but(language=reader)


def as_text(moment: dt.datetime) -> str:
    """A moment as it stands in an address: UTC, without a plus sign."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%MZ")


def read_moment(text: str) -> dt.datetime:
    """The moment of an address. Raises UnknownWishError when it is none."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in YEARS:
        raise UnknownWishError(_("The link names no moment that we understand. Choose one of the free times."))
    return moment.astimezone(dt.UTC)


def read_day(text: str) -> dt.date | None:
    """The day of an address, if it names one. Raises UnknownWishError when it is none."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise UnknownWishError(_("The link names no day that we understand. Choose one of the free times.")) from None


def _moment(text: str) -> dt.datetime | None:
    return read_moment(text) if text else None


def _theme(code: str) -> Theme | None:
    if not code:
        return None
    theme: Theme | None = Theme.objects.on_offer().filter(code=code).first() if code.isprintable() else None
    if theme is None:
        raise UnknownWishError(_("The link names a theme that does not exist. Start again from your question."))
    return theme


def _site(slug: str) -> Site | None:
    if not slug:
        return None
    site = Site.objects.for_public().filter(slug=slug).first() if slug.isprintable() else None
    if site is None:
        raise UnknownWishError(_("The link names a place that does not exist. Choose one from the list."))
    return site


def _language(code: str) -> str:
    if code and code != ANY_LANGUAGE and code not in Language.values:
        raise UnknownWishError(_("The link names a language that we do not offer. Choose one from the page."))
    return code
