"""The hours of a day and of a week."""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import pairwise

from django.utils.functional import lazy
from django.utils.translation import get_language

from citemetiers.kernel.dates import days_between, first_and_last_at
from sites.holiday_calendar import holiday_name, public_holidays
from sites.opening.timetable import DayHours, Hours, OpenPeriod, Reason, Timetable, Why

WEEK = dt.timedelta(days=7)

Span = tuple[dt.datetime, dt.datetime, bool]


def hours_on(timetable: Timetable, day: dt.date) -> DayHours:
    """When the site is open on a day, and why if its ordinary week does not decide.

    The order: closure of the site, special hours, closure of the network, legal holiday, season, ordinary week.
    """
    reason, rows = _decided(timetable, day)
    periods = tuple(_periods(timetable, day, rows))
    is_known = bool(rows or timetable.weekly) or (reason is not None and reason.why is not Why.SEASON)
    pauses = tuple(
        pause for pause in timetable.pauses if any(_touches(pause.starts_at, pause.ends_at, one) for one in periods)
    )
    return DayHours(day, periods, reason, is_known, pauses)


def week(timetable: Timetable, first_day: dt.date) -> tuple[DayHours, ...]:
    """The hours of seven days in a row."""
    return tuple(hours_on(timetable, day) for day in days_between(first_day, first_day + WEEK))


def _decided(timetable: Timetable, day: dt.date) -> tuple[Reason | None, tuple[Hours, ...]]:
    closure = timetable.closure_on(day)
    if closure is not None and not closure.is_of_network:
        return Reason(Why.SITE_CLOSED, closure.reason), ()
    special = timetable.rows_of_date.get(day)
    if special:
        return Reason(Why.SPECIAL, next((row.reason for row in special if row.reason), "")), special
    if closure is not None:
        return Reason(Why.NETWORK_CLOSED, closure.reason), ()
    if day in public_holidays(timetable.country, day.year):
        return Reason(Why.HOLIDAY, _name_for_reader(day, timetable.country)), ()
    season = timetable.season_on(day)
    if season is not None:
        return Reason(Why.SEASON, season.name), timetable.rows_of_week.get((season.key, day.isoweekday()), ())
    return None, timetable.rows_of_week.get((None, day.isoweekday()), ())


def _name_of_holiday(day: dt.date, country: str) -> str:
    return holiday_name(day, country=country, language=get_language() or "")


# Named when the page is written: a kept answer serves readers of every language.
_name_for_reader = lazy(_name_of_holiday, str)


def _periods(timetable: Timetable, day: dt.date, rows: Iterable[Hours]) -> Iterator[OpenPeriod]:
    spans = [
        (starts_at, ends_at, row.is_by_appointment)
        for row in rows
        for starts_at, ends_at in [_instants(timetable, day, row)]
        if row.opens_at < row.closes_at and starts_at < ends_at
    ]
    for starts_at, ends_at, is_by_appointment in _joined(_pieces(timetable, spans)):
        opens_at, closes_at = (edge.astimezone(timetable.tz).time() for edge in (starts_at, ends_at))
        yield OpenPeriod(day, starts_at, ends_at, opens_at, closes_at, is_by_appointment)


def _instants(timetable: Timetable, day: dt.date, row: Hours) -> tuple[dt.datetime, dt.datetime]:
    """Open at the first of a repeated hour, close at the second; a skipped time comes when the clock has moved on."""
    starts_at, _ = first_and_last_at(day, row.opens_at, tz=timetable.tz)
    first_end, last_end = first_and_last_at(day, row.closes_at, tz=timetable.tz)
    # Closing when the hour to be repeated begins: all of that hour, both times, comes after closing time.
    is_over = (last_end - dt.datetime.resolution).astimezone(timetable.tz).time() >= row.closes_at
    return starts_at, first_end if is_over else last_end


def _pieces(timetable: Timetable, spans: list[Span]) -> Iterator[Span]:
    """The spans cut wherever something changes. Where rows overlap, drop-in wins; a pause takes it away."""
    edges = {edge for starts_at, ends_at, _ in spans for edge in (starts_at, ends_at)}
    edges |= {edge for pause in timetable.pauses for edge in (pause.starts_at, pause.ends_at) if edge is not None}
    for starts_at, ends_at in pairwise(sorted(edges)):
        kinds = [is_by_appointment for first, last, is_by_appointment in spans if first <= starts_at < last]
        if kinds:
            yield starts_at, ends_at, all(kinds) or timetable.pause_at(starts_at) is not None


def _joined(pieces: Iterable[Span]) -> list[Span]:
    """The pieces, with neighbours of one kind made one."""
    found: list[Span] = []
    for piece in pieces:
        starts_at, ends_at, is_by_appointment = piece
        if found and found[-1][1:] == (starts_at, is_by_appointment):
            found[-1] = (found[-1][0], ends_at, is_by_appointment)
        else:
            found.append(piece)
    return found


def _touches(starts_at: dt.datetime, ends_at: dt.datetime | None, period: OpenPeriod) -> bool:
    return starts_at < period.ends_at and (ends_at is None or period.starts_at < ends_at)
