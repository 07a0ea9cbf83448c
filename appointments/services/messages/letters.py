"""A message as its reader gets it: in their language, with their own link."""

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation

from appointments.emails import Letter, build_message
from appointments.enums import Channel, MessageKind
from appointments.models import Appointment, Message
from appointments.services.messages.due import reader_of
from appointments.services.messages.marks import mark_of
from appointments.services.terms import links
from appointments.texting import TextFacts, build_text
from sites.models import Site
from visitors.models import Visitor

# In the others no moment stands: there is nothing to call at.
WITH_CALL = (MessageKind.CONFIRMATION, MessageKind.MOVED, MessageKind.REMINDER)


def mail_of(message: Message, *, now: dt.datetime) -> EmailMessage:
    """The mail of one message."""
    reader, about = _reader(message), _about(message)
    letter = Letter(
        kind=MessageKind(message.kind),
        about=about,
        reader=reader,
        link=_link(message, language=reader.language),
        mark=mark_of(message.pk),
        call=links.video_url(about) if message.kind in WITH_CALL else "",
        until=message.offer.expires_at if message.offer else None,
    )
    return build_message(letter, now=now)


def text_of(message: Message) -> tuple[str, str]:
    """The number and the words of one text message."""
    reader, about = _reader(message), _about(message)
    tz = about.site.tz
    with translation.override(reader.language):
        facts = TextFacts(
            moment=about.starts_at.astimezone(tz),
            place=town_of(about.site) if about.channel == Channel.ON_SITE else str(Channel(about.channel).label),
            link=_link(message, language=reader.language),
            code=about.code or "",
            until=message.offer.expires_at.astimezone(tz) if message.offer else None,
        )
        return str(reader.phone), build_text(MessageKind(message.kind), facts)


def town_of(site: Site) -> str:
    """The town in every kind: the whole name fits into few of them, and two names would look like two places."""
    return site.town.partition(" (")[0]


def _reader(message: Message) -> Visitor:
    reader = reader_of(message)
    if reader is None:
        raise ValueError("Nobody to write to")
    return reader


def _about(message: Message) -> Appointment:
    """The appointment, or what an offer would make one."""
    if message.appointment is not None:
        return message.appointment
    if message.offer is None:
        raise ValueError("About nothing")
    wait = message.offer.wait
    return Appointment(site=wait.site, channel=wait.channel, starts_at=message.offer.starts_at)


def _link(message: Message, *, language: str) -> str:
    if message.offer is not None:
        return links.offer_url(message.offer, language=language)
    if message.kind == MessageKind.APOLOGY:  # nothing is left to move: one books anew
        with translation.override(language):
            return f"{settings.PORTAL_BASE_URL}{reverse('appointments:book')}"
    return links.secret_url(_about(message), language=language)
