"""On which days a duty falls, and what is left of one while its advisor is away. Pure: no query, no clock."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _

from citemetiers.kernel.dates import overlaps
from citemetiers.kernel.errors import DomainError

Period = tuple[dt.datetime, dt.datetime]

SHORTEST_REST = dt.timedelta(minutes=15)
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
TIMES = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
# To the weekday, the calendar repeats itself after so many years.
CALENDAR_YEARS = 400
# Every year that there is: each of the seven weekdays on a 29 February, too.
ALL_YEARS = (dt.date(dt.MAXYEAR - 40, 1, 1), dt.date.max)


def _numbers(most: int) -> re.Pattern[str]:
    choices = "|".join(str(number) for number in range(most, 0, -1))
    return re.compile(rf"[+-]?({choices})(,[+-]?({choices}))*")


WEEKDAYS = "(MO|TU|WE|TH|FR|SA|SU)"
NUMBERED_DAYS = re.compile(rf"[+-]?\d{{1,2}}{WEEKDAYS}")
# What each part of a rule may say (RFC 5545, 3.3.10), without the times of a day.
PARTS = {
    "FREQ": re.compile("|".join(FREQUENCIES)),
    "INTERVAL": re.compile(r"[1-9]\d{0,2}"),
    "COUNT": re.compile(r"[1-9]\d{0,3}"),
    "UNTIL": re.compile(r"\d{8}(T\d{6}Z?)?"),
    "BYDAY": re.compile(rf"([+-]?([1-9]|[1-4]\d|5[0-3]))?{WEEKDAYS}(,([+-]?([1-9]|[1-4]\d|5[0-3]))?{WEEKDAYS})*"),
    "BYMONTHDAY": _numbers(31),
    "BYYEARDAY": _numbers(366),
    "BYWEEKNO": _numbers(53),
    "BYMONTH": re.compile(r"([1-9]|1[0-2])(,([1-9]|1[0-2]))*"),
    "BYSETPOS": _numbers(366),
    "WKST": re.compile(WEEKDAYS),
}
# Parts that make sense with some frequencies only.
ONLY_WITH = {
    "BYMONTHDAY": ("DAILY", "MONTHLY", "YEARLY"),
    "BYYEARDAY": ("YEARLY",),
    "BYWEEKNO": ("YEARLY",),
}
LIMITS = ("COUNT", "UNTIL")


class RecurrenceError(DomainError):
    """The text is no recurrence that a duty can have."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a duty is: each week on a day, or as a recurrence says; from its first to its last day, both included."""

    weekday: int | None
    recurrence: str
    first_on: dt.date
    last_on: dt.date | None = None


def check_recurrence(text: str) -> None:
    """Refuse, with a sentence, what is no rule of whole days of RFC 5545."""
    parts = _parts(text)
    frequency = parts.get("FREQ", "")
    for name in parts:
        if frequency not in ONLY_WITH.get(name, FREQUENCIES):
            raise RecurrenceError(
                _("%(part)s cannot be used together with FREQ=%(frequency)s.") % {"part": name, "frequency": frequency}
            )
    if frequency in ("DAILY", "WEEKLY") and NUMBERED_DAYS.search(parts.get("BYDAY", "")):
        raise RecurrenceError(_("A numbered day such as 1TU needs FREQ=MONTHLY or FREQ=YEARLY."))
    if all(limit in parts for limit in LIMITS):
        raise RecurrenceError(_("Say either COUNT or UNTIL, not both."))
    if "BYSETPOS" in parts and not any(name.startswith("BY") and name != "BYSETPOS" for name in parts):
        raise RecurrenceError(_("BYSETPOS chooses among days: say which, such as BYDAY=MO,TU."))
    _last_day(parts)
    every = {name: value for name, value in parts.items() if name not in (*LIMITS, "INTERVAL")}
    if next(_days(every, first_on=ALL_YEARS[0], until=ALL_YEARS[1]), None) is None:
        raise RecurrenceError(_("This recurrence falls on no day at all."))


def days_of(rule: Rule, *, since: dt.date, until: dt.date) -> list[dt.date]:
    """The days of the rule from one day to another, both included, in order; it takes no more time than these need."""
    if rule.last_on is not None:
        until = min(until, rule.last_on)
    since = max(since, rule.first_on)
    if until < since:
        return []
    if rule.weekday is None:
        return [day for day in _days_of_recurrence(rule, until=until) if day >= since]
    first = since + dt.timedelta(days=(rule.weekday - since.isoweekday()) % 7)
    return [first + dt.timedelta(weeks=week) for week in range((until - first).days // 7 + 1)]


def left_of(period: Period, *, absences: Iterable[Period], shortest: dt.timedelta = SHORTEST_REST) -> list[Period]:
    """What an advisor who is away part of the time still keeps of a period; rests too short for anybody are dropped."""
    away = sorted(absence for absence in absences if overlaps(period, absence))
    if not away:
        return [period]
    starts_at, ends_at = period
    found = []
    for gone_at, back_at in away:
        found.append((starts_at, gone_at))
        starts_at = max(starts_at, back_at)
    found.append((starts_at, ends_at))
    return [rest for rest in found if rest[1] - rest[0] >= shortest]


def _days_of_recurrence(rule: Rule, *, until: dt.date) -> list[dt.date]:
    parts = _parts(rule.recurrence)
    until = min(until, _last_day(parts) or until)
    days = _days(parts, first_on=rule.first_on, until=until)
    return list(islice(days, int(parts["COUNT"]) if "COUNT" in parts else None))


def _days(parts: Mapping[str, str], *, first_on: dt.date, until: dt.date) -> Iterator[dt.date]:
    # Where it finds no more days, dateutil goes on looking until the last year of the calendar: put as near as can be.
    later = (dt.MAXYEAR - until.year) // CALENDAR_YEARS * CALENDAR_YEARS
    first, last = (day.replace(year=day.year + later) for day in (first_on, until))
    text = ";".join(f"{name}={value}" for name, value in parts.items() if name not in LIMITS)
    for moment in rrulestr(f"{text};UNTIL={last:%Y%m%d}", dtstart=dt.datetime.combine(first, dt.time())):
        yield moment.date().replace(year=moment.year - later)


def _parts(text: str) -> dict[str, str]:
    if not text.strip():
        raise RecurrenceError(_("Write the rule, such as FREQ=MONTHLY;BYDAY=1TU: the first Tuesday of each month."))
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, sign, value = part.partition("=")
        if name in TIMES or (name == "FREQ" and value in ("HOURLY", "MINUTELY", "SECONDLY")):
            raise RecurrenceError(_("A duty is at most once a day; its times are given apart."))
        if name.startswith(("DTSTART", "RRULE")):
            raise RecurrenceError(_("Write the rule alone, without DTSTART or RRULE: the first day is given apart."))
        if name == "COUNT" and value.isdecimal() and not int(value):
            raise RecurrenceError(_("COUNT says how many times: at least once, such as COUNT=10."))
        if not sign or name not in PARTS or name in parts or not PARTS[name].fullmatch(value):
            raise RecurrenceError(
                _("“%(part)s” is not understood. Write a rule such as FREQ=MONTHLY;BYDAY=1TU.") % {"part": part[:40]}
            )
        parts[name] = value
    if "FREQ" not in parts:
        raise RecurrenceError(_("Say how often: FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."))
    return parts


def _last_day(parts: Mapping[str, str]) -> dt.date | None:
    if "UNTIL" not in parts:
        return None
    try:
        return dt.datetime.strptime(parts["UNTIL"][:8], "%Y%m%d").replace(tzinfo=dt.UTC).date()
    except ValueError as error:
        raise RecurrenceError(_("The last day in UNTIL does not exist.")) from error
