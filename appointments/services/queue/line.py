"""What a waiting visitor asks: how many are before me, and how long will it be."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from appointments.models import Ticket
from appointments.services.queue.calling import waiting_at
from appointments.services.queue.desks import open_desks
from appointments.services.queue.estimates import estimates_of
from appointments.waiting_time import Estimate, place_in_line
from sites.models import Site

Served = Mapping[int, tuple[Collection[str], Collection[str]]]


class Standing(NamedTuple):
    """Where somebody stands in the line."""

    before: int
    estimate: Estimate | None


def line_of(*, site: Site, now: dt.datetime) -> dict[UUID, Standing]:
    """Of everybody who waits at a site today, how many are called before them and how long it may take.

    Before somebody are those earlier by the rule of the queue whom a desk that may call them may call, too. Where
    no desk is open for them, those who wait for the same.
    """
    line = sorted(waiting_at(site=site, now=now), key=lambda ticket: place_in_line(ticket, now=now))
    if not line:
        return {}
    served = {
        desk.pk: ({theme.common_code for theme in desk.themes.all()}, desk.languages)
        for desk in open_desks(site=site, now=now)
    }
    callers = [_callers(ticket, served) for ticket in line]
    estimates = estimates_of(site=site, now=now)
    return {
        ticket.pk: Standing(
            sum(_is_rival(line[other], ticket, callers[other], callers[place]) for other in range(place)),
            estimates.get(ticket.pk),
        )
        for place, ticket in enumerate(line)
    }


def _callers(ticket: Ticket, served: Served) -> frozenset[int]:
    """The desks that may call somebody: the one they were passed on to, else all that serve them."""
    if ticket.seating_id is not None:
        return frozenset({ticket.seating_id})
    code = ticket.theme.common_code
    return frozenset(key for key, (themes, spoken) in served.items() if code in themes and ticket.language in spoken)


def _is_rival(one: Ticket, other: Ticket, callers: frozenset[int], theirs: frozenset[int]) -> bool:
    if theirs:
        return bool(callers & theirs)
    return (one.theme.common_code, one.language) == (other.theme.common_code, other.language)
