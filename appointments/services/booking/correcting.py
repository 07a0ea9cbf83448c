"""What a visitor left, put right behind their own link: added, corrected, removed."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from appointments.enums import Medium, WhoBooks
from appointments.models import Appointment, Offer, Wait
from appointments.rules import WaitError, check_change, check_channel
from appointments.services.booking.erasing import forget_visitor
from appointments.services.booking.moving import locked
from appointments.services.booking.offers import hold_offer
from appointments.services.booking.waiting import check_waits, wait_erased_on
from appointments.services.messages import due
from appointments.services.terms.details import NOTHING_LEFT, Correction, VisitorDetails, check_upcoming, erase_on
from appointments.services.terms.policies import medium_for
from sites.models import Network
from visitors.models import Visitor
from visitors.services import correct_visitor, erase_visitor, register_visitor

Road = tuple[Medium, str]


@transaction.atomic
def correct_details(
    *,
    appointment: Appointment,
    correction: Correction,
    language: str,
    now: dt.datetime,
    who: WhoBooks = WhoBooks.ANYONE,
) -> Appointment:
    """Change what the visitor left, as long as the appointment is to come; changing twice is changing once.

    Where that is another address than the one in use, it is told what still stands, and nothing goes to the old one
    any more. When nothing is left, the visitor is forgotten. ``language`` is that of a visitor who had left nothing.
    Raises TooLateError, ChannelError or UpcomingError.
    """
    _hold_offers(Offer.objects.filter(wait__appointment=appointment))
    current = locked(appointment)
    check_change(current, now=now)
    after = correction.upon(current.visitor)
    check_channel((current.channel,), channel=current.channel, phone=after.phone)
    if after == NOTHING_LEFT:
        forget_visitor(appointment=current)
        current.visitor = None
        return current
    if who != WhoBooks.RECEPTION:
        check_upcoming(correction.new_to(current.visitor), site=current.site, now=now, but=current)
    before = _road(current.visitor, network=current.site.network)
    if current.visitor is None:
        current.visitor = _register(after, language=language, until=erase_on(current))
        current.save(update_fields=["visitor"])
        Wait.objects.filter(appointment=current, visitor=None, ended_at=None).update(visitor=current.visitor)
    else:
        _correct(current.visitor, correction)
    road = _road(current.visitor, network=current.site.network)
    if road != before:
        due.plan_anew(appointment=current, is_new=_is_given(road, correction), now=now)
    return current


@transaction.atomic
def correct_wait(*, wait: Wait, correction: Correction, language: str, now: dt.datetime) -> Wait:
    """Change how somebody who waits is told, as long as they wait; changing twice is changing once.

    What is offered just now is told to another address, too. Raises WaitError or ChannelError.
    """
    _hold_offers(wait.offers.all())
    # The visitor is read under the lock, see booking.moving.locked.
    rows = Wait.objects.select_for_update(of=("self",)).select_related("site__network")
    current = rows.get(pk=wait.pk)
    if current.ended_at is not None:
        raise WaitError(_("You do not wait any more: there is nothing to tell you."))
    after = correction.upon(current.visitor)
    check_channel((current.channel,), channel=current.channel, phone=after.phone)
    check_waits(correction.new_to(current.visitor), site=current.site, now=now, but=current)
    before = _road(current.visitor, network=current.site.network)
    if after == NOTHING_LEFT:
        _forget(current)
    elif current.visitor is None:
        current.visitor = _register(after, language=language, until=wait_erased_on(current))
        current.save(update_fields=["visitor"])
    else:
        _correct(current.visitor, correction)
    if _road(current.visitor, network=current.site.network) != before:
        due.plan_offers_anew(offers=Offer.objects.filter(wait=current), now=now)
    return current


def _hold_offers(offers: QuerySet[Offer]) -> None:
    """Moment and offer before what waits for them, like whoever takes an offer: neither waits for the other."""
    for offer in offers.filter(answer="", slot__isnull=False).order_by("slot"):
        hold_offer(offer)


def _register(left: VisitorDetails, *, language: str, until: dt.date) -> Visitor | None:
    return register_visitor(alias=left.alias, email=left.email, phone=left.phone, language=language, erase_on=until)


def _correct(visitor: Visitor, correction: Correction) -> None:
    correct_visitor(visitor=visitor, alias=correction.alias, email=correction.email, phone=correction.phone)


def _forget(wait: Wait) -> None:
    if wait.visitor is not None:
        erase_visitor(visitor=wait.visitor)
        wait.visitor = None


def _road(visitor: Visitor | None, *, network: Network) -> Road | None:
    """By which road a visitor is told, and where."""
    medium = medium_for(visitor, network=network) if visitor is not None else None
    if visitor is None or medium is None:
        return None
    return medium, visitor.email if medium == Medium.EMAIL else str(visitor.phone)


def _is_given(road: Road | None, correction: Correction) -> bool:
    given = {Medium.EMAIL: correction.email, Medium.SMS: correction.phone}
    return road is not None and bool(given[road[0]])
