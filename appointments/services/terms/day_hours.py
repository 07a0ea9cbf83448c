"""By day and by night: at which hours of a place a telephone may ring without being asked to."""

import datetime as dt

from appointments.services.terms.policies import policy_of
from citemetiers.kernel.dates import first_and_last_at
from sites.models import Site

DAY = dt.timedelta(days=1)
# A reminder that comes later than this before its moment finds its reader on the way.
LEAST_BEFORE = dt.timedelta(hours=1)
# So long before the night, whoever is told something still has an evening to act.
BEFORE_NIGHT = dt.timedelta(hours=1)


def morning_after(now: dt.datetime, *, site: Site) -> dt.datetime | None:
    """When a telephone may ring again, where it is night at a place; nothing by day."""
    policy = policy_of(site.network)
    local = now.astimezone(site.tz)
    if policy.day_from <= local.hour < policy.day_until:
        return None
    day = local.date() + DAY * (local.hour >= policy.day_until)
    return _at_hour(day, policy.day_from, site=site)


def waking_hour(wanted: dt.datetime, *, site: Site, starts_at: dt.datetime) -> dt.datetime:
    """When a text message reminds of a moment: when it should, if that is by day.

    Else in the morning where that leaves time enough, else the evening before.
    """
    morning = morning_after(wanted, site=site)
    if morning is None:
        return wanted
    return morning if morning + LEAST_BEFORE <= starts_at else _evening_before(wanted, site=site)


def _evening_before(night: dt.datetime, *, site: Site) -> dt.datetime:
    until = policy_of(site.network).day_until
    local = night.astimezone(site.tz)
    day = local.date() - DAY * (local.hour < until)
    return _at_hour(day, until, site=site) - BEFORE_NIGHT


def _at_hour(day: dt.date, hour: int, *, site: Site) -> dt.datetime:
    """The first instant of an hour, 24 being midnight; when the clock skips it, the one at which it moves on."""
    days, rest = divmod(hour, 24)
    return first_and_last_at(day + DAY * days, dt.time(rest), tz=site.tz)[0]
