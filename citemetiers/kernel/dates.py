"""Local days and instants. Everything stored is UTC; every rule about a day is local."""

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.formats import get_format
from django.utils.translation import get_language

MONTHS = range(1, 13)
WITH_WEEKDAY = {"WEEKDAY_DATE_FORMAT": "DATE_FORMAT", "WEEKDAY_DAY_FORMAT": "MONTH_DAY_FORMAT"}


def zone(name: str) -> ZoneInfo:
    """The time zone of a site."""
    return ZoneInfo(name)


def local_day(now: dt.datetime, *, tz: ZoneInfo) -> dt.date:
    """The date on the wall where the time zone applies."""
    return now.astimezone(tz).date()


def date_words(day: dt.date, style: str = "DATE_FORMAT") -> str:
    """A date or an instant in the manner of the language: “1er” in French, “Montag, 23. November” in German.

    Two styles are ours: WEEKDAY_DATE_FORMAT and WEEKDAY_DAY_FORMAT, the second without the year.
    """
    language = get_language()
    pattern = _pattern(style, language)
    if language == "fr":
        pattern = pattern.replace("D ", "D. ")
        if day.day == 1:
            pattern = re.sub("j (?=[FN])", r"j\\e\\r ", pattern)
    return dateformat.format(day, pattern)


def _pattern(style: str, language: str | None) -> str:
    if style in WITH_WEEKDAY:
        comma = "," if language == "de" else ""
        return f"l{comma} {get_format(WITH_WEEKDAY[style])}"
    pattern = str(get_format(style))
    return pattern.replace("j N", "j. N") if language == "de" else pattern


def at_local(day: dt.date, time: dt.time, *, tz: ZoneInfo) -> dt.datetime:
    """The UTC instant of a local wall time.

    Raises ValueError for a time that the clock change skips or repeats: nobody can keep
    an appointment at an hour that does not exist or exists twice.
    """
    first, last = _both_folds(day, time, tz)
    if first != last:
        raise ValueError(f"{day} {time} is not one single instant in {tz.key}")
    return first


def first_and_last_at(day: dt.date, time: dt.time, *, tz: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """The first and the last UTC instant at which the wall shows a time; they differ where the clock is set back.

    For a time that the clock skips, both are the instant at which it moved on.
    """
    first, last = _both_folds(day, time, tz)
    if first <= last:
        return first, last
    moved_on = _offset_change(last, first, tz)
    return moved_on, moved_on


def _both_folds(day: dt.date, time: dt.time, tz: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    # A skipped time gives the later instant first (PEP 495), a repeated one the earlier.
    local = dt.datetime.combine(day, time, tzinfo=tz)
    return local.replace(fold=0).astimezone(dt.UTC), local.replace(fold=1).astimezone(dt.UTC)


def _offset_change(before: dt.datetime, after: dt.datetime, tz: ZoneInfo) -> dt.datetime:
    # Clocks change on a whole second.
    start = before.replace(microsecond=0)
    offset = start.astimezone(tz).utcoffset()

    def has_changed(second: int) -> bool:
        return (start + dt.timedelta(seconds=second)).astimezone(tz).utcoffset() != offset

    seconds = range((after - start) // dt.timedelta(seconds=1) + 1)
    return start + dt.timedelta(seconds=bisect_left(seconds, True, key=has_changed))


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
