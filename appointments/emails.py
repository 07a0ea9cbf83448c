"""Messages to visitors, in their own language. No subject names the theme or the person."""

import datetime as dt

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from appointments.calendar_file import calendar_file, place_in_one_line
from appointments.enums import MessageKind
from appointments.models import Message

TEMPLATES = {
    MessageKind.CONFIRMATION: "appointments/emails/confirmation.txt",
    MessageKind.REMINDER: "appointments/emails/reminder.txt",
    MessageKind.MOVED: "appointments/emails/moved.txt",
    MessageKind.CANCELLED: "appointments/emails/cancelled.txt",
}


def build_message(message: Message, *, link: str, now: dt.datetime) -> EmailMessage:
    """The mail of one message with the visitor's own link, addressed to its visitor."""
    appointment = message.appointment
    visitor = appointment.visitor
    if visitor is None:
        raise ValueError("Nobody to write to")
    local = appointment.starts_at.astimezone(appointment.site.tz)
    context: dict[str, object] = {
        "appointment": appointment,
        "site": appointment.site,
        "day": local.date(),
        "time": local.time(),
        "link": link,
        "visitor": visitor,
    }
    with translation.override(visitor.language):
        context["place"] = place_in_one_line(appointment)
        mail = EmailMessage(
            subject=_subject(MessageKind(message.kind)),
            body=render_to_string(TEMPLATES[MessageKind(message.kind)], context),
            to=[visitor.email],
        )
        mail.attach("appointment.ics", calendar_file(appointment, link=link, now=now).decode(), "text/calendar")
    return mail


def _subject(kind: MessageKind) -> str:
    return {
        MessageKind.CONFIRMATION: _("Your appointment is booked"),
        MessageKind.REMINDER: _("A reminder of your appointment"),
        MessageKind.MOVED: _("Your appointment has a new time"),
        MessageKind.CANCELLED: _("Your appointment is cancelled"),
    }[kind]
