"""Theme, then language where several are spoken, then a number: the same at the kiosk and on one's own telephone."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from appointments.enums import Origin
from appointments.models import Ticket
from appointments.queue_rules import QueueClosedError
from appointments.rules import AppointmentError
from appointments.services.queue import Offered, board_of, offered_at, take_ticket
from appointments.views.reader import language_of_reader
from appointments.waiting_words import words_of
from sites.enums import Language
from sites.models import Site, Theme


@dataclass(frozen=True, slots=True)
class Tile:
    """A theme for which somebody receives today, and how long one would wait for it."""

    theme: Theme
    wait: str
    is_past_closing: bool
    has_languages: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be chosen before a number is given, or why none is."""

    site: Site
    tiles: Sequence[Tile] = ()
    theme: Theme | None = None
    languages: Sequence[tuple[str, str]] = ()
    # Where nobody speaks the reader's language: those that are spoken.
    spoken_instead: Sequence[tuple[str, str]] = ()
    refusal: str = ""
    problem: str = ""
    token: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def asks_language(self) -> str:
        """The theme whose languages are to be chosen among: a page of its own, so that the key for "back" finds one."""
        return self.theme.code if self.theme and not self.problem else ""

    @property
    def status(self) -> HTTPStatus:
        """How the page answers."""
        return HTTPStatus.CONFLICT if self.problem else HTTPStatus.OK


def next_step(given: QueryDict, *, site: Site, now: dt.datetime, problem: str = "") -> Step:
    """The page that goes on from what was chosen so far."""
    try:
        offered = offered_at(site=site, now=now)
    except QueueClosedError as error:
        return Step(site, refusal=str(error))
    if not offered:
        return Step(site, refusal=_("Nobody receives without an appointment here any more today."))
    chosen = _chosen(given, offered)
    if chosen is not None and len(chosen.languages) > 1 and not problem:
        return Step(site, theme=chosen.theme, languages=_readers_first(chosen.languages))
    codes = sorted({code for one in offered for code in one.languages})
    instead = () if language_of_reader() in codes else _readers_first(codes)
    return Step(site, tiles=_tiles(offered, site=site, now=now), spoken_instead=instead, problem=problem)


def try_to_take(
    request: HttpRequest, *, site: Site, origin: Origin, now: dt.datetime, door_code: str = ""
) -> Ticket | Step:
    """The ticket of the theme and language that were pressed, or what is still to be chosen."""
    try:
        chosen = _chosen(request.POST, offered_at(site=site, now=now))
        if chosen is None:
            return next_step(request.POST, site=site, now=now, problem=_("Choose what brings you here."))
        language = request.POST.get("language") or (chosen.languages[0] if len(chosen.languages) == 1 else "")
        if not language:
            return next_step(request.POST, site=site, now=now)
        asked: dict[str, Any] = {"site": site, "theme": chosen.theme, "language": language, "origin": origin}
        return take_ticket(**asked, token=_token(request), door_code=door_code, now=now)
    except AppointmentError as error:
        return next_step(request.POST, site=site, now=now, problem=str(error))


def see_other(path: str, **query: str) -> HttpResponse:
    """Go on to another page after a press."""
    response = redirect(f"{path}?{urlencode(query)}" if query else path)
    response.status_code = HTTPStatus.SEE_OTHER
    return response


def _chosen(given: QueryDict, offered: Sequence[Offered]) -> Offered | None:
    return next((one for one in offered if one.theme.code == given.get("theme")), None)


def _readers_first(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Each language in its own words, that of the page first."""
    reader = language_of_reader()
    return [(code, str(Language(code).label)) for code in sorted(codes, key=lambda code: code != reader)]


def _tiles(offered: Sequence[Offered], *, site: Site, now: dt.datetime) -> list[Tile]:
    estimates = {(theme.pk, code): estimate for theme, code, estimate in board_of(site=site, now=now).estimates}
    tiles = []
    for one in offered:
        code, _name = _readers_first(one.languages)[0]
        estimate = estimates.get((one.theme.pk, code))
        is_late = estimate is not None and estimate.is_past_closing
        tiles.append(Tile(one.theme, words_of(estimate) if estimate else "", is_late, len(one.languages) > 1))
    return tiles


def _token(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("token", ""))
    except ValueError:
        return None
