"""Rows that cannot stand as they are, before they are kept."""

from collections.abc import Hashable, Sequence
from itertools import combinations
from typing import TypeVar

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from sites.enums import Weekday
from sites.opening.timetable import Hours, WeeklyHours

Row = TypeVar("Row", bound=Hours)

_WEEKDAYS = dict(Weekday.choices)


def overlapping(rows: Sequence[Row]) -> list[tuple[Row, Row]]:
    """The pairs of rows that share a moment of the same day, or of the same weekday and season."""
    return [(rows[first], rows[second]) for first, second in _clashes(rows)]


def backwards(rows: Sequence[Row]) -> list[Row]:
    """The rows that do not end after they start. Midnight is the start of a day: nothing closes at it."""
    return [row for row in rows if _is_backwards(row)]


def problems(rows: Sequence[Hours]) -> list[tuple[int, str]]:
    """What is wrong, one sentence for the reader each, with the number of the row (from 0) to show it at."""
    found = [
        (number, _("%(hours)s: closing time must be later than opening time.") % {"hours": _words(row)})
        for number, row in enumerate(rows)
        if _is_backwards(row)
    ]
    found += [
        (second, _("%(hours)s overlaps %(other)s.") % {"hours": _words(rows[second]), "other": _words(rows[first])})
        for first, second in _clashes(rows)
    ]
    return sorted(found)


def _clashes(rows: Sequence[Hours]) -> list[tuple[int, int]]:
    sound = [(number, row) for number, row in enumerate(rows) if not _is_backwards(row)]
    return [
        (first, second)
        for (first, one), (second, other) in combinations(sound, 2)
        if _occasion(one) == _occasion(other) and one.opens_at < other.closes_at and other.opens_at < one.closes_at
    ]


def _is_backwards(row: Hours) -> bool:
    return row.closes_at <= row.opens_at


def _occasion(row: Hours) -> Hashable:
    return (row.season, row.weekday) if isinstance(row, WeeklyHours) else row.day


def _words(row: Hours) -> str:
    day = _WEEKDAYS.get(row.weekday, row.weekday) if isinstance(row, WeeklyHours) else date_format(row.day)
    return f"{day} {time_format(row.opens_at)}–{time_format(row.closes_at)}"
