"""What the queue of a site shows to somebody at a desk: who is there now, who waits and for how long."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from appointments.enums import AT_A_DESK, TicketState
from appointments.models import Seating, SiteQueue, Ticket
from appointments.services.queue import estimates_of, label_of, open_desks, queue_as_seen, whose_turn
from appointments.staff_views.queue.acts import Act, acts_of, stamp_of
from appointments.waiting_words import words_of
from citemetiers.kernel.dates import local_day
from sites.models import Site


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket: its number, how long it has waited, and what may be done with it."""

    ticket: Ticket
    label: str
    stamp: str
    minutes: int
    wait: str
    is_mine: bool
    acts: Sequence[Act]

    @property
    def is_booked(self) -> bool:
        """Whether the visitor came for an appointment."""
        return self.ticket.due_at is not None

    @property
    def seen(self) -> tuple[Any, ...]:
        """All of it that a page shows."""
        return (self.stamp, self.label, self.minutes, self.wait, self.is_mine, [act.code for act in self.acts])


@dataclass(frozen=True, slots=True)
class Line:
    """The queue of one site as one person sees it."""

    queue: SiteQueue
    seating: Seating | None
    current: Row | None
    for_me: Sequence[Row]
    for_others: Sequence[Row]
    parked: Sequence[Row]
    elsewhere: Sequence[Row]

    @property
    def waiting(self) -> int:
        """How many wait, those who are parked not counted."""
        return len(self.for_me) + len(self.for_others)

    @property
    def can_call(self) -> bool:
        """Whether the own desk is free for the next visitor."""
        return is_free(self.seating) and self.current is None

    def version(self, *marks: object) -> str:
        """A short word that changes with anything shown."""
        parts = [self.for_me, self.for_others, self.parked, self.elsewhere, [self.current] if self.current else []]
        rows = [[row.seen for row in part] for part in parts]
        desk = (self.seating.pk, self.seating.paused_at) if self.seating else ()
        shown = repr((rows, desk, self.queue.is_used, self.queue.letter, marks))
        return hashlib.sha256(shown.encode()).hexdigest()[:16]


def is_free(seating: Seating | None) -> bool:
    """Whether somebody sits there and takes the next visitor."""
    return seating is not None and seating.paused_at is None


def line_of(*, site: Site, seating: Seating | None, now: dt.datetime) -> Line:
    """The queue of a site today, for somebody at this desk or at none."""
    queue = queue_as_seen(site)
    day = local_day(now, tz=site.tz)
    tickets = list(
        Ticket.objects.at(site, day=day)
        .alive()
        .select_related("theme__common", "seating__desk", "appointment")
        .order_by("-is_priority", "queued_at", "number")
    )
    # What a desk asks of a ticket is asked of the site and its queue too: they are here already.
    for ticket in tickets:
        ticket.site = site
    estimates = estimates_of(site=site, now=now)
    at_desks = [ticket for ticket in tickets if ticket.state in AT_A_DESK]
    mine = next((one for one in at_desks if seating and one.seating_id == seating.pk), None)
    waiting = [ticket for ticket in tickets if ticket.state == TicketState.WAITING]
    turn = _turn(waiting, seating, now=now)
    served = {ticket.pk for ticket in turn}
    free = is_free(seating) and mine is None

    def rows(some: Sequence[Ticket]) -> list[Row]:
        return [_row(one, queue, estimates, seating=seating, is_free=free, now=now) for one in some]

    return Line(
        queue=queue,
        seating=seating,
        current=rows([mine])[0] if mine else None,
        for_me=rows(turn),
        for_others=rows([ticket for ticket in waiting if ticket.pk not in served]),
        parked=rows([ticket for ticket in tickets if ticket.state == TicketState.PARKED]),
        elsewhere=rows([ticket for ticket in at_desks if ticket is not mine]),
    )


def _turn(waiting: Sequence[Ticket], seating: Seating | None, *, now: dt.datetime) -> Sequence[Ticket]:
    """Those whom the desk may call, the next one first; without a desk, everybody."""
    if seating is None:
        return waiting
    return whose_turn(waiting, seating=seating, now=now, desks=open_desks(site=seating.site, now=now))


def row_of(ticket: Ticket, *, seating: Seating | None, is_free: bool, now: dt.datetime) -> Row:
    """One ticket by itself."""
    estimates = estimates_of(site=ticket.site, now=now) if ticket.state == TicketState.WAITING else {}
    return _row(ticket, ticket.site.queue, estimates, seating=seating, is_free=is_free, now=now)


def _row(  # noqa: PLR0913  each is shown
    ticket: Ticket,
    queue: SiteQueue,
    estimates: Mapping[UUID, Any],
    *,
    seating: Seating | None,
    is_free: bool,
    now: dt.datetime,
) -> Row:
    since = ticket.began_at or ticket.called_at if ticket.state in AT_A_DESK else None
    return Row(
        ticket=ticket,
        label=label_of(ticket, queue),
        stamp=stamp_of(ticket),
        minutes=max(0, int((now - (since or ticket.queued_at)).total_seconds()) // 60),
        wait=words_of(estimates[ticket.pk]) if ticket.pk in estimates else "",
        is_mine=seating is not None and ticket.state in AT_A_DESK and ticket.seating_id == seating.pk,
        acts=acts_of(ticket, has_free_desk=is_free),
    )
