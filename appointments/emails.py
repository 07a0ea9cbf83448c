"""Messages to visitors, in their own language. No subject names the theme or the person."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from appointments.calendar_file import calendar_file, place_in_one_line
from appointments.enums import PRESCRIBERS, MessageKind
from appointments.models import Appointment
from sites.models import Site
from visitors.models import Visitor

# The moment of the others is not, or not yet, in anybody's calendar.
WITHOUT_CALENDAR_FILE = (MessageKind.TO_MOVE, MessageKind.FREED)

TEMPLATES = {
    MessageKind.CONFIRMATION: "appointments/emails/confirmation.txt",
    MessageKind.REMINDER: "appointments/emails/reminder.txt",
    MessageKind.MOVED: "appointments/emails/moved.txt",
    MessageKind.CANCELLED: "appointments/emails/cancelled.txt",
    MessageKind.TO_MOVE: "appointments/emails/to_move.txt",
    MessageKind.APOLOGY: "appointments/emails/apology.txt",
    MessageKind.FREED: "appointments/emails/freed.txt",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail is made of."""

    kind: MessageKind
    about: Appointment
    reader: Visitor
    link: str
    mark: str
    call: str = ""
    until: dt.datetime | None = None


def build_message(letter: Letter, *, now: dt.datetime) -> EmailMessage:
    """The mail of one message with the visitor's own link, addressed to its visitor."""
    about = letter.about
    with translation.override(letter.reader.language):
        mail = EmailMessage(
            subject=_subject(letter.kind),
            body=render_to_string(TEMPLATES[letter.kind], _context(letter)),
            from_email=_sender(letter.mark),
            to=[letter.reader.email],
            headers=_headers(letter.mark),
        )
        if letter.kind not in WITHOUT_CALENDAR_FILE:
            content = calendar_file(about, link=letter.link, call=letter.call, now=now).decode()
            mail.attach("appointment.ics", content, "text/calendar")
    return mail


def turn_mail(*, reader: Visitor, site: Site, label: str, link: str) -> EmailMessage:
    """The mail that says that a turn is near, in the active language; neither theme nor person is in it."""
    body = render_to_string("appointments/emails/near.txt", {"site": site, "label": label, "link": link})
    subject = _("It is almost your turn: %(label)s") % {"label": label}
    headers = {"Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [reader.email], headers=headers)


def _context(letter: Letter) -> dict[str, object]:
    about = letter.about
    local = about.starts_at.astimezone(about.site.tz)
    return {
        "appointment": about,
        "site": about.site,
        "day": local.date(),
        "time": local.time(),
        "until": letter.until.astimezone(about.site.tz) if letter.until else None,
        "link": letter.link,
        "call": letter.call,
        "visitor": letter.reader,
        "place": place_in_one_line(about),
        "is_for_other": about.booked_by in PRESCRIBERS,
    }


def _sender(mark: str) -> str:
    """Where mail comes back to: an address that holds the mark, where one is set up for it."""
    name, _at, host = settings.MAIL_BOUNCE_ADDRESS.rpartition("@")
    return f"{name}+{mark}@{host}" if name else settings.DEFAULT_FROM_EMAIL


def _headers(mark: str) -> dict[str, str]:
    return {
        "From": settings.DEFAULT_FROM_EMAIL,
        "Message-ID": f"<{mark}@{urlsplit(settings.PORTAL_BASE_URL).hostname}>",
        "X-Portal-Message": mark,
        "Auto-Submitted": "auto-generated",
    }


def _subject(kind: MessageKind) -> str:
    return {
        MessageKind.CONFIRMATION: _("Your appointment is booked"),
        MessageKind.REMINDER: _("A reminder of your appointment"),
        MessageKind.MOVED: _("Your appointment has a new time"),
        MessageKind.CANCELLED: _("Your appointment is cancelled"),
        MessageKind.TO_MOVE: _("We have to change your appointment"),
        MessageKind.APOLOGY: _("We had to cancel your appointment"),
        MessageKind.FREED: _("A time has become free for you"),
    }[kind]
