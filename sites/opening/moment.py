"""One moment at a site: open or not, until when, and when next."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from citemetiers.kernel.dates import local_day
from sites.opening.days import hours_on
from sites.opening.timetable import DayHours, OpenPeriod, Pause, Reason, Timetable

SEARCH_DAYS = 400


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a site is open at a moment; unknown hours are neither open nor closed."""

    is_known: bool
    is_open: bool
    is_drop_in: bool
    until: dt.datetime | None
    """When what is now (drop-in, or by appointment only) ends."""
    closes_at: dt.datetime | None
    """When the site closes; later than ``until`` where the other kind follows at once."""
    next_opening: OpenPeriod | None
    """The first period after this one is over, of either kind."""
    next_drop_in: OpenPeriod | None
    """The first drop-in period that begins after this moment."""
    reason: Reason | None
    """What decides on this day instead of the ordinary week."""
    pause: Pause | None
    """The drop-in pause of this moment, open or not."""


def opening_at(timetable: Timetable, *, now: dt.datetime) -> Opening:
    """Open now? Until when? When next, up to ``SEARCH_DAYS`` ahead? Right on every night of clock change."""
    today = hours_on(timetable, local_day(now, tz=timetable.tz))
    present = _unbroken(today, now)
    closes_at = present[-1].ends_at if present else None
    next_opening, next_drop_in = _next(timetable, today, now=now, closes_at=closes_at)
    return Opening(
        is_known=today.is_known,
        is_open=bool(present),
        is_drop_in=bool(present) and present[0].is_drop_in,
        until=present[0].ends_at if present else None,
        closes_at=closes_at,
        next_opening=next_opening,
        next_drop_in=next_drop_in,
        reason=today.reason,
        pause=timetable.pause_at(now),
    )


def _unbroken(today: DayHours, now: dt.datetime) -> list[OpenPeriod]:
    """The period of this moment and those that follow it without a break."""
    found: list[OpenPeriod] = []
    for period in today.periods:
        if period.starts_at <= now < period.ends_at or (found and found[-1].ends_at == period.starts_at):
            found.append(period)
    return found


def _next(
    timetable: Timetable, today: DayHours, *, now: dt.datetime, closes_at: dt.datetime | None
) -> tuple[OpenPeriod | None, OpenPeriod | None]:
    opening: OpenPeriod | None = None
    drop_in: OpenPeriod | None = None
    for period in _upcoming(timetable, today, now):
        if opening is None and (closes_at is None or period.starts_at > closes_at):
            opening = period
        if drop_in is None and period.is_drop_in:
            drop_in = period
        if opening and (drop_in or _is_drop_in_over(timetable, period.starts_at)):
            break
    return opening, drop_in


def _upcoming(timetable: Timetable, today: DayHours, now: dt.datetime) -> Iterator[OpenPeriod]:
    yield from (period for period in today.periods if period.starts_at > now)
    if not timetable.weekly and not timetable.special:
        return
    for offset in range(1, SEARCH_DAYS + 1):
        yield from hours_on(timetable, today.day + dt.timedelta(days=offset)).periods


def _is_drop_in_over(timetable: Timetable, moment: dt.datetime) -> bool:
    """Whether no drop-in can follow: no row offers it, or a pause without an end has begun."""
    pause = timetable.pause_at(moment)
    if pause is not None and pause.ends_at is None:
        return True
    return not timetable.has_drop_in
