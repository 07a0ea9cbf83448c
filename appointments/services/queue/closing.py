"""The end of a day: what is open is closed, what is kept is written to the half-hour, and the tickets go."""

import datetime as dt
import random
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from appointments.enums import Origin, Outcome, TicketState
from appointments.models import QueueObservation, Seating, SiteQueue, Ticket
from citemetiers.kernel.dates import local_day
from sites.models import Site
from visitors.models import Visitor
from visitors.services import erase_visitor

MINUTES_OF_HALF_AN_HOUR = 30
# Whoever is still there when the day is over was never said to be done: nobody knows for how long they stayed.
OUTCOMES = {
    TicketState.DONE: Outcome.DONE,
    TicketState.NO_SHOW: Outcome.NO_SHOW,
    TicketState.SWAPPED: Outcome.SWAPPED,
}
# An order that nobody can work out from the rows written before.
ANY_ORDER = random.SystemRandom()


def close_days(*, now: dt.datetime) -> int:
    """Close the days that are over where the sites are: what is kept is written, tickets and open desks are deleted.

    Tickets still open count as left, numbers begin again, and a visitor known by a ticket alone is erased. Says how
    many tickets went; whoever comes second finds nothing to do.
    """
    has_something = Q(pk__in=Ticket.objects.values("site")) | Q(pk__in=Seating.objects.values("site"))
    sites = Site.objects.filter(has_something).order_by("pk")
    return sum(_close_site(site, today=local_day(now, tz=site.tz)) for site in sites)


def observe(ticket: Ticket, *, done_at: dt.datetime | None = None) -> QueueObservation:
    """What is kept of a ticket, not saved yet; ``done_at`` is the end of a session whose ticket goes on.

    It has whole minutes and the half-hour of the local day in which the ticket was taken, and leads to nobody.
    """
    outcome = Outcome.DONE if done_at else OUTCOMES.get(TicketState(ticket.state), Outcome.LEFT)
    was_called = outcome in {Outcome.DONE, Outcome.NO_SHOW}
    ended_at = done_at or ticket.ended_at
    taken_at = ticket.taken_at.astimezone(ticket.site.tz)
    return QueueObservation(
        site=ticket.site,
        day=ticket.day,
        half_hour=taken_at.hour * 2 + taken_at.minute // MINUTES_OF_HALF_AN_HOUR,
        theme_id=ticket.theme_id,
        language=ticket.language,
        is_booked=ticket.origin == Origin.APPOINTMENT or ticket.due_at is not None,
        outcome=outcome,
        waited=_minutes(_waits_since(ticket), ticket.called_at) if was_called else None,
        lasted=_minutes(ticket.began_at or ticket.called_at, ended_at) if outcome == Outcome.DONE else None,
        estimated_from=ticket.estimated_from,
        estimated=ticket.estimated,
        estimated_to=ticket.estimated_to,
        # In a demonstration nobody really waits.
        is_illustrative=settings.DEMO,
    )


@transaction.atomic
def _close_site(site: Site, *, today: dt.date) -> int:
    # Whoever gives a number, and another beat, wait here; then nothing is left of the day.
    queue = SiteQueue.objects.select_for_update(of=("self",)).filter(site=site).first()
    past = Seating.objects.select_for_update(of=("self",)).filter(site=site, day__lt=today).order_by("pk")
    seatings = [seating.pk for seating in past]
    rows = Ticket.objects.select_for_update(of=("self",)).filter(site=site, day__lt=today)
    tickets = list(rows.select_related("site").order_by("pk"))
    kept = [observe(ticket) for ticket in tickets]
    ANY_ORDER.shuffle(kept)
    QueueObservation.objects.bulk_create(kept)
    _erase_visitors_of(tickets)
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).delete()
    # A desk left open past midnight may have called somebody of today; it goes with them.
    Seating.objects.filter(pk__in=seatings, tickets__isnull=True).delete()
    if queue is not None and queue.day is not None and queue.day < today:
        queue.day, queue.last_number = None, 0
        queue.save(update_fields=["day", "last_number"])
    return len(tickets)


def _erase_visitors_of(tickets: Sequence[Ticket]) -> None:
    """A visitor who has an appointment, or waits for one, stays until the day that belongs to it."""
    keys = [ticket.pk for ticket in tickets]
    known_by_it_alone = Visitor.objects.filter(tickets__in=keys, appointments__isnull=True, waits__isnull=True)
    for visitor in known_by_it_alone.distinct().order_by("pk"):
        erase_visitor(visitor=visitor)


def _waits_since(ticket: Ticket) -> dt.datetime:
    """Who comes early to an appointment does not wait before its hour."""
    return max(ticket.taken_at, ticket.due_at) if ticket.due_at else ticket.taken_at


def _minutes(since: dt.datetime | None, until: dt.datetime | None) -> int:
    if since is None or until is None:
        return 0
    return max(0, round((until - since) / dt.timedelta(minutes=1)))
