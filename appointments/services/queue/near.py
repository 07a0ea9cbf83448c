"""A word to whoever does not sit and watch the screen, when their turn is near: once, by the road they left."""

import datetime as dt
import logging
from itertools import groupby

from django.db import transaction
from django.utils import translation

from appointments.emails import turn_mail
from appointments.enums import IN_LINE, Medium
from appointments.models import Ticket
from appointments.queue_rules import check_standing_of
from appointments.services.messages.carriers import Carriers
from appointments.services.messages.letters import town_of
from appointments.services.queue.calling import lock_ticket
from appointments.services.queue.line import line_of
from appointments.services.queue.numbers import label_of
from appointments.services.queue.tickets import ticket_url
from appointments.services.terms.policies import medium_for
from appointments.texting import turn_text
from visitors.models import Visitor
from visitors.services import erase_visitor, register_visitor

logger = logging.getLogger(__name__)

# Whoever has two before them still has the time to come back from the street.
MOST_BEFORE = 2
ONE_DAY = dt.timedelta(days=1)


@transaction.atomic
def ask_to_be_told(*, ticket: Ticket, email: str, phone: str, language: str, now: dt.datetime) -> Ticket:
    """Keep until the night where to tell somebody that their turn is near, instead of what they left before.

    Nothing left is nobody told. Raises QueueError for whoever is called already.
    """
    current = lock_ticket(ticket, by=None, now=now)
    check_standing_of(current, states=IN_LINE)
    before = current.visitor
    current.visitor = register_visitor(
        alias="", email=email, phone=phone, language=language, erase_on=current.day + ONE_DAY
    )
    current.save(update_fields=["visitor"])
    if before is not None:
        erase_visitor(visitor=before)
    return current


def tell_near(*, now: dt.datetime) -> int:
    """Tell those who asked for it that few are before them; how many were told.

    Each once, whatever becomes of the message: one that comes late is worse than none.
    """
    rows = Ticket.objects.waiting().filter(visitor__isnull=False, near_told_at=None)
    asked = rows.select_related("site__network__booking_policy", "site__queue", "visitor").order_by("site", "number")
    told = 0
    with Carriers() as carriers:
        for site, tickets in groupby(asked, key=lambda ticket: ticket.site):
            line = line_of(site=site, now=now)
            for ticket in tickets:
                is_near = ticket.pk in line and line[ticket.pk].before <= MOST_BEFORE
                told += is_near and _claim(ticket, now=now) and _tell(ticket, carriers)
    return told


def _claim(ticket: Ticket, *, now: dt.datetime) -> bool:
    """Of several workers the database lets one through."""
    return Ticket.objects.waiting().filter(pk=ticket.pk, near_told_at=None).update(near_told_at=now) == 1


def _tell(ticket: Ticket, carriers: Carriers) -> bool:
    reader = ticket.visitor
    medium = medium_for(reader, network=ticket.site.network) if reader else None
    if reader is None or medium not in carriers.at_work:
        return False
    try:
        _hand_over(ticket, reader, medium, carriers)
    except OSError as error:
        logger.warning("Nobody was told that their turn is near: %s", type(error).__name__)
        return False
    return True


def _hand_over(ticket: Ticket, reader: Visitor, medium: Medium, carriers: Carriers) -> None:
    label, link = label_of(ticket, ticket.site.queue), ticket_url(ticket, language=reader.language)
    with translation.override(reader.language):
        if medium == Medium.EMAIL:
            carriers.send_mail(turn_mail(reader=reader, site=ticket.site, label=label, link=link))
        else:
            text = turn_text(label=label, place=town_of(ticket.site), link=link)
            carriers.send_text(number=str(reader.phone), text=text, key=f"ticket-{ticket.pk}")
