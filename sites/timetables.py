"""The timetable of each site, read for any number of sites in one query.

A list of places answers a postcode in six queries at most, and a booking is few statements: all kinds of rows come in
one query, told apart by their kind.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast
from django.utils.translation import get_language

from citemetiers.kernel.dates import local_day
from citemetiers.kernel.questions import Given, IsOneOf, Question
from sites.models import Closure, DropInPause, OpeningHours, SchoolHoliday, Season, Site, SpecialHours
from sites.opening import ClosedDays, DayPeriod, Pause, Timetable, WeeklyHours
from sites.opening import Season as SeasonRow
from sites.opening import SpecialHours as SpecialRow

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
# The columns that every kind of row answers in, empty where it has nothing to say. A closure is part of what its
# network closes, weekly hours are part of a season; the key of weekly hours is their weekday.
COLUMNS: Mapping[str, Any] = {
    "what": models.CharField(),
    "key": models.BigIntegerField(),
    "place": models.BigIntegerField(),
    "part_of": models.BigIntegerField(),
    "followed": models.CharField(),
    "first": models.DateField(),
    "last": models.DateField(),
    "opens": models.TimeField(),
    "closes": models.TimeField(),
    "begins": models.DateTimeField(),
    "ends": models.DateTimeField(),
    "by_appointment": models.BooleanField(),
    **{f"text_{code}": models.CharField() for code in LANGUAGES},
}
SEASON, SPECIAL, CLOSURE, PAUSE, SCHOOL = "season", "special", "closure", "pause", "school"
WEEKLY = "weekly"


class Row(NamedTuple):
    """A row of any kind, in the words of ``COLUMNS``."""

    what: str
    key: int | None
    place: int | None
    part_of: int | None
    followed: str | None
    first: dt.date | None
    last: dt.date | None
    opens: dt.time | None
    closes: dt.time | None
    begins: dt.datetime | None
    ends: dt.datetime | None
    by_appointment: bool | None
    texts: tuple[str | None, ...]

    @property
    def text(self) -> str:
        """What staff wrote, in the reader's language or the first one that there is."""
        wanted = (get_language() or "", *settings.MODELTRANSLATION_FALLBACK_LANGUAGES["default"])
        written = dict(zip(LANGUAGES, self.texts, strict=True))
        return next((text for code in wanted if (text := written.get(code))), "")

    @property
    def days(self) -> DayPeriod | None:
        """Its days, where it has any."""
        return DayPeriod(self.first, self.last) if self.first and self.last else None


def timetables(sites: Iterable[Site], *, now: dt.datetime) -> dict[int, Timetable]:
    """What decides from now on when each site is open, by its key: as many queries for thirty sites as for one."""
    wanted = list(sites)
    if not wanted:
        return {}
    since = min(local_day(now, tz=site.tz) for site in wanted)
    own: dict[int | None, list[Row]] = defaultdict(list)
    for row in _rows(wanted, since=since, now=now):
        own[row.place].append(row)
    return {site.pk: _timetable(site, own[site.pk], shared=own[None]) for site in wanted}


def _timetable(site: Site, own: Sequence[Row], *, shared: Sequence[Row]) -> Timetable:
    of_network = [row for row in shared if row.part_of == site.network_id]
    weekly = [_weekly_hours(row) for row in own if row.what == WEEKLY]
    # A season without hours of its own is not ready: the ordinary week goes on. Who closes says so with closing days.
    ready = {row.season for row in weekly}
    return Timetable(
        tz=site.tz,
        country=site.network.country,
        weekly=tuple(weekly),
        seasons=tuple(SeasonRow(row.key, row.text, row.days) for row in own if row.what == SEASON and row.key in ready),
        school_holidays=tuple(row.days for row in shared if row.followed == site.school_calendar and row.days),
        special=tuple(
            SpecialRow(row.first, row.opens, row.closes, bool(row.by_appointment), row.text)
            for row in own
            if row.what == SPECIAL and row.first and row.opens and row.closes
        ),
        closures=tuple(
            ClosedDays(row.days, row.text, is_of_network=row.place is None)
            for row in (*own, *of_network)
            if row.what == CLOSURE and row.days
        ),
        pauses=tuple(Pause(row.begins, row.ends, row.text) for row in own if row.what == PAUSE and row.begins),
    )


def _weekly_hours(row: Row) -> WeeklyHours:
    opens, closes = row.opens or dt.time(), row.closes or dt.time()
    return WeeklyHours(row.key or 0, opens, closes, bool(row.by_appointment), row.part_of)


def _rows(sites: Sequence[Site], *, since: dt.date, now: dt.datetime) -> list[Row]:
    """All weekly rows and those with dates that are not over, each kind in its order."""
    rows = ROWS.ask(
        sites=[site.pk for site in sites],
        networks={site.network_id for site in sites},
        calendars={site.school_calendar for site in sites},
        since=since,
        now=now,
    )
    edge = len(COLUMNS) - len(LANGUAGES)
    found = [Row._make((*row[:edge], row[edge:])) for row in rows]
    return sorted(found, key=lambda row: (row.what, row.key or 0, row.opens or dt.time()))


def _ask_rows() -> models.QuerySet[Any, tuple[Any, ...]]:
    """Every kind of row in the same columns."""
    days = {"first": "first_on", "last": "last_on"}
    hours = {"opens": "opens_at", "closes": "closes_at", "by_appointment": "is_by_appointment"}
    mine, is_to_come = Q(IsOneOf("site_id", "sites")), Q(last_on__gte=Given("since", models.DateField()))
    weekly = _as_columns(OpeningHours, WEEKLY, key="weekday", place="site_id", part_of="season_id", **hours)
    seasons = _as_columns(Season, SEASON, text="name", place="site_id", **days)
    special = _as_columns(SpecialHours, SPECIAL, text="reason", place="site_id", first="day", **hours)
    closures = _as_columns(Closure, CLOSURE, text="reason", place="site_id", part_of="network_id", **days)
    pauses = _as_columns(DropInPause, PAUSE, text="message", place="site_id", begins="starts_at", ends="ends_at")
    holidays = _as_columns(SchoolHoliday, SCHOOL, followed="calendar", **days)
    return weekly.filter(mine).union(
        seasons.filter(mine, Q(last_on__isnull=True) | is_to_come),
        special.filter(mine, day__gte=Given("since", models.DateField())),
        closures.filter(mine | Q(IsOneOf("network_id", "networks"), site__isnull=True), is_to_come),
        pauses.filter(mine, Q(ends_at__isnull=True) | Q(ends_at__gt=Given("now", models.DateTimeField()))),
        holidays.filter(Q(IsOneOf("calendar", "calendars")), is_to_come),
        all=True,
    )


ROWS = Question(_ask_rows)


def _as_columns(model: type[models.Model], what: str, *, text: str = "", **columns: str) -> models.QuerySet[Any]:
    named = {"key": "pk", **columns}
    if text:
        named |= {f"text_{code}": f"{text}_{code}" for code in LANGUAGES}
    cells = {
        column: F(named[column]) if column in named else Cast(Value(what if column == "what" else None), field)
        for column, field in COLUMNS.items()
    }
    # Not the model's own manager: that of translated models puts the columns of values_list() in any order.
    rows: models.QuerySet[Any, Any] = models.QuerySet(model)
    found: models.QuerySet[Any, Any] = rows.annotate(**cells).values_list(*cells)
    return found
