"""What is offered to somebody who waits: take it or decline it, as long as it stands."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from appointments.enums import Answer
from appointments.models import Appointment, Offer, Wait
from appointments.rules import check_offer, offer_gone
from appointments.services.booking.book import book_appointment
from appointments.services.booking.freed import lock_slot
from appointments.services.booking.moving import move_appointment
from appointments.services.terms.details import VisitorDetails
from visitors.services import erase_visitor

MOST_DIGITS = 18
ALL_OF_A_WAIT = (
    "slot",
    "wait__site__network",
    "wait__theme",
    "wait__visitor",
    "wait__appointment__site__network",
    "wait__appointment__service__theme",
    "wait__appointment__visitor",
)


def open_offer_of(*, wait: Wait, now: dt.datetime) -> Offer | None:
    """What is offered to somebody who waits, while it stands."""
    standing = wait.offers.filter(answer="", expires_at__gt=now, slot__isnull=False)
    return standing.select_related("slot__service__theme").order_by("-made_at", "-pk").first()


def find_offer(*, number: str, waits: QuerySet[Wait]) -> Offer:
    """The offer of this number among those made to these waits. Raises OfferError when there is none."""
    is_number = number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS
    offer = Offer.objects.filter(pk=int(number), wait__in=waits).first() if is_number else None
    if offer is None:
        raise offer_gone()
    return offer


@transaction.atomic
def take_offer(*, offer: Offer, now: dt.datetime) -> Appointment:
    """Book the moment that is offered, or move the appointment to it; the wait is over. Taking twice is taking once.

    Raises OfferError when it does not stand any more, MomentError when nobody receives then after all.
    """
    current = hold_offer(offer)
    wait = current.wait
    if current.answer == Answer.TAKEN and wait.appointment is not None:
        return wait.appointment
    check_offer(current, now=now)
    wait.appointment = _book(current, now=now)
    wait.ended_at = now
    wait.save(update_fields=["appointment", "ended_at"])
    current.answer = Answer.TAKEN
    current.save(update_fields=["answer"])
    if current.slot is not None:
        current.slot.delete()
    return wait.appointment


@transaction.atomic
def decline_offer(*, offer: Offer, now: dt.datetime) -> None:
    """Leave the moment to the next one, whom the next minute finds. The wait goes on. Declining twice does no harm."""
    current = hold_offer(offer)
    if current.answer:
        return
    current.answer = Answer.DECLINED
    current.save(update_fields=["answer"])
    if current.slot is not None:
        current.slot.returns_at = now
        current.slot.save(update_fields=["returns_at"])


def hold_offer(offer: Offer) -> Offer:
    """The offer as it stands, with all that hangs on it, held until the transaction ends."""
    # The moment before the offer, like the minute that tends it.
    lock_slot(offer.slot_id)
    rows = Offer.objects.select_for_update(of=("self",))
    return rows.select_related(*ALL_OF_A_WAIT).get(pk=offer.pk)


def _book(offer: Offer, *, now: dt.datetime) -> Appointment:
    wait = offer.wait
    if wait.appointment is not None:
        return move_appointment(appointment=wait.appointment, starts_at=offer.starts_at, now=now, offer=offer)
    visitor = wait.visitor
    appointment = book_appointment(
        site=wait.site,
        theme=wait.theme,
        language=wait.language,
        channel=wait.channel,
        starts_at=offer.starts_at,
        now=now,
        details=_details_of(wait),
        offer=offer,
    )
    if visitor is not None:
        # The appointment keeps them now, until its own day.
        erase_visitor(visitor=visitor)
        wait.visitor = None
    return appointment


def _details_of(wait: Wait) -> VisitorDetails:
    visitor = wait.visitor
    if visitor is None:
        return VisitorDetails()
    return VisitorDetails(
        alias=visitor.alias, email=visitor.email, phone=str(visitor.phone or ""), language=visitor.language
    )
