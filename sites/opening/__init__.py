"""Open now? Until when? And next? Answers from the rows of one site. Pure: no query, no clock."""

from sites.opening.checks import backwards, overlapping, problems
from sites.opening.days import hours_on, week
from sites.opening.moment import SEARCH_DAYS, Opening, opening_at
from sites.opening.timetable import (
    ClosedDays,
    DayHours,
    DayPeriod,
    OpenPeriod,
    Pause,
    Reason,
    Season,
    SpecialHours,
    Timetable,
    WeeklyHours,
    Why,
)

__all__ = [
    "SEARCH_DAYS",
    "ClosedDays",
    "DayHours",
    "DayPeriod",
    "OpenPeriod",
    "Opening",
    "Pause",
    "Reason",
    "Season",
    "SpecialHours",
    "Timetable",
    "WeeklyHours",
    "Why",
    "backwards",
    "hours_on",
    "opening_at",
    "overlapping",
    "problems",
    "week",
]
