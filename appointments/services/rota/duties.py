"""Duties become dated shifts, as far ahead as one can book."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from appointments.models import Duty, DutyChange, Shift
from appointments.services.booking.advisors import lock_advisors
from appointments.services.rota.expansion import wanted_shifts
from appointments.slots import Period
from citemetiers.kernel.dates import local_day, overlaps
from sites.models import Site

# What only one shift at a time may have.
SHARED = ("advisor_id", "room_id", "desk_id")
COLUMNS = ("starts_at", "ends_at", *SHARED)


@dataclass(frozen=True, slots=True)
class Expansion:
    """What one expansion did; left alone are days on which the advisor is already on another shift at that time."""

    created: int = 0
    removed: int = 0
    left_alone: tuple[dt.date, ...] = ()
    # Of the days with a shift that was written: those that had none before, and those that had another one.
    new_days: int = field(default=0, compare=False)
    changed_days: int = field(default=0, compare=False)


class Placeless(NamedTuple):
    """A shift without the room or desk wanted, which another one uses at that time; new, or so since before."""

    shift: Shift
    wanted: Shift
    is_new: bool


@dataclass(frozen=True, slots=True)
class Written:
    """The shifts written, taken away, not written (their advisor being on another one), written without their place."""

    created: list[Shift] = field(default_factory=list)
    removed: list[Shift] = field(default_factory=list)
    left_alone: list[Shift] = field(default_factory=list)
    placeless: list[Placeless] = field(default_factory=list)

    @property
    def expansion(self) -> Expansion:
        """The same in figures."""
        days = {local_day(shift.starts_at, tz=shift.duty.site.tz) for shift in self.left_alone}
        written, before = ({shift.stands_for_on for shift in shifts} for shifts in (self.created, self.removed))
        new, changed = len(written - before), len(written & before)
        return Expansion(len(self.created), len(self.removed), tuple(sorted(days)), new, changed)


@transaction.atomic
def expand_duty(*, duty: Duty, now: dt.datetime) -> Expansion:
    """Write the shifts of a duty from now to the horizon; a second call changes nothing.

    Shifts that the duty no longer covers go, so that nothing more is booked in them; an appointment
    keeps its own advisor and time, and stands. Days on which the advisor is already on another
    shift at that time are left alone; a room that is taken is not used.
    """
    lock_rota(advisor_ids=advisors_of([duty], now=now), site_ids={duty.site_id})
    return write_shifts([duty], now=now).expansion


def extend_rota(*, now: dt.datetime) -> Expansion:
    """Expand every duty, one site after the other, so that there are always as many days ahead to book."""
    created = removed = 0
    days: set[dt.date] = set()
    for site_id in sorted(set(standing_duties(now=now).order_by("site").values_list("site_id", flat=True))):
        done = _extend_site(site_id, now=now)
        created, removed, days = created + done.created, removed + done.removed, days.union(done.left_alone)
    return Expansion(created, removed, tuple(sorted(days)))


def standing_duties(*, now: dt.datetime) -> QuerySet[Duty]:
    """Duties that may still have a shift to come, however many are over."""
    # A day more than any site's today: the nights of two time zones differ.
    since = now.date() - dt.timedelta(days=1)
    ahead = Shift.objects.filter(duty=OuterRef("pk"), ends_at__gt=now)
    moved = DutyChange.objects.filter(duty=OuterRef("pk"), on__gte=since)
    goes_on = Q(last_on__isnull=True) | Q(last_on__gte=since) | Exists(ahead) | Exists(moved)
    return Duty.objects.filter(goes_on).select_related("site__network").order_by("pk")


def advisors_of(duties: Collection[Duty], *, now: dt.datetime) -> set[int]:
    """Whoever these duties let receive, from now on: by their rule, on one day, or in the shifts that there are."""
    shifts = Shift.objects.filter(duty__in=duties, ends_at__gt=now).order_by("advisor")
    changes = DutyChange.objects.filter(duty__in=duties, advisor__isnull=False).order_by("advisor")
    found = {duty.advisor_id for duty in duties}
    return found | {
        pk for rows in (shifts, changes) for pk in rows.values_list("advisor_id", flat=True).distinct() if pk
    }


def lock_rota(*, advisor_ids: Collection[int], site_ids: Collection[int]) -> None:
    """Hold advisors, then sites, until the transaction ends: nobody books these advisors or gives away these rooms.

    Advisors first, as bookings and whoever ends a membership do, so that nobody waits in a ring.
    """
    lock_advisors(advisor_ids)
    # NO KEY: other rows may go on naming the site meanwhile. On SQLite BEGIN IMMEDIATE does the waiting.
    sites = Site.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=site_ids)
    list(sites.order_by("pk").values_list("pk", flat=True))


def write_shifts(duties: Collection[Duty], *, now: dt.datetime) -> Written:
    """Make the shifts to come of these duties what they should be; the caller holds the locks.

    The same number of queries for a day and for all of them.
    """
    wanted = {_key(shift): shift for shift in wanted_shifts(duties, now=now)}
    there = {_key(shift): shift for shift in Shift.objects.filter(duty__in=duties, ends_at__gt=now).order_by("pk")}
    done = Written(removed=[shift for key, shift in there.items() if key not in wanted])
    Shift.objects.filter(pk__in=[shift.pk for shift in done.removed]).delete()
    taken = Taken(_around(wanted.values()))
    moved = []
    for key, shift in wanted.items():
        if key in there:
            moved += [there[key]] * _find_place(there[key], wanted=shift, taken=taken, done=done)
        elif taken.keeps(shift):
            done.left_alone.append(shift)
        else:
            _find_place(shift, wanted=shift, taken=taken, done=done)
            done.created.append(shift)
            taken.add(shift)
    Shift.objects.bulk_create(done.created)
    Shift.objects.bulk_update(moved, ["room", "desk"])
    return done


class Taken:
    """When advisors, rooms and desks are taken; found by day, so that a long rota is not dearer shift by shift."""

    def __init__(self, shifts: Iterable[Shift]) -> None:
        self._periods: dict[tuple[str, int, dt.date], list[Period]] = defaultdict(list)
        self._starts: set[tuple[int, dt.datetime]] = set()
        for shift in shifts:
            self.add(shift)

    def add(self, shift: Shift) -> None:
        """Take whatever a shift uses, for its time."""
        self._starts.add((shift.duty_id, shift.starts_at))
        for name in SHARED:
            for day in _days(shift):
                self._periods[name, getattr(shift, name), day].append((shift.starts_at, shift.ends_at))

    def keeps(self, shift: Shift) -> bool:
        """Whether the advisor is on another shift at its time, or its duty has another one that starts with it."""
        return (shift.duty_id, shift.starts_at) in self._starts or self.uses(shift, "advisor_id")

    def uses(self, shift: Shift, name: str) -> bool:
        """Whether what a shift wants under this name is in use at its time."""
        period = shift.starts_at, shift.ends_at
        key = getattr(shift, name)
        return key is not None and any(
            overlaps(period, other) for day in _days(shift) for other in self._periods.get((name, key, day), ())
        )


def _find_place(shift: Shift, *, wanted: Shift, taken: Taken, done: Written) -> bool:
    """Put the shift in the room or at the desk wanted, or nowhere where that is in use; whether that changes it."""
    before, place = (shift.room_id, shift.desk_id), (wanted.room_id, wanted.desk_id)
    is_new = shift is wanted
    if before == place and not is_new:
        return False
    if taken.uses(wanted, "room_id") or taken.uses(wanted, "desk_id"):
        done.placeless.append(Placeless(shift, copy(wanted), is_new))
        place = None, None
    shift.room_id, shift.desk_id = place
    return before != place


def _extend_site(site_id: int, *, now: dt.datetime) -> Expansion:
    with transaction.atomic():
        duties = list(standing_duties(now=now).filter(site=site_id))
        lock_rota(advisor_ids=advisors_of(duties, now=now), site_ids={site_id})
        return write_shifts(duties, now=now).expansion


def _key(shift: Shift) -> tuple[object, ...]:
    return shift.duty_id, shift.advisor_id, shift.site_id, shift.starts_at, shift.ends_at, shift.stands_for_on


def _around(wanted: Collection[Shift]) -> Iterator[Shift]:
    """The shifts that stand while those wanted would, with an advisor, a room or a desk of theirs."""
    if not wanted:
        return
    uses = Q(duty__in={shift.duty_id for shift in wanted})
    for name in SHARED:
        uses |= Q(**{f"{name}__in": {key for shift in wanted if (key := getattr(shift, name)) is not None}})
    first, last = min(shift.starts_at for shift in wanted), max(shift.ends_at for shift in wanted)
    yield from Shift.objects.within(first, last).filter(uses).order_by("pk").only("duty_id", *COLUMNS)


def _days(shift: Shift) -> set[dt.date]:
    # In UTC, as they are stored.
    return {shift.starts_at.date(), shift.ends_at.date()}
