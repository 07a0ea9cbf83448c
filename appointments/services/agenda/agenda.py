"""The agenda of a site: who is booked with whom and when, and what is still free. It only reads."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from appointments.enums import State
from appointments.models import Absence, Appointment, Duty, Shift
from appointments.slots import Period
from citemetiers.kernel.codes import REFERENCE_LENGTH
from citemetiers.kernel.dates import days_between, first_and_last_at, local_day, overlaps
from sites.models import Site, User

ONE_DAY = dt.timedelta(days=1)
# Less than this is a breath between two people, not a stretch to fill.
SHORTEST_STRETCH = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Column:
    """One advisor on one day: the shifts, the appointments, and the stretches of the shifts that are free."""

    advisor: User
    shifts: tuple[Period, ...]
    appointments: tuple[Appointment, ...]
    free: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Away:
    """When an advisor is absent on a day, cut at its ends; why is nobody's business."""

    advisor: User
    starts_at: dt.datetime
    ends_at: dt.datetime
    is_whole_day: bool


@dataclass(frozen=True, slots=True)
class AgendaDay:
    """One day on the walls of the site; its columns, and who is away, in the order of the advisors' names."""

    on: dt.date
    columns: tuple[Column, ...]
    away: tuple[Away, ...] = ()

    @property
    def away_ids(self) -> set[int]:
        """The advisors who are away for some of the day."""
        return {one.advisor.pk for one in self.away}

    @property
    def appointments(self) -> list[Appointment]:
        """All of the day, the first one first."""
        listed = [one for column in self.columns for one in column.appointments]
        return sorted(listed, key=lambda one: (one.starts_at, str(one.pk)))

    def when_closed(self) -> "AgendaDay":
        """The same day at a closed site: what is booked stands, and nothing is free."""
        return replace(self, columns=tuple(replace(column, free=()) for column in self.columns))


def agenda_of(*, site: Site, first_on: dt.date, last_on: dt.date, advisor: User | None = None) -> list[AgendaDay]:
    """The days of a site, both ends included; those of one advisor, or of everybody who is there.

    Three queries, however many days, advisors and appointments. Cancelled appointments are not in it.
    """
    within = (_midnight(first_on, site), _midnight(last_on + ONE_DAY, site))
    booked: dict[tuple[dt.date, int], list[Appointment]] = defaultdict(list)
    shifts: dict[tuple[dt.date, int], list[Period]] = defaultdict(list)
    advisors: dict[int, User] = {}
    for one in _appointments(site, within, advisor):
        one.site = site
        booked[local_day(one.starts_at, tz=site.tz), one.advisor_id].append(one)
        advisors[one.advisor_id] = one.advisor
    for shift in _shifts(site, within, advisor):
        shifts[local_day(shift.starts_at, tz=site.tz), shift.advisor_id].append((shift.starts_at, shift.ends_at))
        advisors[shift.advisor_id] = shift.advisor
    there = sorted(advisors.values(), key=_by_name)
    absences = sorted(_absences(site, within, advisor, there), key=lambda one: (*_by_name(one.advisor), one.starts_at))
    return [
        AgendaDay(
            on=day,
            columns=tuple(
                _column(person, shifts.get((day, person.pk), ()), booked.get((day, person.pk), ()))
                for person in there
                if (day, person.pk) in booked or (day, person.pk) in shifts
            ),
            away=tuple(_away_on(day, site, absences)),
        )
        for day in days_between(first_on, last_on + ONE_DAY)
    ]


def find_by_code(code: str, *, sites: Iterable[Site]) -> Appointment | None:
    """The appointment with a reference code at one of these sites; case, spaces and hyphens do not count."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    if len(plain) != REFERENCE_LENGTH:
        return None
    return Appointment.objects.filter(code=plain, site__in=[site.pk for site in sites]).first()


def free_stretches(shifts: Sequence[Period], taken: Iterable[Period]) -> list[Period]:
    """What is left of some shifts, in order, without what is too short to fill."""
    left = sorted(shifts)
    for busy in sorted(taken):
        left = [part for period in left for part in _without(period, busy)]
    return [period for period in left if period[1] - period[0] >= SHORTEST_STRETCH]


def _without(period: Period, busy: Period) -> list[Period]:
    if not overlaps(period, busy):
        return [period]
    parts = [(period[0], max(period[0], busy[0])), (min(period[1], busy[1]), period[1])]
    return [part for part in parts if part[0] < part[1]]


def _column(advisor: User, shifts: Sequence[Period], booked: Sequence[Appointment]) -> Column:
    # One that needs another time no longer fills its own.
    taken = [(one.starts_at, one.free_again_at) for one in booked if one.state != State.TO_MOVE]
    return Column(
        advisor=advisor,
        shifts=tuple(sorted(shifts)),
        appointments=tuple(booked),
        free=tuple(free_stretches(shifts, taken)),
    )


def _by_name(person: User) -> tuple[str, int]:
    return person.display_name.casefold(), person.pk


def _away_on(day: dt.date, site: Site, absences: Iterable[Absence]) -> Iterator[Away]:
    first, until = _midnight(day, site), _midnight(day + ONE_DAY, site)
    for one in absences:
        since, back = max(one.starts_at, first), min(one.ends_at, until)
        if since < back:
            yield Away(one.advisor, since, back, is_whole_day=(since, back) == (first, until))


def _absences(site: Site, within: Period, advisor: User | None, there: Iterable[User]) -> Iterable[Absence]:
    """Of those who are in the agenda, and of those who would be: they have a duty here."""
    rows = Absence.objects.filter(starts_at__lt=within[1], ends_at__gt=within[0]).select_related("advisor")
    if advisor is not None:
        return rows.filter(advisor=advisor)
    first_on, until_on = (local_day(moment, tz=site.tz) for moment in within)
    lasting = Q(last_on__isnull=True) | Q(last_on__gte=first_on)
    on_the_rota = Duty.objects.filter(lasting, site=site, first_on__lt=until_on).values("advisor")
    return rows.filter(Q(advisor__in=on_the_rota) | Q(advisor__in=[person.pk for person in there]))


def _midnight(day: dt.date, site: Site) -> dt.datetime:
    return first_and_last_at(day, dt.time(), tz=site.tz)[0]


def _appointments(site: Site, within: Period, advisor: User | None) -> Iterable[Appointment]:
    rows = Appointment.objects.filter(site=site, starts_at__gte=within[0], starts_at__lt=within[1])
    if advisor is not None:
        rows = rows.filter(advisor=advisor)
    shown = rows.exclude(state=State.CANCELLED).select_related("advisor", "service__theme", "visitor")
    return shown.order_by("starts_at", "pk")


def _shifts(site: Site, within: Period, advisor: User | None) -> Iterable[Shift]:
    rows = Shift.objects.filter(site=site, starts_at__gte=within[0], starts_at__lt=within[1])
    if advisor is not None:
        rows = rows.filter(advisor=advisor)
    return rows.select_related("advisor").order_by("starts_at", "pk")
