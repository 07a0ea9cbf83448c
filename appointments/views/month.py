"""A month of one place: how many moments are free on each day."""

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any

from appointments.enums import WhoBooks
from appointments.services.finding.search import Search
from appointments.views.filters import step_links
from appointments.views.wish import ANY_LANGUAGE, Wish
from citemetiers.kernel.dates import days_between, local_day
from sites.models import Site, Theme

DAYS_OF_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """One day of the table; outside the month it is empty."""

    day: dt.date
    is_in_month: bool
    free: int
    url: str


def site_month(wish: Wish, *, site: Site, theme: Theme, month: dt.date, now: dt.datetime) -> dict[str, Any]:
    """The weeks of a month with what is free on each day, and the way to the months around it."""
    language = None if wish.language == ANY_LANGUAGE else wish.language or None
    last_on = _next(month) - dt.timedelta(days=1)
    search = Search.of(
        theme=theme,
        sites=[site],
        now=now,
        language=language,
        channel=wish.channel or None,
        who=WhoBooks.PRESCRIBER,
    )
    counts = search.count_by_day(site, first_on=month, last_on=last_on)
    before, after = _around(month, first=_month_at(now, site), last=_month_at(search.latest, site))
    return step_links(wish) | {
        "month": month,
        "weeks": _weeks(month, last_on=last_on, counts=counts, wish=wish),
        "count": sum(counts.values()),
        "before": before,
        "before_url": wish.but(month=before).url,
        "after": after,
        "after_url": wish.but(month=after).url,
        "list_url": wish.but(month=None, first_on=None).url,
    }


def _around(month: dt.date, *, first: dt.date, last: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """The months before and after, none outside those that can be booked; from far outside, straight back there."""
    before = min((month - dt.timedelta(days=1)).replace(day=1), last)
    after = max(_next(month), first)
    return (before if before >= first else None), (after if after <= last else None)


def _month_at(moment: dt.datetime, site: Site) -> dt.date:
    return local_day(moment, tz=site.tz).replace(day=1)


def _weeks(month: dt.date, *, last_on: dt.date, counts: dict[dt.date, int], wish: Wish) -> list[list[DayOfMonth]]:
    first = month - dt.timedelta(days=month.weekday())
    until = last_on + dt.timedelta(days=DAYS_OF_A_WEEK - last_on.weekday())
    days = [
        DayOfMonth(
            day,
            day.month == month.month,
            counts.get(day, 0),
            wish.but(month=None, first_on=day).url if day in counts else "",
        )
        for day in days_between(first, until)
    ]
    return [days[start : start + DAYS_OF_A_WEEK] for start in range(0, len(days), DAYS_OF_A_WEEK)]


def _next(month: dt.date) -> dt.date:
    return month + dt.timedelta(days=calendar.monthrange(month.year, month.month)[1])
