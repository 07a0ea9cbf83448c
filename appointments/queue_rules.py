"""What may be done with a ticket and at a desk, and when; the errors that say so to visitors and staff."""

import datetime as dt
from collections.abc import Collection

from django.utils.translation import gettext as _

from appointments.models import Seating, Ticket
from appointments.rules import AppointmentError
from citemetiers.kernel.dates import local_day
from sites.models import User


class QueueError(AppointmentError):
    """The base of every refusal of the queue."""


class QueueClosedError(QueueError):
    """No ticket can be taken just now: the sentence says why."""


class UnknownCodeError(QueueError):
    """No appointment of today has this code."""


class UnknownTicketError(QueueError):
    """No ticket has this secret."""


class ExpiredTicketError(QueueError):
    """The day of the ticket is over."""


class DoorCodeError(QueueError):
    """As many tickets as one code on the screen gives were taken with it."""


class NobodyWaits(QueueError):  # noqa: N818  the name says it all
    """Nobody waits whom this desk may call."""

    def __init__(self) -> None:
        super().__init__(_("Nobody is waiting for this desk."))


class DeskError(QueueError):
    """The desk cannot be used in this way."""


class TicketStateError(QueueError):
    """The ticket does not stand where the act expects it."""


def check_standing_of(ticket: Ticket, *, states: Collection[str]) -> None:
    """Refuse an act on a ticket that does not stand where the act expects it."""
    if ticket.state not in states:
        raise TicketStateError(
            _("This ticket is in another state by now: %(state)s. Look at it again.")
            % {"state": ticket.get_state_display()}
        )


def check_day_of(ticket: Ticket, *, now: dt.datetime) -> None:
    """Refuse an act on a ticket of a day that is over."""
    if is_over(ticket, now=now):
        raise ExpiredTicketError(_("This ticket was for another day. Take a new one when you come."))


def is_over(ticket: Ticket, *, now: dt.datetime) -> bool:
    """Whether the day of the ticket is over where it was taken."""
    return local_day(now, tz=ticket.site.tz) > ticket.day


def check_open(seating: Seating, *, now: dt.datetime) -> None:
    """Refuse a desk that nobody keeps any more."""
    if seating.closed_at is not None or local_day(now, tz=seating.site.tz) != seating.day:
        raise DeskError(_("This desk is closed. Open it again first."))


def check_receives(seating: Seating, *, by: User, now: dt.datetime) -> None:
    """Refuse to call somebody to a desk that is closed or paused, or that is somebody else's."""
    check_open(seating, now=now)
    if seating.advisor_id != by.pk:
        raise DeskError(_("Somebody else is at this desk."))
    if seating.paused_at is not None:
        raise DeskError(_("This desk is paused. Resume first."))


def not_their_desk() -> DeskError:
    """The refusal of an act on a visitor of somebody else's desk."""
    return DeskError(_("This visitor is at somebody else’s desk."))


def desk_occupied(label: str) -> DeskError:
    """The refusal where a visitor is still at the desk."""
    return DeskError(_("%(ticket)s is still at this desk. Close that visit first.") % {"ticket": label})
