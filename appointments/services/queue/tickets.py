"""A ticket is taken at the door, or given to a booked visitor who arrives. Nobody is asked who they are."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from appointments.enums import Channel, Origin, State, TicketState
from appointments.models import Appointment, Ticket
from appointments.queue_rules import (
    ExpiredTicketError,
    QueueClosedError,
    UnknownCodeError,
    UnknownTicketError,
    is_over,
)
from appointments.services.agenda.agenda import find_by_code
from appointments.services.agenda.marking import mark_arrived
from appointments.services.queue.door import count_door_code
from appointments.services.queue.estimates import Estimate, estimate_for
from appointments.services.queue.numbers import lock_queue, next_number, queue_of
from appointments.services.queue.offered import check_offered, check_open_now
from citemetiers.kernel.codes import fingerprint, secret_for
from citemetiers.kernel.dates import local_day
from sites.models import Site, Theme

IS_HERE = (State.BOOKED, State.ARRIVED)
# Whoever comes back after one of these waits anew.
GONE = (TicketState.SWAPPED, TicketState.LEFT, TicketState.NO_SHOW)


def take_ticket(  # noqa: PLR0913  what a visitor chooses, one by one
    *,
    site: Site,
    theme: Theme,
    language: str,
    origin: str,
    now: dt.datetime,
    is_priority: bool = False,
    token: uuid.UUID | None = None,
    door_code: str = "",
) -> Ticket:
    """Give the next number of the day. The same token twice on one day is one ticket.

    ``door_code``: the code on the display with which it is taken, which gives a few tickets only. Raises
    QueueClosedError when nobody may walk in, or nobody receives for this today; DoorCodeError.
    """
    today = local_day(now, tz=site.tz)
    key = uuid.uuid5(token, f"{site.pk} {today}") if token else uuid.uuid4()
    taken = Ticket.objects.filter(pk=key).first()
    if taken is not None:
        return taken
    check_open_now(queue_of(site), now=now)
    check_offered(site=site, theme=theme, language=language, now=now)
    ticket = Ticket(
        id=key,
        site=site,
        day=today,
        theme=theme,
        language=language,
        origin=origin,
        is_priority=is_priority,
        taken_at=now,
        queued_at=now,
    )
    _estimate(ticket, estimate_for(site=site, theme=theme, language=language, now=now))
    return _insert(ticket, door_code=door_code)


def check_in(*, appointment: Appointment, now: dt.datetime, origin: str = Origin.APPOINTMENT) -> Ticket:
    """Say that a booked visitor is here and give them a number, due at the hour that was booked. Twice is once;
    whoever had left and comes back gets another number.

    Raises QueueClosedError for an appointment that is not on site today, or does not stand.
    """
    site = appointment.site
    taken = _of_arrival(appointment)
    if taken is not None:
        return taken
    today = local_day(now, tz=site.tz)
    if local_day(appointment.starts_at, tz=site.tz) != today:
        raise QueueClosedError(_("This appointment is on another day. Look at the message that confirms it."))
    if appointment.channel != Channel.ON_SITE or appointment.state not in IS_HERE:
        raise QueueClosedError(_("This appointment cannot be checked in here. Speak to reception."))
    ticket = Ticket(
        site=site,
        day=today,
        theme=appointment.service.theme,
        language=appointment.language,
        origin=origin,
        appointment=appointment,
        taken_at=now,
        queued_at=now,
        due_at=appointment.starts_at,
    )
    theme, language, due_at = ticket.theme, ticket.language, ticket.due_at
    _estimate(ticket, estimate_for(site=site, theme=theme, language=language, now=now, due_at=due_at))
    return _insert(ticket)


def check_in_by_code(*, site: Site, code: str, now: dt.datetime) -> Ticket:
    """Check in with the code of an appointment, or the secret of its link. Raises UnknownCodeError."""
    given = code.strip()
    by_secret = Appointment.objects.filter(secret_fingerprint=fingerprint(given), site=site).first()
    appointment = by_secret or find_by_code(given, sites=[site])
    if appointment is None:
        raise UnknownCodeError(_("No appointment here has this code. Check it, or speak to reception."))
    return check_in(appointment=appointment, now=now)


def ticket_secret(ticket: Ticket) -> str:
    """The secret of a ticket; only its fingerprint is stored."""
    return secret_for("ticket", ticket.pk)


def ticket_url(ticket: Ticket, *, language: str) -> str:
    """The whole address of a ticket in one language."""
    with translation.override(language):
        path = reverse("queue:ticket", args=[ticket_secret(ticket)])
    return f"{settings.PORTAL_BASE_URL}{path}"


def find_ticket(*, secret: str, now: dt.datetime) -> Ticket:
    """The ticket of a secret link, with all that its page asks for, in one query.

    Raises UnknownTicketError, or ExpiredTicketError once its day is over.
    """
    rows = Ticket.objects.select_related(
        "site__network__booking_policy", "site__queue", "theme__common", "seating__desk", "visitor"
    )
    found = rows.filter(secret_fingerprint=fingerprint(secret)).first()
    if found is None:
        raise UnknownTicketError(_("No ticket has this link. A ticket lives for a day: take a new one when you come."))
    if is_over(found, now=now):
        raise ExpiredTicketError(_("This ticket was for another day. Take a new one when you come."))
    return found


@transaction.atomic
def _insert(ticket: Ticket, *, door_code: str = "") -> Ticket:
    """Write a ticket with the next number of its day, or find the one that the same press has written meanwhile."""
    queue = lock_queue(ticket.site)
    taken = _same(ticket)
    if taken is not None:
        return taken
    if door_code:
        count_door_code(queue, door_code)
    if ticket.appointment is not None:
        mark_arrived(appointment=ticket.appointment, now=ticket.taken_at)
        # An earlier one, left or swapped for this very appointment, is over.
        Ticket.objects.filter(appointment=ticket.appointment).update(appointment=None)
    ticket.number = next_number(queue, today=ticket.day)
    ticket.secret_fingerprint = fingerprint(ticket_secret(ticket))
    ticket.save(force_insert=True)
    return ticket


def _same(ticket: Ticket) -> Ticket | None:
    if ticket.appointment is not None:
        return _of_arrival(ticket.appointment)
    return Ticket.objects.filter(pk=ticket.pk).first()


def _of_arrival(appointment: Appointment) -> Ticket | None:
    return Ticket.objects.filter(appointment=appointment).exclude(state__in=GONE).first()


def _estimate(ticket: Ticket, estimate: Estimate | None) -> None:
    if estimate is not None:
        ticket.estimated_from, ticket.estimated, ticket.estimated_to = estimate[:3]
