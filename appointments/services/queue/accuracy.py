"""How long people waited and how right the estimates were: figures of whole months, never of a day or a person."""

import datetime as dt
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth

from appointments.models import QueueObservation
from appointments.services.agenda.no_shows import SMALLEST_BASE
from sites.models import Site

# One minute too many is half as much again of a wait of two: of short waits a share of the wait says nothing.
SHORTEST_WAIT = 5
LONGEST_MONTH = dt.timedelta(days=31)


class Accuracy(NamedTuple):
    """How far off estimates were, as a share of the wait, and how often the wait lay in the range that was told.

    Each is None on too small a base: of all that were estimated, and of those who waited long enough for an error.
    """

    median_error: Fraction | None
    within_range: Fraction | None
    base: int
    base_of_error: int


class MonthOfWaits(NamedTuple):
    """The wait, in minutes, that half of the people of a month stayed under; None on too small a base."""

    month: dt.date
    median: int | None
    base: int


def accuracy_of(*, sites: Collection[Site], since: dt.date, until: dt.date) -> Accuracy:
    """What became of the estimates given in the whole months [since, until), of whoever came without an appointment.

    Invented rows are not counted. Raises ValueError for anything but whole months. One query.
    """
    told = _called(sites, since, until).filter(estimated__isnull=False)
    rows = told.values_list("waited", "estimated_from", "estimated", "estimated_to").annotate(number=Count("pk"))
    base = inside = 0
    errors: Counter[Fraction] = Counter()
    for waited, low, estimated, high, number in rows.order_by("waited", "estimated_from", "estimated", "estimated_to"):
        base += number
        inside += number if low <= waited <= high else 0
        if waited >= SHORTEST_WAIT:
            errors[Fraction(abs(estimated - waited), waited)] += number
    return Accuracy(
        median_error=_median(errors),
        within_range=Fraction(inside, base) if base >= SMALLEST_BASE else None,
        base=base,
        base_of_error=errors.total(),
    )


def waits_by_month(*, sites: Collection[Site], since: dt.date, until: dt.date) -> list[MonthOfWaits]:
    """The median wait of each whole month of [since, until), of whoever came without an appointment.

    Invented rows, and second questions of one visit, are not counted. Raises ValueError for anything but whole
    months. One query.
    """
    people = _called(sites, since, until).exclude(waited=0, estimated__isnull=True)
    rows = people.annotate(month=TruncMonth("day")).values_list("month", "waited").annotate(number=Count("pk"))
    waits: dict[dt.date, Counter[Fraction]] = {}
    for month, waited, number in rows.order_by("month", "waited"):
        waits.setdefault(month, Counter())[Fraction(waited)] += number
    return [_month_of(month, waits.get(month, Counter())) for month in _months(since, until)]


def _called(sites: Collection[Site], since: dt.date, until: dt.date) -> QuerySet[QueueObservation]:
    if since.day != 1 or until.day != 1 or until <= since:
        raise ValueError("Waits are told of whole months only")
    return QueueObservation.objects.filter(
        site__in=[site.pk for site in sites],
        day__gte=since,
        day__lt=until,
        is_booked=False,
        is_illustrative=False,
        waited__isnull=False,
    )


def _months(since: dt.date, until: dt.date) -> list[dt.date]:
    months = []
    while since < until:
        months.append(since)
        since = (since + LONGEST_MONTH).replace(day=1)
    return months


def _month_of(month: dt.date, counted: Counter[Fraction]) -> MonthOfWaits:
    median = _median(counted)
    return MonthOfWaits(month, None if median is None else round(median), counted.total())


def _median(counted: Counter[Fraction]) -> Fraction | None:
    """The middle of what was counted, without spreading it out; None where that would tell of single people."""
    total = counted.total()
    if total < SMALLEST_BASE:
        return None
    values = sorted(counted)
    bounds = list(accumulate(counted[value] for value in values))
    low, high = (values[bisect_right(bounds, place)] for place in ((total - 1) // 2, total // 2))
    return (low + high) / 2
