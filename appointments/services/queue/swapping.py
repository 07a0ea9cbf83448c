"""A place in the line given back for an appointment."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from appointments.enums import IN_LINE, Channel, TicketState
from appointments.models import Appointment, Ticket
from appointments.queue_rules import QueueError, check_day_of, check_standing_of
from appointments.services.booking.book import book_appointment
from appointments.services.finding.search import find_first_slots
from appointments.services.queue.passing import swap_for_appointment
from appointments.services.terms.details import VisitorDetails
from appointments.slots import Slot

MOMENTS_OFFERED = 6


def moments_instead(*, ticket: Ticket, now: dt.datetime) -> list[Slot]:
    """The first free moments of what the ticket is for, at its site, in its language."""
    asked: dict[str, Any] = {"theme": ticket.theme, "language": ticket.language, "channel": Channel.ON_SITE}
    found = find_first_slots(**asked, sites=[ticket.site], a_site=MOMENTS_OFFERED, now=now)
    return found.get(ticket.site_id, [])


def book_instead(*, ticket: Ticket, starts_at: dt.datetime, language: str, now: dt.datetime) -> Appointment:
    """Book a moment and leave the line, both or neither; pressed twice it is one appointment.

    Raises MomentError with other moments, or QueueError for whoever is called already.
    """
    if ticket.state == TicketState.SWAPPED and ticket.appointment is not None:
        return ticket.appointment
    check_day_of(ticket, now=now)
    check_standing_of(ticket, states=IN_LINE)
    if ticket.appointment is not None:
        raise QueueError(_("You already have an appointment instead of this number."))
    with transaction.atomic():
        appointment = book_appointment(
            site=ticket.site,
            theme=ticket.theme,
            language=ticket.language,
            starts_at=starts_at,
            details=VisitorDetails(language=language),
            token=ticket.pk,
            now=now,
        )
        swapped = swap_for_appointment(ticket=ticket, appointment=appointment, now=now)
        if swapped.appointment_id != appointment.pk:  # for another moment, in another window
            raise QueueError(_("You already have an appointment instead of this number."))
    return appointment
