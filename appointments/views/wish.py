"""What a visitor has chosen so far: it lives in the address, so every step is a plain link."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from appointments.enums import Channel
from appointments.rules import AppointmentError
from citemetiers.kernel.questions import Given, Question
from sites.enums import Language
from sites.models import Site, Theme

ANYWHERE = "anywhere"
ANY_LANGUAGE = "any"
YEARS = range(2000, 2200)
LONGEST_POSTCODE = 60


class UnknownWishError(AppointmentError):
    """The address names something that does not exist."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A theme, a place, a language, a way and a moment, each perhaps not chosen yet.

    ``near`` is the postcode as it was typed; ``month`` is the first day of a month to look at.
    """

    theme: Theme | None = None
    site: Site | None = None
    is_anywhere: bool = False
    near: str = ""
    language: str = ""
    channel: str = ""
    starts_at: dt.datetime | None = None
    first_on: dt.date | None = None
    month: dt.date | None = None

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

    @property
    def wait_url(self) -> str:
        """The page on which one asks to be told when a moment frees up here."""
        return self._address("appointments:wait-start")

    @property
    def chosen(self) -> dict[str, str]:
        """The choices as they stand in an address."""
        choices = {
            "theme": self.theme.code if self.theme else "",
            "site": self.site.slug if self.site else (ANYWHERE if self.is_anywhere else ""),
            "near": self.near,
            "language": self.language,
            "way": self.channel,
            "starts": as_text(self.starts_at) if self.starts_at else "",
            "from": self.first_on.isoformat() if self.first_on else "",
            "month": f"{self.month:%Y-%m}" if self.month else "",
        }
        return {key: value for key, value in choices.items() if value}

    def _address(self, name: str) -> str:
        query = urlencode(self.chosen)
        return f"{reverse(name)}?{query}" if query else reverse(name)


def read_wish(query: QueryDict) -> Wish:
    """The wish of an address. Raises UnknownWishError for a theme, site, language or moment that does not exist."""
    place = query.get("site", "")
    return Wish(
        theme=_theme(query.get("theme", "")),
        site=_site(place) if place != ANYWHERE else None,
        is_anywhere=place == ANYWHERE,
        near=query.get("near", "").strip()[:LONGEST_POSTCODE],
        language=_language(query.get("language", "")),
        channel=_channel(query.get("way", "")),
        starts_at=_moment(query.get("starts", "")),
        first_on=read_day(query.get("from", "")),
        month=_month(query.get("month", "")),
    )


def read_whole_wish(query: QueryDict, *, reader: str) -> Wish:
    """The wish of an address that must name theme, site and moment; the language may be the reader's."""
    wish = read_wish(query)
    if not (wish.theme and wish.site and wish.starts_at):
        raise UnknownWishError(_("The link names no moment that we understand. Choose one of the free times."))
    return wish if wish.language in Language.values else wish.but(language=reader)


def read_choice(text: str, *, wish: Wish, instead: Collection[str] = ()) -> Wish:
    """The wish with the moment that a visitor ticked: place, time and language in one value, as ``choice_of`` wrote it.

    Raises UnknownWishError when nothing is ticked, or something that this page does not offer.
    """
    if not text:
        raise UnknownWishError(_("Choose a moment first."))
    slug, _bar, rest = text.partition("|")
    starts, _bar, language = rest.partition("|")
    if language not in Language.values:
        raise UnknownWishError(_("The link names no moment that we understand. Choose one of the free times."))
    # On the page of one place only that place is booked, except what the form itself offered instead after a refusal.
    # Whoever adds to that list by hand books a public place, as its own page would let them.
    if wish.site and wish.site.slug != slug and text not in instead:
        raise UnknownWishError(_("The link names no moment that we understand. Choose one of the free times."))
    site = wish.site if wish.site and wish.site.slug == slug else _site(slug)
    return wish.but(site=site, is_anywhere=False, language=language, starts_at=read_moment(starts))


def choice_of(slug: str, starts_at: dt.datetime, language: str) -> str:
    """Place, time and language of a session in one value."""
    return f"{slug}|{as_text(starts_at)}|{language}"


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
        day = dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise UnknownWishError(_("The link names no day that we understand. Choose one of the free times.")) from None
    if day and day.year not in YEARS:
        raise UnknownWishError(_("The link names no day that we understand. Choose one of the free times."))
    return day


def _month(text: str) -> dt.date | None:
    return read_day(f"{text}-01") if text else None


def _moment(text: str) -> dt.datetime | None:
    return read_moment(text) if text else None


def _ask_theme() -> "models.QuerySet[Theme]":
    offered = Theme.objects.on_offer(today=Given("today", models.DateField()))
    return offered.filter(code=Given("code", models.SlugField()))


def _ask_site() -> "models.QuerySet[Site]":
    # With what its network has decided: services and messages ask for it.
    public = Site.objects.for_public().select_related("network__booking_policy")
    return public.filter(slug=Given("slug", models.SlugField()))


THEMES, SITES = Question(_ask_theme), Question(_ask_site)


def _theme(code: str) -> Theme | None:
    if not code:
        return None
    found = THEMES.ask(code=code, today=timezone.localdate()) if code.isprintable() else []
    if not found:
        raise UnknownWishError(_("The link names a theme that does not exist. Start again from your question."))
    return found[0]


def _site(slug: str) -> Site | None:
    if not slug:
        return None
    found = SITES.ask(slug=slug) if slug.isprintable() else []
    if not found:
        raise UnknownWishError(_("The link names a place that does not exist. Choose one from the list."))
    return found[0]


def _language(code: str) -> str:
    if code and code != ANY_LANGUAGE and code not in Language.values:
        raise UnknownWishError(_("The link names a language that we do not offer. Choose one from the page."))
    return code


def _channel(code: str) -> str:
    if code and code not in Channel.values:
        raise UnknownWishError(_("The link names a way to meet that we do not offer. Choose one from the page."))
    return code
