"""Periods of days that must stay apart, held against each other in memory."""

import datetime as dt
from typing import Any

from citemetiers.kernel.periods import Dated


def overlap(one: Dated, other: Dated) -> bool:
    """Whether two periods share a day."""
    return _first(one) <= _last(other) and _first(other) <= _last(one)


def shrinks(row: Dated, before: tuple[dt.date | None, dt.date | None]) -> bool:
    """Whether a period lies within the one it had: such a row is written first, it makes room for its neighbours."""
    first_on, last_on = before
    return _first(row) >= (first_on or dt.date.min) and _last(row) <= (last_on or dt.date.max)


def days_of(row: Any) -> tuple[dt.date | None, dt.date | None]:
    """The first and the last day of a row."""
    return row.first_on, row.last_on


def _first(row: Dated) -> dt.date:
    return row.first_on or dt.date.min


def _last(row: Dated) -> dt.date:
    return row.last_on or dt.date.max
