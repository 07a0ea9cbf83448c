"""Free slots, computed from shifts, openings and what is taken. Pure: no query, no clock."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from citemetiers.kernel.dates import overlaps

Period = tuple[dt.datetime, dt.datetime]

_start, _end = itemgetter(0), itemgetter(1)


class OnDuty(NamedTuple):
    """One advisor who receives at one site in the period [starts_at, ends_at), in these languages and ways."""

    site_id: int
    advisor_id: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    languages: tuple[str, ...]
    channels: tuple[str, ...] = ()
    is_illustrative: bool = False


class Slot(NamedTuple):
    """A moment that can be booked at a site, with those who could receive; their names stay inside."""

    site_id: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    languages: tuple[str, ...]
    channels: tuple[str, ...]
    advisor_ids: tuple[int, ...]
    is_illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How sessions follow one another in a shift: how long, what stays free after each, which share is for drop-in."""

    length: dt.timedelta
    buffer: dt.timedelta = dt.timedelta()
    drop_in_percent: int = 0


def is_for_drop_in(number: int, *, percent: int) -> bool:
    """Whether the session of this number, from 0, is kept for who walks in: evenly, so many of each hundred."""
    return (number + 1) * percent // 100 > number * percent // 100


def moments_of(shift: OnDuty, *, rhythm: Rhythm) -> Iterator[Period]:
    """The sessions of a shift that can be booked. The last one ends within it; what stays free after it need not."""
    starts_at, number = shift.starts_at, 0
    while (ends_at := starts_at + rhythm.length) <= shift.ends_at:
        if not is_for_drop_in(number, percent=rhythm.drop_in_percent):
            yield starts_at, ends_at
        starts_at, number = ends_at + rhythm.buffer, number + 1


def is_free(period: Period, taken: Iterable[Period]) -> bool:
    """Whether the period overlaps none of those taken."""
    return not any(overlaps(period, other) for other in taken)


def joined(periods: Iterable[Period]) -> list[Period]:
    """The same time in order and in as few periods as can be: those that overlap or touch are one."""
    found: list[Period] = []
    for starts_at, ends_at in sorted(periods):
        if found and starts_at <= found[-1][1]:
            found[-1] = found[-1][0], max(ends_at, found[-1][1])
        else:
            found.append((starts_at, ends_at))
    return found


def lies_within(period: Period, spans: Sequence[Period]) -> bool:
    """Whether one of the joined spans holds the whole period."""
    number = bisect_right(spans, period[0], key=_start)
    return number > 0 and period[1] <= spans[number - 1][1]


def free_slots(  # noqa: PLR0913  each is one of the things that decide
    shifts: Iterable[OnDuty],
    *,
    rhythm: Rhythm,
    taken: Mapping[int, Sequence[Period]],
    is_open: Callable[[Period], bool],
    earliest: dt.datetime,
    latest: dt.datetime,
    most: int | None = None,
) -> list[Slot]:
    """The free slots of one site that start in [earliest, latest), the first one first; no more than wanted.

    ``taken`` holds the joined periods of each advisor that are no longer free. Advisors who are free
    at the same moment make one slot.
    """
    found: dict[dt.datetime, list[OnDuty]] = {}
    for shift in sorted(shifts, key=lambda shift: shift.starts_at):
        if shift.starts_at >= latest:
            break
        for period in _between(moments_of(shift, rhythm=rhythm), earliest, latest):
            if _stays_free(period, rhythm.buffer, taken.get(shift.advisor_id, ())) and is_open(period):
                found.setdefault(period[0], []).append(shift)
        if most is not None and len(found) >= most:
            # Whoever starts at the last moment wanted may still receive then; later moments are of no interest.
            latest = min(latest, sorted(found)[most - 1] + dt.datetime.resolution)
    return [_slot(starts_at, found[starts_at], rhythm.length) for starts_at in sorted(found)[:most]]


def _between(moments: Iterable[Period], earliest: dt.datetime, latest: dt.datetime) -> Iterator[Period]:
    for period in moments:
        if period[0] >= latest:
            return
        if period[0] >= earliest:
            yield period


def _stays_free(period: Period, buffer: dt.timedelta, taken: Sequence[Period]) -> bool:
    number = bisect_right(taken, period[0], key=_end)
    return number == len(taken) or period[1] + buffer <= taken[number][0]


def _slot(starts_at: dt.datetime, shifts: Sequence[OnDuty], length: dt.timedelta) -> Slot:
    return Slot(
        site_id=shifts[0].site_id,
        starts_at=starts_at,
        ends_at=starts_at + length,
        languages=tuple(sorted({language for shift in shifts for language in shift.languages})),
        channels=tuple(sorted({channel for shift in shifts for channel in shift.channels})),
        advisor_ids=tuple(sorted({shift.advisor_id for shift in shifts})),
        is_illustrative=all(shift.is_illustrative for shift in shifts),
    )
