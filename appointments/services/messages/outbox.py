"""The outbox: a message is a row first, then sent by a worker that claims it.

Not lost to a worker that dies: its claim lapses. At most twice: only a worker that dies between
sending and saying so leaves a message that another one sends again. Not lost to a carrier that
is down: it is tried again, ever more rarely, until it is of no use; a message that the carrier
refuses for good is tried five times, one to a dead address goes another way at once. Whatever is
given up is an error in the log and stands on a page for staff.
"""

import datetime as dt
import logging

from django.db.models import F

from appointments.enums import Failure, Medium
from appointments.models import Message
from appointments.services.messages.bounces import give_up, switch_off
from appointments.services.messages.carriers import Carriers, is_address_dead, is_permanent
from appointments.services.messages.due import is_overdue, is_still_wanted, put_off_until, reader_of
from appointments.services.messages.letters import mail_of, text_of
from appointments.services.messages.marks import mark_of

logger = logging.getLogger(__name__)

# A turn ends long before its claims lapse: a task is stopped after CELERY_TASK_TIME_LIMIT, and CLAIM_LASTS as long.
BATCHES, BATCH = 20, 50
MOST_REFUSALS = 5
MINUTES_BETWEEN_TRIES = (1, 2, 5, 15, 30, 60)


def send_due_messages(*, now: dt.datetime) -> int:
    """Send what is due, each message by one worker only; how many were sent. No transaction is open meanwhile."""
    sent = 0
    with Carriers() as carriers:
        for _batch in range(BATCHES):
            due = _next_due(carriers, now=now)
            if not due:
                break
            sent += sum(medium in carriers.at_work and _send(pk, carriers, now=now) for pk, medium in due)
    return sent


def claim(pk: int, *, now: dt.datetime) -> bool:
    """Take one due message; of several workers the database lets one through."""
    return Message.objects.due(now=now).filter(pk=pk).update(claimed_at=now, attempts=F("attempts") + 1) == 1


def _next_due(carriers: Carriers, *, now: dt.datetime) -> list[tuple[int, str]]:
    due = Message.objects.due(now=now).filter(medium__in=carriers.at_work).order_by("due_at", "pk")
    return list(due.values_list("pk", "medium")[:BATCH])


def _send(pk: int, carriers: Carriers, *, now: dt.datetime) -> bool:
    if not claim(pk, now=now):
        return False
    message = Message.objects.with_reader().filter(pk=pk).first()
    if message is None or not _is_to_be_sent(message, now=now):
        return False
    try:
        theirs = _hand_over(message, carriers, now=now)
    except OSError as error:
        _take_failure(message, error, now=now)
        return False
    Message.objects.filter(pk=pk).update(sent_at=now, provider_key=theirs)
    return True


def _is_to_be_sent(message: Message, *, now: dt.datetime) -> bool:
    is_late = message.attempts > 1 and is_overdue(message, now=now)
    if is_late and reader_of(message) is not None:
        _give_up(message, Failure.TOO_LATE, now=now)
        return False
    if not is_still_wanted(message, now=now):
        message.delete()
        return False
    morning = put_off_until(message, now=now)
    if morning is not None:
        message.due_at, message.claimed_at = morning, None
        message.save(update_fields=["due_at", "claimed_at"])
    return morning is None


def _hand_over(message: Message, carriers: Carriers, *, now: dt.datetime) -> str:
    if message.medium == Medium.EMAIL:
        carriers.send_mail(mail_of(message, now=now))
        return ""
    number, text = text_of(message)
    return carriers.send_text(number=number, text=text, key=mark_of(message.pk))


def _take_failure(message: Message, error: OSError, *, now: dt.datetime) -> None:
    # The text of the error may hold the address: not logged.
    logger.warning("Message %s was not sent: %s", message.pk, type(error).__name__)
    if is_address_dead(error):
        switch_off(message, why=Failure.REFUSED, now=now)
        return
    message.refusals += is_permanent(error)
    if message.refusals >= MOST_REFUSALS:
        _give_up(message, Failure.REFUSED, now=now)
        return
    minutes = MINUTES_BETWEEN_TRIES[min(message.attempts, len(MINUTES_BETWEEN_TRIES)) - 1]
    message.due_at, message.claimed_at = now + dt.timedelta(minutes=minutes), None
    message.save(update_fields=["refusals", "due_at", "claimed_at"])


def _give_up(message: Message, why: Failure, *, now: dt.datetime) -> None:
    logger.error("Message %s (%s) is given up after %d tries", message.pk, message.kind, message.attempts)
    give_up(message, why, now=now)
