"""How often nobody came: an anonymous figure of months and sites, never of a day, an advisor or a visitor."""

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Count, Q

from appointments.enums import State
from appointments.models import Appointment
from citemetiers.kernel.dates import first_and_last_at
from sites.models import Site

# Under so many appointments a percentage tells of single people.
SMALLEST_BASE = 25
KEPT = (State.ARRIVED, State.DONE)


class NoShowRate(NamedTuple):
    """Appointments of which somebody said what became of them; the rate in per cent, None on too small a base."""

    kept: int
    no_shows: int
    base: int
    rate: int | None


def no_show_rate(*, sites: Collection[Site], first_on: dt.date, last_on: dt.date) -> NoShowRate:
    """The share of appointments in whole months to which nobody came; no share on a base under 25. One query.

    Cancelled ones, and those that nobody marked, are in neither number. Raises ValueError for anything but whole
    months: a rate of one day would tell of single people.
    """
    if first_on.day != 1 or last_on.day != calendar.monthrange(last_on.year, last_on.month)[1] or last_on < first_on:
        raise ValueError("A rate is told of whole months only")
    counted = Appointment.objects.filter(_in_days(sites, first_on, last_on)).aggregate(
        kept=Count("pk", filter=Q(state__in=KEPT)), no_shows=Count("pk", filter=Q(state=State.NO_SHOW))
    )
    base = counted["kept"] + counted["no_shows"]
    rate = round(100 * counted["no_shows"] / base) if base >= SMALLEST_BASE else None
    return NoShowRate(counted["kept"], counted["no_shows"], base, rate)


def _in_days(sites: Collection[Site], first_on: dt.date, last_on: dt.date) -> Q:
    """Starts of these local days, each site by its own clock."""
    by_zone: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        by_zone[site.timezone].append(site)
    wanted = Q(pk__in=())
    for there in by_zone.values():
        since = first_and_last_at(first_on, dt.time(), tz=there[0].tz)[0]
        until = first_and_last_at(last_on + dt.timedelta(days=1), dt.time(), tz=there[0].tz)[0]
        wanted |= Q(site__in=[site.pk for site in there], starts_at__gte=since, starts_at__lt=until)
    return wanted
