"""What happens to a ticket besides the call: it waits aside, is passed on, ends. The same act twice is once."""

import contextlib
import datetime as dt
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from appointments.enums import AT_A_DESK, IN_LINE, Origin, State, TicketState
from appointments.models import Appointment, Seating, Ticket
from appointments.queue_rules import DeskError, TicketStateError, check_open, check_standing_of
from appointments.rules import StateError
from appointments.services.agenda.marking import mark_done
from appointments.services.queue.calling import change, lock_ticket
from appointments.services.queue.closing import observe
from appointments.services.queue.desks import lock_seating
from appointments.services.queue.offered import check_offered
from sites.models import Site, Theme, User
from visitors.enums import DurationBand, Way

MINUTE = dt.timedelta(minutes=1)
BANDS = ((15 * MINUTE, DurationBand.UNDER_15), (30 * MINUTE, DurationBand.FROM_15), (60 * MINUTE, DurationBand.FROM_30))
NOT_CALLED = {"seating": None, "called_at": None, "began_at": None}
BEFORE_THE_DESK = (*IN_LINE, TicketState.CALLED)


class Closed(NamedTuple):
    """What the anonymous log needs of a visit that is over; nothing in it leads to the ticket."""

    site: Site
    theme: Theme
    language: str
    way: str
    duration_band: str


class Session(NamedTuple):
    """Which session of a visitor is meant, as whoever ends it sees it: about what, and since when."""

    theme_id: int
    began_at: dt.datetime | None


@transaction.atomic
def park(*, ticket: Ticket, by: User, now: dt.datetime) -> Ticket:
    """Let somebody wait aside: not called until they are back in line. Place and wanted desk are kept."""
    current = lock_ticket(ticket, by=by, now=now)
    if current.state == TicketState.PARKED:
        return current
    check_standing_of(current, states=(TicketState.WAITING, TicketState.CALLED))
    called = NOT_CALLED if current.state == TicketState.CALLED else {}
    return change(current, state=TicketState.PARKED, **called)


@transaction.atomic
def return_to_line(*, ticket: Ticket, by: User, now: dt.datetime) -> Ticket:
    """Let a parked visitor, or one called by mistake, wait again at the place they had."""
    current = lock_ticket(ticket, by=by, now=now)
    if current.state == TicketState.WAITING:
        return current
    check_standing_of(current, states=(TicketState.PARKED, TicketState.CALLED))
    called = NOT_CALLED if current.state == TicketState.CALLED else {}
    return change(current, state=TicketState.WAITING, **called)


@transaction.atomic
def transfer(
    *, ticket: Ticket, by: User, now: dt.datetime, theme: Theme | None = None, seating: Seating | None = None
) -> Ticket:
    """Let a visitor wait for another theme, or for one desk only; the place in line is kept.

    Raises DeskError when that desk is closed, QueueClosedError when nobody receives for the theme today.
    """
    target = lock_seating(seating) if seating is not None else None
    current = lock_ticket(ticket, by=by, now=now)
    wanted = theme or current.theme
    if _is_passed_on(current, theme=wanted, target=target):
        return current
    check_standing_of(current, states=(*IN_LINE, *AT_A_DESK))
    if target is not None:
        check_open(target, now=now)
        if target.site_id != current.site_id:
            raise DeskError(_("This desk is not in use here. Choose another one."))
    else:
        check_offered(site=current.site, theme=wanted, language=current.language, now=now)
    return change(current, **NOT_CALLED | {"state": TicketState.WAITING, "theme": wanted, "seating": target})


@transaction.atomic
def mark_priority(*, ticket: Ticket, is_priority: bool, by: User, now: dt.datetime) -> Ticket:
    """Let somebody who needs it go first, or no longer."""
    current = lock_ticket(ticket, by=by, now=now)
    if current.is_priority == is_priority:
        return current
    check_standing_of(current, states=IN_LINE)
    return change(current, is_priority=is_priority)


@transaction.atomic
def mark_left(*, ticket: Ticket, by: User | None, now: dt.datetime) -> Ticket:
    """Say that a visitor has gone; without ``by`` it is they who say so, which ends no session that has begun."""
    current = lock_ticket(ticket, by=by, now=now)
    if current.state == TicketState.LEFT:
        return current
    check_standing_of(current, states=BEFORE_THE_DESK if by is None else (*BEFORE_THE_DESK, TicketState.RECEIVED))
    return change(current, state=TicketState.LEFT, ended_at=now)


@transaction.atomic
def mark_missing(*, ticket: Ticket, by: User, now: dt.datetime) -> Ticket:
    """Say that a visitor did not come when called. An appointment stays arrived: they had come in time."""
    current = lock_ticket(ticket, by=by, now=now)
    if current.state == TicketState.NO_SHOW:
        return current
    check_standing_of(current, states=(TicketState.CALLED,))
    return change(current, state=TicketState.NO_SHOW, ended_at=now)


@transaction.atomic
def swap_for_appointment(*, ticket: Ticket, appointment: Appointment, now: dt.datetime) -> Ticket:
    """End a wait because the visitor has booked a time instead; until the night the ticket leads to it."""
    current = lock_ticket(ticket, by=None, now=now)
    if current.state == TicketState.SWAPPED:
        return current
    check_standing_of(current, states=IN_LINE)
    if current.appointment is not None or appointment.state != State.BOOKED:
        raise TicketStateError(_("This ticket cannot be swapped for an appointment."))
    return change(current, state=TicketState.SWAPPED, ended_at=now, appointment=appointment)


@transaction.atomic
def finish(*, ticket: Ticket, by: User, now: dt.datetime) -> Closed:
    """End a session, also one that nobody said had begun; its appointment is done. Answers what the log needs."""
    current = lock_ticket(ticket, by=by, now=now)
    if current.state != TicketState.DONE:
        check_standing_of(current, states=AT_A_DESK)
        began_at = current.began_at or current.called_at
        change(current, state=TicketState.DONE, began_at=began_at, ended_at=now)
        _mark_done(current, now=now)
    return _closed(current, until=current.ended_at or now)


@transaction.atomic
def second_session(
    *, ticket: Ticket, ends: Session, by: User, now: dt.datetime, theme: Theme | None = None
) -> tuple[Closed, Ticket]:
    """End one question and begin the next with the same person, who keeps number and desk.

    It is about the same theme if no other is given. Answers what the log needs of the first: again the same when it has
    ended already, for the button was pressed twice.
    """
    current = lock_ticket(ticket, by=by, now=now)
    check_standing_of(current, states=(TicketState.RECEIVED,))
    if current.began_at != ends.began_at:
        about = Theme.objects.filter(pk=ends.theme_id).first() or current.theme
        return _closed(current, since=ends.began_at, until=current.began_at or now)._replace(theme=about), current
    closed = _closed(current, until=now)
    observe(current, done_at=now).save(force_insert=True)
    _mark_done(current, now=now)
    began = dict.fromkeys(("taken_at", "queued_at", "called_at", "began_at"), now)
    unestimated = dict.fromkeys(("due_at", "estimated_from", "estimated", "estimated_to"))
    return closed, change(current, state=TicketState.RECEIVED, theme=theme or current.theme, **began, **unestimated)


def _is_passed_on(ticket: Ticket, *, theme: Theme, target: Seating | None) -> bool:
    wanted_at = target.pk if target is not None else None
    is_same = ticket.theme_id == theme.pk and ticket.seating_id == wanted_at
    return ticket.state == TicketState.WAITING and is_same


def _mark_done(ticket: Ticket, *, now: dt.datetime) -> None:
    """The appointment took place; one that was called before its hour, or that staff marked by hand, stays as it is."""
    if ticket.appointment is not None:
        with contextlib.suppress(StateError):
            mark_done(appointment=ticket.appointment, now=now)


def _closed(ticket: Ticket, *, until: dt.datetime, since: dt.datetime | None = None) -> Closed:
    lasted = until - (since or ticket.began_at or ticket.called_at or until)
    band = next((band for limit, band in BANDS if lasted < limit), DurationBand.OVER_60)
    way = Way.BOOKED if ticket.origin == Origin.APPOINTMENT or ticket.appointment_id is not None else Way.WALK_IN
    return Closed(ticket.site, ticket.theme, ticket.language, way.value, band.value)
