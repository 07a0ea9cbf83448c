"""Free slots, computed from shifts and what is taken. Pure: no query, no clock."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from citemetiers.kernel.dates import overlaps

Period = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One advisor who receives at one site in the period [starts_at, ends_at)."""

    site_id: int
    advisor_id: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    languages: tuple[str, ...]
    is_illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment that can be booked at a site, with those who could receive; their names stay inside."""

    site_id: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    languages: tuple[str, ...]
    advisor_ids: tuple[int, ...]
    is_illustrative: bool = False


def moments_of(shift: OnDuty, *, length: dt.timedelta) -> Iterator[Period]:
    """The grid of a shift: sessions of one length, one after the other, from its start."""
    starts_at = shift.starts_at
    while starts_at + length <= shift.ends_at:
        yield starts_at, starts_at + length
        starts_at += length


def is_free(period: Period, taken: Iterable[Period]) -> bool:
    """Whether the period overlaps none of those taken."""
    return not any(overlaps(period, other) for other in taken)


def free_slots(
    shifts: Iterable[OnDuty],
    *,
    taken: Mapping[int, Sequence[Period]],
    length: dt.timedelta,
    earliest: dt.datetime,
    latest: dt.datetime,
) -> list[Slot]:
    """Free slots that start in [earliest, latest), the first one first, one row a site and moment.

    ``taken`` holds the periods of each advisor that are no longer free.
    """
    found: dict[tuple[dt.datetime, int], list[OnDuty]] = {}
    for shift in shifts:
        busy = taken.get(shift.advisor_id, ())
        for period in moments_of(shift, length=length):
            if earliest <= period[0] < latest and is_free(period, busy):
                found.setdefault((period[0], shift.site_id), []).append(shift)
    return [_slot(starts_at, site_id, found[starts_at, site_id], length) for starts_at, site_id in sorted(found)]


def _slot(starts_at: dt.datetime, site_id: int, shifts: Sequence[OnDuty], length: dt.timedelta) -> Slot:
    return Slot(
        site_id=site_id,
        starts_at=starts_at,
        ends_at=starts_at + length,
        languages=tuple(sorted({language for shift in shifts for language in shift.languages})),
        advisor_ids=tuple(sorted({shift.advisor_id for shift in shifts})),
        is_illustrative=all(shift.is_illustrative for shift in shifts),
    )
