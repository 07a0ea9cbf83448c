"""Local days and instants. Everything stored is UTC; every rule about a day is local."""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

MONTHS = range(1, 13)


def zone(name: str) -> ZoneInfo:
    """The time zone of a site."""
    return ZoneInfo(name)


def local_day(now: dt.datetime, *, tz: ZoneInfo) -> dt.date:
    """The date on the wall where the time zone applies."""
    return now.astimezone(tz).date()


def at_local(day: dt.date, time: dt.time, *, tz: ZoneInfo) -> dt.datetime:
    """The UTC instant of a local wall time.

    Raises ValueError for a time that the clock change skips or repeats: nobody can keep
    an appointment at an hour that does not exist or exists twice.
    """
    local = dt.datetime.combine(day, time, tzinfo=tz)
    instant = local.astimezone(dt.UTC)
    is_skipped = instant.astimezone(tz).replace(tzinfo=None) != local.replace(tzinfo=None)
    is_repeated = local.utcoffset() != local.replace(fold=1).utcoffset()
    if is_skipped or is_repeated:
        raise ValueError(f"{day} {time} is not one single instant in {tz.key}")
    return instant


def days_between(first: dt.date, until: dt.date) -> Iterator[dt.date]:
    """Each day of the half-open period [first, until)."""
    for offset in range((until - first).days):
        yield first + dt.timedelta(days=offset)


def year_bounds(year: int) -> tuple[dt.date, dt.date]:
    """First day of the year and first day of the next one."""
    return dt.date(year, 1, 1), dt.date(year + 1, 1, 1)


def overlaps(first: tuple[dt.datetime, dt.datetime], second: tuple[dt.datetime, dt.datetime]) -> bool:
    """Whether two half-open periods share an instant."""
    return first[0] < second[1] and second[0] < first[1]
