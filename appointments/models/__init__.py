"""One visitor with one advisor. The database refuses to give an advisor two visitors at once."""

from appointments.models.appointments import Appointment
from appointments.models.feeds import CalendarFeed
from appointments.models.messages import Message
from appointments.models.policies import BookingPolicy
from appointments.models.queue import QueueObservation, Seating, SiteQueue, Ticket
from appointments.models.rota import Absence, Duty, DutyChange, Shift
from appointments.models.services import Service
from appointments.models.waiting import FreedSlot, Offer, Wait

__all__ = [
    "Absence",
    "Appointment",
    "BookingPolicy",
    "CalendarFeed",
    "Duty",
    "DutyChange",
    "FreedSlot",
    "Message",
    "Offer",
    "QueueObservation",
    "Seating",
    "Service",
    "Shift",
    "SiteQueue",
    "Ticket",
    "Wait",
]
