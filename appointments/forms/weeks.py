"""Weeks as addresses name them."""

import datetime as dt

FIRST_YEAR, LAST_YEAR = 2000, 2199


def week_number(day: dt.date) -> str:
    """The week of a day as an address names it: 2026-W48."""
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02}"


def week_named(text: str) -> dt.date | None:
    """The Monday of a week such as 2026-W48, or of the week of a day such as 2026-11-24; None for anything else."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    return day - dt.timedelta(days=day.weekday())
