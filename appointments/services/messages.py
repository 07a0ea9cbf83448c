"""The outbox: a message is a row first, then sent by a worker that claims it.

Never lost: a claim lapses when its worker dies. At most twice: only a worker that dies between
sending and saying so leaves a message that another one sends again.
"""

import datetime as dt
import logging
import smtplib

from django.conf import settings
from django.db import transaction
from django.db.models import F

from appointments import tasks
from appointments.emails import build_message
from appointments.enums import MessageKind, State
from appointments.models import Appointment, Message

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 200


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
    if not is_still_wanted(message, now=now):
        message.delete()
        return False
    try:
        build_message(message, now=now).send()
    except (OSError, smtplib.SMTPException) as error:
        # The claim lapses and another try follows. The text of the error may hold the address: not logged.
        logger.warning("Message %s was not sent: %s", pk, type(error).__name__)
        return False
    Message.objects.filter(pk=pk).update(sent_at=now)
    return True


def claim(pk: int, *, now: dt.datetime) -> bool:
    """Take one due message; of several workers the database lets one through."""
    return Message.objects.due(now=now).filter(pk=pk).update(claimed_at=now, attempts=F("attempts") + 1) == 1


def is_still_wanted(message: Message, *, now: dt.datetime) -> bool:
    """Whether there is still somebody to tell, and a reminder still something to remind of."""
    appointment = message.appointment
    if appointment.visitor is None or not appointment.visitor.email:
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
