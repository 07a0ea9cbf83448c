"""How many people came in, from what the counters at the doors show. Pure: no query, no clock."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citemetiers.kernel.dates import days_between
from citemetiers.kernel.errors import DomainError

ONE_DAY = dt.timedelta(days=1)
# More than the largest open day of any place; whoever writes more has slipped.
MOST_A_DAY = 20_000
# Two months: what was counted in a longer time without a reading belongs to no day any more.
LONGEST_GAP = dt.timedelta(days=62)


class ReadingError(DomainError):
    """A counter cannot have shown this."""


class Flag(StrEnum):
    """How far the entries of a day can be trusted."""

    COUNTED = "COUNTED"
    SPREAD = "SPREAD"
    ESTIMATED = "ESTIMATED"
    PARTIAL = "PARTIAL"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Device:
    """What must be known of a counter: how it counts, and on which days it hung there."""

    key: int
    digits: int = 6
    is_two_way: bool = False
    calibration: int = 100
    staff_entries: int = 0
    first_on: dt.date | None = None
    last_on: dt.date | None = None

    @property
    def wraps_at(self) -> int:
        """The number of passages after which it shows zero again."""
        return int(10**self.digits)

    def hangs_on(self, day: dt.date) -> bool:
        """Whether it counted on this day."""
        return (self.first_on is None or self.first_on <= day) and (self.last_on is None or day <= self.last_on)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a counter showed when a day ended."""

    day: dt.date
    value: int
    value_out: int | None = None


@dataclass(frozen=True, slots=True)
class DayEntries:
    """How many people came in on one day, if that is known, and how it is known."""

    day: dt.date
    entries: int | None
    flag: Flag
    is_open: bool = True
    staff: int = 0

    @property
    def with_staff(self) -> int:
        """What was counted before the staff was taken off; a counter that gave nothing is left out."""
        return (self.entries or 0) + self.staff

    @property
    def is_estimate(self) -> bool:
        """Whether the number was guessed, or shared out over several days."""
        return self.flag in {Flag.SPREAD, Flag.ESTIMATED}


def check_can_show(device: Device, value: int) -> None:
    """Refuse a number with more digits than the counter has."""
    if not 0 <= value < device.wraps_at:
        sentence = ngettext(
            "This counter has %(digits)d digit: it shows %(most)s at most.",
            "This counter has %(digits)d digits: it shows %(most)s at most.",
            device.digits,
        )
        raise ReadingError(sentence % {"digits": device.digits, "most": grouped(device.wraps_at - 1)})


def passages(device: Device, before: int, after: int, *, days: int) -> int:
    """How often a counter counted between two readings, over its highest number if it must have been.

    A lower reading is a roll-over only where few enough passages explain it: less than half of what the counter
    can count, and no more than a door can see. Any other lower reading is refused, and so is too great a leap.
    """
    most = MOST_A_DAY * max(days, 1)
    if after < before:
        counted = after + device.wraps_at - before
        if counted > min(most, device.wraps_at // 2):
            sentence = _(
                "This is lower than the reading before (%(before)s). If the counter was replaced or set to zero, "
                "give it a last day and add a new counter."
            )
            raise ReadingError(sentence % {"before": grouped(before)})
        return counted
    if after - before > most:
        sentence = _("From %(before)s to %(after)s is more than a door can see: at most %(most)s passages a day.")
        numbers = {"before": grouped(before), "after": grouped(after), "most": grouped(MOST_A_DAY)}
        raise ReadingError(sentence % numbers)
    return after - before


def people_in(device: Device, counted: int, *, days: int = 1) -> int:
    """People who came in, from passages: corrected, halved where a visit is counted twice, without the staff.

    Never below zero, however much the staff would take away.
    """
    real = Fraction(counted * 100, device.calibration)
    entries = round(real if device.is_two_way else real / 2)
    return max(0, entries - device.staff_entries * days)


def problems_of_pair(device: Device, before: Shown, after: Shown) -> list[tuple[str, str]]:
    """Why two readings cannot follow each other, for each direction of a door; empty where they can."""
    days = (after.day - before.day).days
    found = []
    for part, one, next_one in (("in", before.value, after.value), ("out", before.value_out, after.value_out)):
        if one is None or next_one is None:
            continue
        try:
            passages(device, one, next_one, days=days)
        except ReadingError as error:
            found.append((part, str(error)))
    return found


def entries_between(
    device: Device, before: Shown, after: Shown, *, is_open: Callable[[dt.date], bool]
) -> dict[dt.date, tuple[int, Flag]]:
    """The entries of each day after one reading, up to the day of the next.

    They belong to the days on which the place was open; on several such days they are shared out evenly and flagged.
    """
    span = list(days_between(before.day + ONE_DAY, after.day + ONE_DAY))
    working = [day for day in span if is_open(day)] or [after.day]
    counted = passages(device, before.value, after.value, days=len(span))
    entries = people_in(device, counted, days=len(working))
    share, rest = divmod(entries, len(working))
    flag = Flag.COUNTED if len(working) == 1 else Flag.SPREAD
    found = dict.fromkeys(span, (0, Flag.COUNTED))
    return found | {day: (share + (place < rest), flag) for place, day in enumerate(working)}


def entries_of_days(
    readings: Mapping[Device, Sequence[Shown]],
    estimates: Mapping[dt.date, int],
    *,
    first: dt.date,
    until: dt.date,
    is_open: Callable[[dt.date], bool] = lambda _day: True,
) -> list[DayEntries]:
    """What is known of each day of a site in the half-open period [first, until).

    What all its counters counted comes first; else the estimate of the day; else what some of them counted, as a
    part. A day of which nothing is known is unknown, never zero. Give the readings before and after the period too.
    """
    by_device = {device: _days_of(device, shown, is_open=is_open) for device, shown in readings.items()}
    return [_entries_on(day, by_device, estimates, is_open=is_open(day)) for day in days_between(first, until)]


def _days_of(
    device: Device, shown: Sequence[Shown], *, is_open: Callable[[dt.date], bool]
) -> dict[dt.date, tuple[int, Flag]]:
    found: dict[dt.date, tuple[int, Flag]] = {}
    for before, after in pairwise(sorted(shown, key=lambda one: one.day)):
        if after.day - before.day > LONGEST_GAP:
            continue
        # After a reading between them was taken away they may contradict each other: nothing is known then.
        with suppress(ReadingError):
            found |= entries_between(device, before, after, is_open=is_open)
    return found


def _entries_on(
    day: dt.date,
    by_device: Mapping[Device, Mapping[dt.date, tuple[int, Flag]]],
    estimates: Mapping[dt.date, int],
    *,
    is_open: bool,
) -> DayEntries:
    hanging = {device: days for device, days in by_device.items() if device.hangs_on(day)}
    counted = [days[day] for days in hanging.values() if day in days]
    is_complete = bool(counted) and len(counted) == len(hanging)
    if day in estimates and not is_complete:
        return DayEntries(day, estimates[day], Flag.ESTIMATED, is_open)
    if not counted:
        return DayEntries(day, None, Flag.UNKNOWN, is_open)
    flag = Flag.SPREAD if any(flag is Flag.SPREAD for _people, flag in counted) else Flag.COUNTED
    total = sum(people for people, _flag in counted)
    staff = sum(device.staff_entries for device, days in hanging.items() if days.get(day, (0, flag))[0])
    return DayEntries(day, total, flag if is_complete else Flag.PARTIAL, is_open, staff)


def grouped(number: int) -> str:
    """A large number as people write it, such as 12,345."""
    return str(number_format(number, use_l10n=True, force_grouping=True))
