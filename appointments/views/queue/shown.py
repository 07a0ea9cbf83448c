"""What the watchers of a live board see, worked out once for all of them.

Only a version is kept for some seconds, and the piece of each language that our own template drew: no row of a person
is in either.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from appointments.services.queue import Board, board_of, boards_of
from appointments.views.queue.lines import language_lines, theme_lines, wait_line
from sites.models import Site
from sites.opening_words import OpeningWords
from sites.services import opening_at, opening_words, timetables

# A call is on every screen within this and one poll.
BEHIND_SECONDS = 4
# Longer than a board stays the same while anybody is there.
DRAWN_SECONDS = 120


class ShownSite:
    """The live board of one site that is open to the public; another address is not found."""

    def __init__(self, slug: str, *, now: dt.datetime) -> None:
        self.slug = slug
        self.now = now

    @cached_property
    def site(self) -> Site:
        """The site itself, looked up only when its version is not known or something is drawn."""
        return get_object_or_404(Site.objects.for_public().select_related("network"), slug=self.slug)

    @cached_property
    def board(self) -> Board:
        """The board in the language of the reader."""
        return board_of(site=self.site, now=self.now)

    @cached_property
    def opening(self) -> OpeningWords:
        """Open or not, in the language of the reader."""
        return _openings([self.site], now=self.now)[self.site.pk]

    @cached_property
    def version(self) -> str:
        """What changes when anything shown changes, in whatever language; some seconds old at most."""
        key = f"queue-live-{self.slug}"
        known = cache.get(key)
        if known is None:
            with translation.override(settings.LANGUAGE_CODE):
                one = ShownSite(self.slug, now=self.now)
                known = _digest(one.draw(), one.board.last_calls, one.board.next_up)
            cache.set(key, known, BEHIND_SECONDS)
        return str(known)

    def drawn(self) -> SafeString:
        """The piece of the page that changes."""
        key = f"queue-live-{self.slug}-{translation.get_language()}-{self.version}"
        known = cache.get(key)
        if known is None:
            known = self.draw()
            cache.set(key, known, DRAWN_SECONDS)
        return SafeString(known)

    def draw(self) -> str:
        """The piece as it is at this moment."""
        context = {
            "board": self.board,
            "opening": self.opening,
            "lines": theme_lines(self.board),
            "wait": wait_line(self.board),
            "spoken": language_lines(self.board),
        }
        return str(render_to_string("appointments/queue/_live_board.html", context))


class ShownSites:
    """The live boards of all sites that are open to the public, each in one row."""

    def __init__(self, *, now: dt.datetime) -> None:
        self.now = now

    @cached_property
    def sites(self) -> list[Site]:
        """The sites by town."""
        return list(Site.objects.for_public().with_addresses().by_town())

    @cached_property
    def boards(self) -> list[Board]:
        """The boards in the order of the sites, in the language of the reader."""
        boards = boards_of(sites=self.sites, now=self.now)
        return [boards[site.pk] for site in self.sites]

    @cached_property
    def openings(self) -> dict[int, OpeningWords]:
        """Open or not, by the key of the site."""
        return _openings(self.sites, now=self.now)

    @cached_property
    def version(self) -> str:
        """What changes when anything shown changes, in whatever language; some seconds old at most."""
        known = cache.get("queue-live")
        if known is None:
            with translation.override(settings.LANGUAGE_CODE):
                known = _digest(ShownSites(now=self.now).draw())
            cache.set("queue-live", known, BEHIND_SECONDS)
        return str(known)

    def drawn(self) -> "Drawn":
        """What is said of them together, and of each."""
        key = f"queue-live-{translation.get_language()}-{self.version}"
        known = cache.get(key)
        if known is None:
            known = self.draw()
            cache.set(key, known, DRAWN_SECONDS)
        total, rows = known
        return Drawn(SafeString(total), {slug: SafeString(row) for slug, row in rows.items()})

    def draw(self) -> tuple[str, dict[str, str]]:
        """Both as they are at this moment."""
        total = render_to_string("appointments/queue/_live_total.html", _total(self.boards))
        return str(total), {board.site.slug: self._row(board) for board in self.boards}

    def _row(self, board: Board) -> str:
        context = {"board": board, "opening": self.openings[board.site.pk], "wait": wait_line(board)}
        return str(render_to_string("appointments/queue/_live_row.html", context))


class Drawn(NamedTuple):
    """What is said of all sites together, and of each by its slug in the order of the towns."""

    total: SafeString
    rows: dict[str, SafeString]


def _total(boards: Iterable[Board]) -> dict[str, int]:
    opened = [board for board in boards if board.is_open]
    return {"places": len(opened), "people": sum(board.waiting for board in opened)}


def _openings(sites: list[Site], *, now: dt.datetime) -> dict[int, OpeningWords]:
    read = timetables(sites, now=now)
    return {site.pk: opening_words(opening_at(read[site.pk], now=now), now=now, tz=site.tz) for site in sites}


def _digest(*shown: object) -> str:
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
