"""Years as they are counted: in local days, and never past today."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils import timezone

from citemetiers.kernel import dates
from sites.models import Site


def today_at(sites: Iterable[Site], *, now: dt.datetime) -> dt.date:
    """The latest date on the walls of these sites."""
    days = [dates.local_day(now, tz=site.tz) for site in sites]
    return max(days, default=timezone.localdate(now))


def period_of(year: int, *, sites: Sequence[Site], now: dt.datetime) -> tuple[dt.date, dt.date]:
    """A calendar year in the local days of these sites, half-open, and never past today."""
    first, until = dates.year_bounds(year)
    return first, min(until, today_at(sites, now=now) + dt.timedelta(days=1))
