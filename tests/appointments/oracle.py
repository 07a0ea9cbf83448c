"""A week at one site, and which sessions may start in it: told minute by minute, with nothing of the portal's own code.

Whoever changes how slots are found does not change this.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
MINUTE = dt.timedelta(minutes=1)
# The clock changes in the first two weeks; Easter Monday and All Saints fall into them.
WEEKS = (dt.date(2027, 3, 26), dt.date(2027, 10, 29), dt.date(2027, 1, 18))
HOLIDAYS = {dt.date(2027, 3, 29), dt.date(2027, 11, 1)}

Clock = tuple[dt.time, dt.time]
Period = tuple[dt.datetime, dt.datetime]


@dataclass
class Shift:
    advisor: int
    period: Period
    languages: tuple[str, ...]
    channels: tuple[str, ...]


@dataclass
class Week:
    """All that decides in a week; keys are days, weekdays (Monday is 1) and the numbers of advisors."""

    first_on: dt.date
    minutes: int = 45
    buffer: int = 0
    drop_in_percent: int = 0
    languages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ("ON_SITE", "PHONE")
    shifts: list[Shift] = field(default_factory=list)
    taken: dict[int, list[Period]] = field(default_factory=dict)
    weekly: dict[int, list[Clock]] = field(default_factory=dict)
    special: dict[dt.date, list[Clock]] = field(default_factory=dict)
    closed: set[dt.date] = field(default_factory=set)
    closed_in_network: set[dt.date] = field(default_factory=set)


def sessions_of(
    week: Week, *, earliest: dt.datetime, latest: dt.datetime, language: str | None, channel: str | None
) -> dict[dt.datetime, set[int]]:
    """The moments at which a session may start in [earliest, latest), each with the advisors who are free."""
    found: dict[dt.datetime, set[int]] = {}
    for shift in week.shifts:
        if not _is_wanted(week, shift, language, channel):
            continue
        for starts_at in _grid(week, shift):
            if earliest <= starts_at < latest and _is_possible(week, shift, starts_at):
                found.setdefault(starts_at, set()).add(shift.advisor)
    return found


def _is_wanted(week: Week, shift: Shift, language: str | None, channel: str | None) -> bool:
    languages = {one for one in shift.languages if week.languages == () or one in week.languages}
    channels = {one for one in week.channels if shift.channels == () or one in shift.channels}
    return bool(languages and channels) and language in {None, *languages} and channel in {None, *channels}


def _grid(week: Week, shift: Shift) -> Iterator[dt.datetime]:
    """Of the first so many sessions a shift has room for, the share for drop-in is rounded down."""
    since_last, number, kept = 0, 0, 0
    for moment in _each_minute(shift.period):
        if since_last == 0:
            number += 1
            is_kept = number * week.drop_in_percent // 100 > kept
            kept += is_kept
            if not is_kept:
                yield moment
        since_last = (since_last + 1) % (week.minutes + week.buffer)


def _is_possible(week: Week, shift: Shift, starts_at: dt.datetime) -> bool:
    ends_at = starts_at + week.minutes * MINUTE
    during = list(_each_minute((starts_at, ends_at)))
    and_after = list(_each_minute((starts_at, ends_at + week.buffer * MINUTE)))
    return (
        all(shift.period[0] <= moment < shift.period[1] for moment in during)
        and all(_is_open(week, moment) for moment in during)
        and not any(first <= moment < last for first, last in week.taken.get(shift.advisor, []) for moment in and_after)
    )


def _is_open(week: Week, moment: dt.datetime) -> bool:
    wall = moment.astimezone(BRUSSELS)
    day, clock = wall.date(), wall.time()
    if day in week.closed:
        return False
    if day in week.special:
        return any(opens <= clock < closes for opens, closes in week.special[day])
    if day in week.closed_in_network or day in HOLIDAYS:
        return False
    is_known = any(week.weekly.values())
    return not is_known or any(opens <= clock < closes for opens, closes in week.weekly.get(day.isoweekday(), []))


def _each_minute(period: Period) -> Iterator[dt.datetime]:
    moment = period[0]
    while moment < period[1]:
        yield moment
        moment += MINUTE
