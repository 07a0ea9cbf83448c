"""Where one would wait less for the same: the other places that receive now."""

import datetime as dt
from dataclasses import dataclass

from appointments.models import Ticket
from appointments.services.queue import Board, boards_of
from appointments.waiting_time import Estimate
from appointments.waiting_words import words_of
from sites.models import Site
from sites.services import nearest_first, places_now

PLACES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another place, how far it is, and how long one would wait there."""

    site: Site
    km: float | None
    wait: str


def shorter_elsewhere(ticket: Ticket, estimate: Estimate | None, *, now: dt.datetime) -> list[Elsewhere]:
    """The nearest places at which the same language and theme have a shorter wait than here, whatever it is here.

    Nothing where the wait here is not known, unless nobody is expected to be received before the place closes.
    """
    if estimate is None:
        return []
    places = places_now(Site.objects.for_public().with_addresses().by_town(), now=now)
    here = next((place for place in places if place.site.pk == ticket.site_id), None)
    others = [place for place in places if place.site.pk != ticket.site_id]
    if here is not None and here.position is not None:
        others = nearest_first(others, here.position)
    boards = boards_of(sites=[place.site for place in others], now=now)
    found = []
    for place in others:
        there = _wait_at(boards[place.site.pk], ticket)
        if there is not None and (estimate.is_past_closing or there.high < estimate.low):
            found.append(Elsewhere(place.site, place.km, words_of(there)))
    return found[:PLACES_SHOWN]


def _wait_at(board: Board, ticket: Ticket) -> Estimate | None:
    """How long one would wait there for the same; none where nobody receives for it before it closes."""
    if not board.is_open or board.is_paused or not board.is_used:
        return None
    code = ticket.theme.common_code
    of_need = (
        estimate
        for theme, language, estimate in board.estimates
        if theme.common_code == code and language == ticket.language and estimate is not None
    )
    return next((estimate for estimate in of_need if not estimate.is_past_closing), None)
