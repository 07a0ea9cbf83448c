"""What a site says about its hours, and what follows from it for a day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True)
class DayPeriod:
    """Days of the calendar, first and last included."""

    first_on: dt.date
    last_on: dt.date

    def __contains__(self, day: dt.date) -> bool:
        return self.first_on <= day <= self.last_on


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """A period [opens_at, closes_at) on the site's walls, each week: the ordinary ones, or those of a season."""

    weekday: int
    opens_at: dt.time
    closes_at: dt.time
    is_by_appointment: bool = False
    season: Hashable = None


@dataclass(frozen=True, slots=True)
class SpecialHours:
    """A period [opens_at, closes_at) of one date; the rows of a date replace whatever its week says."""

    day: dt.date
    opens_at: dt.time
    closes_at: dt.time
    is_by_appointment: bool = False
    reason: Text = ""


Hours = WeeklyHours | SpecialHours


@dataclass(frozen=True, slots=True)
class Season:
    """Weeks of their own; without days, it holds in the school holidays that the site follows."""

    key: Hashable
    name: Text
    days: DayPeriod | None = None


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Days without visitors, at the site or in its whole network."""

    days: DayPeriod
    reason: Text
    is_of_network: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Instants [starts_at, ends_at) without drop-in; without an end, until further notice."""

    starts_at: dt.datetime
    ends_at: dt.datetime | None
    message: Text

    def covers(self, moment: dt.datetime) -> bool:
        """Whether drop-in is suspended at this moment."""
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)


class Why(StrEnum):
    """What decides on a day instead of the ordinary week."""

    SITE_CLOSED = "SITE_CLOSED"
    SPECIAL = "SPECIAL"
    NETWORK_CLOSED = "NETWORK_CLOSED"
    HOLIDAY = "HOLIDAY"
    SEASON = "SEASON"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a day is not an ordinary one, in words for the reader; the words may be empty."""

    why: Why
    text: Text = ""


@dataclass(frozen=True, slots=True)
class OpenPeriod:
    """Instants [starts_at, ends_at) in UTC of one kind, with the times that the site's walls then show."""

    day: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    opens_at: dt.time
    closes_at: dt.time
    is_by_appointment: bool

    @property
    def is_drop_in(self) -> bool:
        """Whether anyone may walk in."""
        return not self.is_by_appointment


@dataclass(frozen=True, slots=True)
class DayHours:
    """One day at a site. Unknown hours are neither open nor closed."""

    day: dt.date
    periods: tuple[OpenPeriod, ...]
    reason: Reason | None
    is_known: bool
    pauses: tuple[Pause, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Whether it is known that nobody is received on this day."""
        return self.is_known and not self.periods


@dataclass(frozen=True)
class Timetable:
    """All that decides when one site is open. Any rows will do: those that make no sense open nothing."""

    tz: ZoneInfo
    country: str
    weekly: tuple[WeeklyHours, ...] = ()
    seasons: tuple[Season, ...] = ()
    school_holidays: tuple[DayPeriod, ...] = ()
    special: tuple[SpecialHours, ...] = ()
    closures: tuple[ClosedDays, ...] = ()
    pauses: tuple[Pause, ...] = ()

    @cached_property
    def rows_of_week(self) -> Mapping[tuple[Hashable, int], tuple[WeeklyHours, ...]]:
        """The weekly rows by season (None: ordinary weeks) and weekday."""
        found: dict[tuple[Hashable, int], tuple[WeeklyHours, ...]] = defaultdict(tuple)
        for row in self.weekly:
            found[row.season, row.weekday] += (row,)
        return dict(found)

    @cached_property
    def rows_of_date(self) -> Mapping[dt.date, tuple[SpecialHours, ...]]:
        """The special rows by date."""
        found: dict[dt.date, tuple[SpecialHours, ...]] = defaultdict(tuple)
        for row in self.special:
            found[row.day] += (row,)
        return dict(found)

    @cached_property
    def has_drop_in(self) -> bool:
        """Whether any row ever receives people without an appointment."""
        rows: tuple[Hours, ...] = (*self.weekly, *self.special)
        return not all(row.is_by_appointment for row in rows)

    def season_on(self, day: dt.date) -> Season | None:
        """The season of a day: dated before school holidays, and of several dated ones the shortest."""
        dated = [
            (season.days.last_on - season.days.first_on, number)
            for number, season in enumerate(self.seasons)
            if season.days is not None and day in season.days
        ]
        if dated:
            return self.seasons[min(dated)[1]]
        if any(day in holiday for holiday in self.school_holidays):
            return next((season for season in self.seasons if season.days is None), None)
        return None

    def closure_on(self, day: dt.date) -> ClosedDays | None:
        """The closure of a day, one of the site before one of its network."""
        found = [closure for closure in self.closures if day in closure.days]
        return min(found, key=lambda closure: closure.is_of_network, default=None)

    def pause_at(self, moment: dt.datetime) -> Pause | None:
        """The drop-in pause of a moment; of several the one that lasts longest."""
        now = [pause for pause in self.pauses if pause.covers(moment)]
        return max(now, key=lambda pause: (pause.ends_at is None, pause.ends_at), default=None)
