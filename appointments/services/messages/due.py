"""Which messages a visitor is owed, and for how long. Each is a row first; services/outbox.py sends it in time."""

import datetime as dt
from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from appointments import tasks
from appointments.enums import Failure, Medium, MessageKind, State
from appointments.models import Appointment, Message, Offer
from appointments.services.terms.day_hours import morning_after, waking_hour
from appointments.services.terms.policies import can_tell, medium_for, policy_of
from sites.models import Site
from visitors.models import Visitor

# Within an hour of the news a reminder would only repeat it.
NEWS_STAYS_FRESH = dt.timedelta(hours=1)
# What we changed ourselves: whoever cannot be written to must be called.
MUST_BE_TOLD = (MessageKind.TO_MOVE, MessageKind.APOLOGY)
# What comes without its reader having done anything just before.
UNASKED = (MessageKind.REMINDER, MessageKind.FREED)
CANCELLED_STAYS_NEWS = dt.timedelta(days=1)
# In which state of its appointment a message still says what is so; the others say what was.
SAID_IN = {
    MessageKind.REMINDER: State.BOOKED,
    MessageKind.TO_MOVE: State.TO_MOVE,
    MessageKind.CANCELLED: State.CANCELLED,
    MessageKind.APOLOGY: State.CANCELLED,
}


def plan_booked(*, appointment: Appointment, now: dt.datetime) -> None:
    """Owe a confirmation now and reminders before the moment, if the visitor left an address that works."""
    _owe(appointment, MessageKind.CONFIRMATION, is_reminded=True, now=now)


def plan_moved(*, appointment: Appointment, now: dt.datetime) -> None:
    """Tell the new moment; reminders of the old one go, new ones come."""
    drop_unsent(appointment=appointment)
    _owe(appointment, MessageKind.MOVED, is_reminded=True, now=now)


def plan_cancelled(*, appointment: Appointment, now: dt.datetime) -> None:
    """Tell that it is cancelled; nothing else is owed any more."""
    drop_unsent(appointment=appointment)
    _owe(appointment, MessageKind.CANCELLED, now=now)


def plan_to_move(*, appointment: Appointment, now: dt.datetime) -> None:
    """Ask the visitor to choose another time; who cannot be written to is listed for staff to call."""
    drop_unsent(appointment=appointment)
    _owe(appointment, MessageKind.TO_MOVE, now=now)


def plan_apology(*, appointment: Appointment, now: dt.datetime) -> None:
    """Tell that we had to cancel; who cannot be written to is listed for staff to call."""
    drop_unsent(appointment=appointment)
    _owe(appointment, MessageKind.APOLOGY, now=now)


def plan_offer(*, offer: Offer, now: dt.datetime) -> None:
    """Tell whoever waits that a moment is theirs for some time, if an address was left."""
    wait = offer.wait
    medium = medium_for(wait.visitor, network=wait.site.network) if wait.visitor else None
    if medium is None:
        return
    kind = MessageKind.FREED
    Message.objects.create(offer=offer, kind=kind, medium=medium, key=f"{kind}:{offer.pk}", due_at=now)
    _wake_worker()


def plan_anew(*, appointment: Appointment, is_new: bool, now: dt.datetime) -> None:
    """Owe what still stands to another address than the one in use; the old one is owed nothing any more.

    A new address gets the news, too, not only what is to come. What was sent goes as well: a mail to the old address
    that comes back must not switch the new one off.
    """
    appointment.messages.all().delete()
    if appointment.state == State.TO_MOVE:
        _owe(appointment, MessageKind.TO_MOVE, now=now)
    elif is_new:
        plan_booked(appointment=appointment, now=now)
    else:
        medium = medium_for(appointment.visitor, network=appointment.site.network) if appointment.visitor else None
        Message.objects.bulk_create(_reminders(appointment, medium=medium, now=now) if medium else ())
    plan_offers_anew(offers=Offer.objects.filter(wait__appointment=appointment), now=now)


def plan_offers_anew(*, offers: QuerySet[Offer], now: dt.datetime) -> None:
    """Tell whoever waits, at another address than before, what is offered just now."""
    Message.objects.filter(offer__in=offers).delete()
    for offer in offers.filter(answer="", expires_at__gt=now).select_related("wait__visitor", "wait__site__network"):
        plan_offer(offer=offer, now=now)


def list_untold(*, appointment: Appointment, kind: MessageKind, now: dt.datetime) -> None:
    """List for staff, until it is settled, what we changed and no message can tell; nothing where one can."""
    if can_tell(appointment.visitor, network=appointment.site.network):
        return
    message = _message(appointment, kind, medium=Medium.SMS, due_at=now)
    message.given_up_at, message.failure = now, Failure.UNREACHABLE
    Message.objects.bulk_create([message], ignore_conflicts=True)


def is_within_reach(appointment: Appointment) -> bool:
    """Whether the visitor can be told before they come: by a message, or by somebody who calls them."""
    visitor = appointment.visitor
    return visitor is not None and bool(visitor.phone or (visitor.email and visitor.email_failed_at is None))


def remind_at(appointment: Appointment, wanted: dt.datetime, *, medium: str) -> dt.datetime:
    """When a reminder leaves: a mail when it should, a text message wakes nobody."""
    if medium != Medium.SMS:
        return wanted
    return waking_hour(wanted, site=appointment.site, starts_at=appointment.starts_at)


def drop_unsent(*, appointment: Appointment) -> None:
    """Owe nothing any more."""
    appointment.messages.filter(sent_at=None).delete()


def reader_of(message: Message) -> Visitor | None:
    """The visitor it is for, as long as they are not erased."""
    if message.appointment is not None:
        return message.appointment.visitor
    return message.offer.wait.visitor if message.offer is not None else None


def is_still_wanted(message: Message, *, now: dt.datetime) -> bool:
    """Whether there is still somebody to tell, and what it says is still so."""
    reader = reader_of(message)
    if reader is None or not (reader.email or reader.phone):
        return False
    if message.offer is not None:
        return not message.offer.answer and now < message.offer.expires_at
    appointment = message.appointment
    kind = MessageKind(message.kind)
    if appointment is None or appointment.state != SAID_IN.get(kind, appointment.state):
        return False
    return kind != MessageKind.REMINDER or now < appointment.starts_at


def is_overdue(message: Message, *, now: dt.datetime) -> bool:
    """Whether it comes too late to be of use."""
    if message.offer is not None:
        return now >= message.offer.expires_at
    if message.appointment is None:
        return True
    is_of_cancelling = message.kind in {MessageKind.CANCELLED, MessageKind.APOLOGY}
    return now >= message.appointment.starts_at + (CANCELLED_STAYS_NEWS if is_of_cancelling else dt.timedelta())


def put_off_until(message: Message, *, now: dt.datetime) -> dt.datetime | None:
    """Until when a text message waits that nobody is awake for: the end of the night; nothing by day."""
    is_ringing = message.medium == Medium.SMS and message.kind in UNASKED
    return night_ends(message, now=now) if is_ringing else None


def night_ends(message: Message, *, now: dt.datetime) -> dt.datetime | None:
    """When the night ends at the place of a message; nothing by day."""
    site = site_of(message)
    return morning_after(now, site=site) if site else None


def site_of(message: Message) -> Site | None:
    """The place that a message is about."""
    if message.appointment is not None:
        return message.appointment.site
    return message.offer.wait.site if message.offer is not None else None


def _owe(appointment: Appointment, kind: MessageKind, *, now: dt.datetime, is_reminded: bool = False) -> None:
    visitor = appointment.visitor
    medium = medium_for(visitor, network=appointment.site.network) if visitor else None
    if medium is None:
        if kind in MUST_BE_TOLD:
            list_untold(appointment=appointment, kind=kind, now=now)
        return
    owed = [_message(appointment, kind, medium=medium, due_at=now)]
    if is_reminded:
        owed += _reminders(appointment, medium=medium, now=now)
    # The same news of the same revision is owed once.
    Message.objects.bulk_create(owed, ignore_conflicts=True)
    _wake_worker()


def _reminders(appointment: Appointment, *, medium: Medium, now: dt.datetime) -> Iterator[Message]:
    kind = MessageKind.REMINDER
    starts_at = appointment.starts_at.astimezone(dt.UTC)  # hours that pass, not hours on the wall
    planned: set[dt.datetime] = set()
    for hours in policy_of(appointment.site.network).hours:
        due_at = remind_at(appointment, starts_at - dt.timedelta(hours=hours), medium=medium)
        # Two of one night wake at the same hour: the reader needs one.
        if due_at > now + NEWS_STAYS_FRESH and due_at not in planned:
            planned.add(due_at)
            yield _message(appointment, kind, medium=medium, due_at=due_at, name=f"{hours}h")
    if settings.PORTAL_DEMO_REMINDER_SECONDS:
        due_at = now + dt.timedelta(seconds=settings.PORTAL_DEMO_REMINDER_SECONDS)
        yield _message(appointment, kind, medium=medium, due_at=due_at, name="demo")


def _message(
    appointment: Appointment, kind: MessageKind, *, medium: Medium, due_at: dt.datetime, name: str = ""
) -> Message:
    key = f"{appointment.pk}:{appointment.revision}:{kind}:{name}"
    return Message(appointment=appointment, kind=kind, medium=medium, key=key, due_at=due_at)


def _wake_worker() -> None:
    # Robust: with the broker down the booking stands, and beat sends the message later.
    transaction.on_commit(tasks.send_due_messages.delay, robust=True)
