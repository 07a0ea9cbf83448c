"""The hours of a site, laid out for its page."""

import datetime as dt
from dataclasses import replace
from typing import NamedTuple

from citemetiers.kernel.dates import days_between
from sites.enums import Weekday
from sites.opening import ClosedDays, DayHours, DayPeriod, Timetable, WeeklyHours, Why, hours_on
from sites.opening_words import day_words

TWO_WEEKS = dt.timedelta(days=14)


class WeekRow(NamedTuple):
    """A day of the week with its periods of each kind."""

    label: str
    drop_in: list[WeeklyHours]
    by_appointment: list[WeeklyHours]


class Week(NamedTuple):
    """The ordinary week, or that of a season with its name and its days."""

    rows: list[WeekRow]
    name: str = ""
    days: DayPeriod | None = None
    is_now: bool = False


class UnusualDay(NamedTuple):
    """A day on which the week does not hold, and why."""

    hours: DayHours
    reason: str


def weeks(timetable: Timetable, *, today: dt.date) -> list[Week]:
    """The ordinary week first, then those of the seasons; nothing while no hours are known."""
    if not timetable.weekly:
        return []
    now = timetable.season_on(today)
    seasons = [
        Week(_rows(timetable, season.key), str(season.name), season.days, is_now=season == now)
        for season in timetable.seasons
    ]
    return [Week(_rows(timetable, None), is_now=now is None), *seasons]


def unusual_days(timetable: Timetable, *, today: dt.date) -> list[UnusualDay]:
    """The days of the coming two weeks on which a visitor would be wrong to trust the week."""
    unpaused = replace(timetable, pauses=())
    found = []
    for day in days_between(today, today + TWO_WEEKS):
        hours = hours_on(timetable, day)
        is_paused = hours.periods != hours_on(unpaused, day).periods
        if is_paused or (hours.reason and hours.reason.why is not Why.SEASON):
            found.append(UnusualDay(hours, day_words(hours, is_paused=is_paused)))
    return found


def later_closures(timetable: Timetable, *, today: dt.date) -> list[ClosedDays]:
    """The closing days already known that end after the coming two weeks."""
    found = [closure for closure in timetable.closures if closure.days.last_on >= today + TWO_WEEKS]
    return sorted(found, key=lambda closure: (closure.days.first_on, closure.days.last_on))


def _rows(timetable: Timetable, season: object) -> list[WeekRow]:
    found = []
    for day in Weekday:
        rows = [row for row in timetable.weekly if row.season == season and row.weekday == day]
        by_kind = [[row for row in rows if row.is_by_appointment is is_by] for is_by in (False, True)]
        found.append(WeekRow(str(day.label), *by_kind))
    return found
