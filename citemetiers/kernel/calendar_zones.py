"""The time zones of a calendar file, as calendar programs understand them."""

import datetime as dt
from zoneinfo import ZoneInfo

from icalendar import Calendar, Timezone, TimezoneDaylight, TimezoneStandard

# The rule of the European Union: on the last Sunday of March and of October, at one o'clock UTC.
CHANGE = dt.time(1, tzinfo=dt.UTC)
FIRST_CHANGE = {3: dt.date(1970, 3, 29), 10: dt.date(1970, 10, 25)}
PARTS = {3: TimezoneDaylight, 10: TimezoneStandard}
YEARS_AHEAD = range(3)


def add_time_zones(calendar: Calendar, *, now: dt.datetime) -> None:
    """Describe each zone that the events name: those of the European rule as that rule, for ever; others as listed."""
    for name in sorted(calendar.get_missing_tzids()):
        tz = ZoneInfo(name)
        if all(_follows_the_rule(tz, year=now.year + more) for more in YEARS_AHEAD):
            calendar.subcomponents.insert(0, _zone(tz, year=now.year))
    calendar.add_missing_timezones()


def _follows_the_rule(tz: ZoneInfo, *, year: int) -> bool:
    changes = [_change(year, month) for month in PARTS]
    second = dt.timedelta(seconds=1)
    around = [(_offset(tz, change - second), _offset(tz, change)) for change in changes]
    (winter, summer), (still_summer, again_winter) = around
    return winter < summer == still_summer and again_winter == winter


def _zone(tz: ZoneInfo, *, year: int) -> Timezone:
    zone = Timezone()
    zone.add("tzid", tz.key)
    for month, part in PARTS.items():
        change = _change(year, month)
        before, after = _offset(tz, change - dt.timedelta(seconds=1)), _offset(tz, change)
        on_the_wall = (dt.datetime.combine(FIRST_CHANGE[month], CHANGE) + before).replace(tzinfo=None)
        rule = part()
        rule.add("dtstart", on_the_wall)
        rule.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1SU"})
        rule.add("tzoffsetfrom", before)
        rule.add("tzoffsetto", after)
        rule.add("tzname", change.astimezone(tz).tzname())
        zone.add_component(rule)
    return zone


def _change(year: int, month: int) -> dt.datetime:
    last = dt.date(year, month, 31)
    sunday = last - dt.timedelta(days=(last.weekday() + 1) % 7)
    return dt.datetime.combine(sunday, CHANGE)


def _offset(tz: ZoneInfo, moment: dt.datetime) -> dt.timedelta:
    return moment.astimezone(tz).utcoffset() or dt.timedelta()
