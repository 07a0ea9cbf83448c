"""What carriers report later: an address that receives nothing is used no more, and the message goes another way."""

import datetime as dt
import logging

from appointments.enums import Failure, Medium, MessageKind
from appointments.models import Message
from appointments.querysets import MessageQuerySet
from appointments.services.messages.due import (
    is_overdue,
    is_still_wanted,
    night_ends,
    reader_of,
    remind_at,
    site_of,
)
from appointments.services.messages.marks import find_marked
from appointments.services.messages.reports import marked_texts, tells_of_failure
from appointments.services.terms.policies import medium_for

logger = logging.getLogger(__name__)

FAILED_AT = {Medium.EMAIL: "email_failed_at", Medium.SMS: "phone_failed_at"}
STARTED_ANEW = ("medium", "due_at", "sent_at", "claimed_at", "attempts", "refusals", "provider_key")


def take_bounce(*, mail: bytes, now: dt.datetime) -> bool:
    """Read a mail that came back; whether it told that one of our mails will never arrive.

    Only a report of delivery (RFC 3464) that carries the mark of a mail we sent counts; a delay does not.
    """
    if not tells_of_failure(mail):
        return False
    message = next((found for text in marked_texts(mail) if (found := find_marked(text))), None)
    return message is not None and _take_return(message, medium=Medium.EMAIL, now=now)


def take_text_failure(*, key: str, now: dt.datetime) -> bool:
    """Believe a carrier that a text message never arrived; whether there was such a message."""
    sent = Message.objects.with_reader().exclude(provider_key="").filter(provider_key=key, medium=Medium.SMS)
    message = sent.order_by("pk").first()
    return message is not None and _take_return(message, medium=Medium.SMS, now=now)


def switch_off(message: Message, *, why: Failure, now: dt.datetime) -> None:
    """Use the address of a message no more: it, and all else owed to its reader, goes another way or is given up."""
    visitor, site = reader_of(message), site_of(message)
    if visitor is None or site is None:
        return
    broken = Medium(message.medium)
    setattr(visitor, FAILED_AT[broken], now)
    visitor.save(update_fields=[FAILED_AT[broken]])
    other = medium_for(visitor, network=site.network)
    rest = Message.objects.unsent_to(visitor).filter(medium=broken).exclude(pk=message.pk)
    if other is None:
        rest.update(given_up_at=now, failure=why)
    else:
        _turn_round(rest, other=other)
    _redirect(message, other=other, why=why, now=now)


def give_up(message: Message, why: Failure, *, now: dt.datetime) -> None:
    """Try no more; the row stays for staff to see."""
    message.given_up_at, message.failure = now, why
    message.save(update_fields=["refusals", "given_up_at", "failure"])


def _take_return(message: Message, *, medium: Medium, now: dt.datetime) -> bool:
    is_out = message.medium == medium and message.sent_at is not None and message.given_up_at is None
    if not is_out or reader_of(message) is None:
        return False
    switch_off(message, why=Failure.BOUNCED, now=now)
    return True


def _turn_round(messages: MessageQuerySet, *, other: Medium) -> None:
    for message in messages.with_reader().order_by("pk"):
        message.medium, message.refusals = other, 0
        if message.kind == MessageKind.REMINDER and message.appointment is not None:
            message.due_at = remind_at(message.appointment, message.due_at, medium=other)
        message.save(update_fields=["medium", "refusals", "due_at"])


def _redirect(message: Message, *, other: Medium | None, why: Failure, now: dt.datetime) -> None:
    # Mail comes back at any hour; whoever it was for need not be awake.
    due_at = (night_ends(message, now=now) if other == Medium.SMS else None) or now
    is_of_use = is_still_wanted(message, now=due_at) and not is_overdue(message, now=due_at)
    if other is None or not is_of_use:
        logger.warning("Message %s (%s) reaches nobody: %s", message.pk, message.kind, why)
        give_up(message, why, now=now)
        return
    message.medium, message.due_at, message.sent_at, message.claimed_at = other, due_at, None, None
    message.attempts, message.refusals, message.provider_key = 0, 0, ""
    message.save(update_fields=list(STARTED_ANEW))
