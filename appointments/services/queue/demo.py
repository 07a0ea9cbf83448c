"""A queue to look at: two towns in the middle of their day, and invented observations of the weeks before."""

import datetime as dt
import uuid

from django.db import transaction

from appointments.enums import Origin
from appointments.models import Duty, QueueObservation, Seating
from appointments.queue_rules import DeskError, QueueClosedError
from appointments.services.queue.calling import begin_session, call_next
from appointments.services.queue.closing import close_days
from appointments.services.queue.desks import open_desk
from appointments.services.queue.invented import invented_days, workdays
from appointments.services.queue.tickets import take_ticket
from citemetiers.kernel.dates import local_day
from sites.models import Desk, Site

TOWNS = ("namur", "bruxelles")
# The last one stays free, for whoever tries the demonstration. The word is the same in French and Dutch.
DESKS = ("Bureau 1", "Bureau 2", "Bureau 3")
MINUTE = dt.timedelta(minutes=1)
OPENED_BEFORE = 75 * MINUTE
# How many minutes ago the numbers were taken, and when each of two idle desks called the first ones.
TAKEN_BEFORE = (38, 31, 27, 21, 14, 8, 3)
CALLED_BEFORE = (37, 30)
NAMESPACE = uuid.UUID("0f8e3d52-4a0c-4f3b-9a55-6d1b7c9e2f41")
WEEKS = 8
TICKETS_A_DAY = 12


def ensure_demo_queue(*, now: dt.datetime) -> None:
    """Give two towns invented weeks behind them, and desks and visitors today where nobody has sat down yet.

    Where nobody may walk in at this moment there is no queue. Calling again on the same day adds nothing.
    """
    close_days(now=now)
    for site in Site.objects.select_related("network").filter(slug__in=TOWNS).order_by("slug"):
        today = local_day(now, tz=site.tz)
        days = workdays(today - dt.timedelta(weeks=WEEKS), today, site=site)
        rows = invented_days(site, days, a_day=TICKETS_A_DAY, names=NAMESPACE)
        QueueObservation.objects.bulk_create(rows, ignore_conflicts=True)
        for name in DESKS:
            Desk.objects.get_or_create(site=site, name=name)
        # Just after midnight there has been no day yet.
        is_day = local_day(now - OPENED_BEFORE, tz=site.tz) == today
        if is_day and not Seating.objects.at(site, day=today).exists():
            _live_day(site, now=now)


def _live_day(site: Site, *, now: dt.datetime) -> None:
    try:
        with transaction.atomic():
            seatings = _sit_down(site, now=now - OPENED_BEFORE)
            _let_come(site, seatings, now=now)
    except (QueueClosedError, DeskError):
        # A holiday, a closing day, a pause; or somebody tries one of these accounts elsewhere.
        return


def _sit_down(site: Site, *, now: dt.datetime) -> list[Seating]:
    duties: dict[int, Duty] = {}
    for duty in Duty.objects.filter(site=site, is_illustrative=True).select_related("advisor").order_by("pk"):
        duties.setdefault(duty.advisor_id, duty)
    desks = Desk.objects.filter(site=site, name__in=DESKS).order_by("name")
    return [
        open_desk(
            site=site,
            desk=desk,
            by=duty.advisor,
            themes=duty.themes.order_by("position", "pk"),
            languages=site.languages,
            now=now,
        )
        for duty, desk, _called in zip(duties.values(), desks, CALLED_BEFORE, strict=False)
    ]


def _let_come(site: Site, seatings: list[Seating], *, now: dt.datetime) -> None:
    """What happened this last hour, in the order in which it did."""
    # Each desk has visitors of its own, whatever themes its advisor has: nobody calls in vain.
    served = [list(seating.themes.order_by("position", "pk")) for seating in seatings]
    calls = dict(zip(CALLED_BEFORE, seatings, strict=False))
    for minutes in sorted((*TAKEN_BEFORE, *calls), reverse=True):
        moment = now - minutes * MINUTE
        if minutes in calls:
            seating = calls[minutes]
            called = call_next(seating=seating, by=seating.advisor, now=moment)
            begin_session(ticket=called, by=seating.advisor, now=moment + MINUTE)
        else:
            number = TAKEN_BEFORE.index(minutes)
            language = site.languages[number % 3 % len(site.languages)]
            turn, desk = divmod(number, len(served))
            theme = served[desk][turn % len(served[desk])]
            take_ticket(site=site, theme=theme, language=language, origin=Origin.KIOSK, now=moment)
