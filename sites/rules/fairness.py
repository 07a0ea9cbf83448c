"""What is fair between partners."""

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def in_neutral_order(rows: Sequence[T], *, today: dt.date) -> list[T]:
    """The same circle every day, starting one further each day: nobody is always first (charter, rule 4)."""
    start = today.toordinal() % len(rows) if rows else 0
    return [*rows[start:], *rows[:start]]
