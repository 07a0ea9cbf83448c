"""What other apps may ask of appointments."""

from appointments.services.booking import (
    VisitorDetails,
    book_appointment,
    cancel_appointment,
    forget_visitor,
    move_appointment,
    preview_appointment,
)
from appointments.services.links import ExpiredLinkError, UnknownLinkError, find_by_secret, secret_of, secret_url
from appointments.services.messages import send_due_messages
from appointments.services.rota import expand_duty, extend_rota
from appointments.services.scrubbing import scrub_past_appointments
from appointments.services.search import find_free_slots, find_next_slots, is_illustrative

__all__ = [
    "ExpiredLinkError",
    "UnknownLinkError",
    "VisitorDetails",
    "book_appointment",
    "cancel_appointment",
    "expand_duty",
    "extend_rota",
    "find_by_secret",
    "find_free_slots",
    "find_next_slots",
    "forget_visitor",
    "is_illustrative",
    "move_appointment",
    "preview_appointment",
    "scrub_past_appointments",
    "secret_of",
    "secret_url",
    "send_due_messages",
]
