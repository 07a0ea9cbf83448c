"""The outbox: a message is a row first, then sent by a worker that claims it.

Not lost to a worker that dies: its claim lapses. At most twice: only a worker that dies between
sending and saying so leaves a message that another one sends again. Not lost to a mail server that
is down: it is tried again, ever more rarely, until the appointment starts; a message that the
server refuses for good is tried five times. Giving up is an error in the log.
"""

import datetime as dt
import logging
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F

from appointments import tasks
from appointments.emails import build_message
from appointments.enums import MessageKind, State
from appointments.models import Appointment, Message
from appointments.services.links import secret_url

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 200
MOST_REFUSALS = 5
MINUTES_BETWEEN_TRIES = (1, 2, 5, 15, 30, 60)
CANCELLED_STAYS_NEWS = dt.timedelta(days=1)
PERMANENT = 500
# The server refuses us, not the message: it stays owed until somebody mends the settings.
ABOUT_THE_CONNECTION = (smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError)


def plan_booked(*, appointment: Appointment, now: dt.datetime) -> None:
    """Owe a confirmation now and reminders before the moment, if the visitor left an e-mail address."""
    _owe(appointment, MessageKind.CONFIRMATION, due_at=now)
    _owe_reminders(appointment, now=now)
    _wake_worker()


def plan_moved(*, appointment: Appointment, now: dt.datetime) -> None:
    """Tell the new moment; reminders of the old one go, new ones come."""
    drop_unsent(appointment=appointment)
    _owe(appointment, MessageKind.MOVED, due_at=now)
    _owe_reminders(appointment, now=now)
    _wake_worker()


def plan_cancelled(*, appointment: Appointment, now: dt.datetime) -> None:
    """Tell that it is cancelled; nothing else is owed any more."""
    drop_unsent(appointment=appointment)
    _owe(appointment, MessageKind.CANCELLED, due_at=now)
    _wake_worker()


def drop_unsent(*, appointment: Appointment) -> None:
    """Owe nothing any more."""
    appointment.messages.filter(sent_at=None).delete()


def send_due_messages(*, now: dt.datetime) -> int:
    """Send what is due, each message by one worker only; how many were sent."""
    due = Message.objects.due(now=now).order_by("due_at", "pk")
    return sum(_send(pk, now=now) for pk in due.values_list("pk", flat=True)[:MOST_AT_ONCE])


def _send(pk: int, *, now: dt.datetime) -> bool:
    if not claim(pk, now=now):
        return False
    rows = Message.objects.select_related("appointment__site", "appointment__service", "appointment__visitor")
    message = rows.filter(pk=pk).first()
    if message is None:
        return False
    if _is_reader_left(message) and _is_overdue(message, now=now):
        _give_up(message, now=now)
        return False
    if not is_still_wanted(message, now=now):
        message.delete()
        return False
    try:
        _build(message, now=now).send()
    except OSError as error:  # every error of smtplib is one, too
        _postpone(message, error, now=now)
        return False
    Message.objects.filter(pk=pk).update(sent_at=now)
    return True


def _build(message: Message, *, now: dt.datetime) -> EmailMessage:
    visitor = message.appointment.visitor
    language = visitor.language if visitor else message.appointment.language
    return build_message(message, link=secret_url(message.appointment, language=language), now=now)


def _postpone(message: Message, error: OSError, *, now: dt.datetime) -> None:
    # The text of the error may hold the address: not logged.
    logger.warning("Message %s was not sent: %s", message.pk, type(error).__name__)
    message.refusals += is_permanent(error)
    if message.refusals >= MOST_REFUSALS:
        _give_up(message, now=now)
        return
    minutes = MINUTES_BETWEEN_TRIES[min(message.attempts, len(MINUTES_BETWEEN_TRIES)) - 1]
    message.due_at, message.claimed_at = now + dt.timedelta(minutes=minutes), None
    message.save(update_fields=["refusals", "due_at", "claimed_at"])


def _give_up(message: Message, *, now: dt.datetime) -> None:
    logger.error("Message %s (%s) is given up after %d tries", message.pk, message.kind, message.attempts)
    message.given_up_at = now
    message.save(update_fields=["refusals", "given_up_at"])


def is_permanent(error: OSError) -> bool:
    """Whether the mail server refuses this message for good; all else may pass with time."""
    if isinstance(error, ABOUT_THE_CONNECTION):
        return False
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _text in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= PERMANENT


def _is_overdue(message: Message, *, now: dt.datetime) -> bool:
    """Whether a message that failed before comes too late to be of use."""
    last = message.appointment.starts_at
    if message.kind == MessageKind.CANCELLED:
        last += CANCELLED_STAYS_NEWS
    return message.attempts > 1 and now >= last


def _is_reader_left(message: Message) -> bool:
    visitor = message.appointment.visitor
    return visitor is not None and bool(visitor.email)


def claim(pk: int, *, now: dt.datetime) -> bool:
    """Take one due message; of several workers the database lets one through."""
    return Message.objects.due(now=now).filter(pk=pk).update(claimed_at=now, attempts=F("attempts") + 1) == 1


def is_still_wanted(message: Message, *, now: dt.datetime) -> bool:
    """Whether there is still somebody to tell, and a reminder still something to remind of."""
    appointment = message.appointment
    if not _is_reader_left(message):
        return False
    is_past = now >= appointment.starts_at
    return message.kind != MessageKind.REMINDER or (appointment.state == State.BOOKED and not is_past)


def _owe_reminders(appointment: Appointment, *, now: dt.datetime) -> None:
    for hours in settings.PORTAL_REMINDER_HOURS:
        due_at = appointment.starts_at - dt.timedelta(hours=hours)
        if due_at > now:
            _owe(appointment, MessageKind.REMINDER, due_at=due_at, name=f"{hours}h")
    if settings.PORTAL_DEMO_REMINDER_SECONDS:
        due_at = now + dt.timedelta(seconds=settings.PORTAL_DEMO_REMINDER_SECONDS)
        _owe(appointment, MessageKind.REMINDER, due_at=due_at, name="demo")


def _owe(appointment: Appointment, kind: MessageKind, *, due_at: dt.datetime, name: str = "") -> None:
    if appointment.visitor is None or not appointment.visitor.email:
        return
    key = f"{appointment.pk}:{appointment.revision}:{kind}:{name}"
    Message.objects.create(appointment=appointment, kind=kind, key=key, due_at=due_at)


def _wake_worker() -> None:
    # Robust: with the broker down the booking stands, and beat sends the message later.
    transaction.on_commit(tasks.send_due_messages.delay, robust=True)
