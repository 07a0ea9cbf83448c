"""Messages to visitors, in their own language. No subject names the theme or the person."""

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from appointments.calendar_file import calendar_file, place_in_one_line
from appointments.enums import MessageKind
from appointments.models import Appointment, Message
from citemetiers.kernel.codes import secret_for

TEMPLATES = {
    MessageKind.CONFIRMATION: "appointments/emails/confirmation.txt",
    MessageKind.REMINDER: "appointments/emails/reminder.txt",
    MessageKind.MOVED: "appointments/emails/moved.txt",
    MessageKind.CANCELLED: "appointments/emails/cancelled.txt",
}


def secret_url(appointment: Appointment, *, language: str) -> str:
    """The whole address of the secret link, in one language."""
    with translation.override(language):
        path = reverse("appointments:appointment", args=[secret_for("appointment", appointment.pk)])
    return f"{settings.PORTAL_BASE_URL}{path}"


def build_message(message: Message, *, now: dt.datetime) -> EmailMessage:
    """The mail of one message, addressed to its visitor."""
    appointment = message.appointment
    visitor = appointment.visitor
    if visitor is None:
        raise ValueError("Nobody to write to")
    link = secret_url(appointment, language=visitor.language)
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
