"""The rota of a site in one week: who receives when and where, who is away, how much of it is booked."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from appointments.enums import State
from appointments.models import Absence, Appointment, DutyChange, Shift
from appointments.services.finding.openings import CLOSING
from appointments.slots import Period
from citemetiers.kernel.dates import days_between, local_day, overlaps
from sites.enums import Role
from sites.models import Site, Theme, User
from sites.services import DayHours, hours_on, timetables

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
# What takes, or took, the time of an advisor; whoever is asked to choose another time holds none.
HOLDING = (State.BOOKED, State.ARRIVED, State.DONE, State.NO_SHOW)

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class WeekDay:
    """A day of the site, with its opening hours; closed all day by a closure or a holiday, and why."""

    on: dt.date
    hours: DayHours
    is_closed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class ShiftCell:
    """A shift, in the times of the site. ``day`` is the day of the duty for which it stands: the key to change it."""

    shift_id: int
    duty_id: int
    advisor_id: int
    day: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    room: str
    desk: str
    themes: tuple[Theme, ...]
    languages: tuple[str, ...]
    channels: tuple[str, ...]
    is_changed: bool
    is_once: bool
    is_illustrative: bool
    booked: int
    booked_time: dt.timedelta


@dataclass(frozen=True, slots=True)
class AbsenceCell:
    """The part of an absence that falls on one day, in the times of the site."""

    absence_id: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    is_whole_day: bool


@dataclass(frozen=True, slots=True)
class OffCell:
    """A day on which a duty is off, only this once."""

    duty_id: int
    day: dt.date
    starts_at: dt.time
    ends_at: dt.time


@dataclass(frozen=True, slots=True)
class PersonDay:
    """A day of one advisor: here, away, off, and when at another site."""

    on: dt.date
    shifts: tuple[ShiftCell, ...]
    absences: tuple[AbsenceCell, ...]
    off: tuple[OffCell, ...]
    elsewhere: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """An advisor, and seven days; one who is no member here any more, or not yet, may still have shifts."""

    user: User
    is_member: bool
    days: tuple[PersonDay, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days of a site from a Monday on, and everybody who receives there, by name."""

    site: Site
    monday: dt.date
    days: tuple[WeekDay, ...]
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class DayLoad:
    """How much time of a day can be booked, how much of it is, and the same in percent."""

    on: dt.date
    bookable: dt.timedelta
    booked: dt.timedelta
    percent: int


def week_of(*, site: Site, monday: dt.date, now: dt.datetime) -> Week:
    """The rota of a site in the week that begins with a day; at most eight queries however many people and shifts."""
    days = tuple(days_between(monday, monday + WEEK))
    span = _midnight(monday, site), _midnight(monday + WEEK, site)
    shifts = _shifts(site, span)
    off = _off(site, days)
    receiving = {shift.advisor_id for shift in shifts if shift.site_id == site.pk}
    people = _people(site, receiving | {change.duty.advisor_id for change in off})
    rows = _Rows(
        site=site,
        booked=_booked(site, span),
        shifts=_by(shifts, lambda shift: (shift.advisor_id, local_day(shift.starts_at, tz=site.tz))),
        absences=_by(_absences(people, span), lambda absence: absence.advisor_id),
        off=_by(off, lambda change: (change.duty.advisor_id, change.day)),
    )
    return Week(site, monday, _days(site, days, now=now), tuple(rows.of(user, days) for user in people))


def load_of_week(*, week: Week) -> tuple[DayLoad, ...]:
    """What can be booked and what is, each day of a week; no query."""
    loads = []
    for number, day in enumerate(week.days):
        shifts = [shift for person in week.people for shift in person.days[number].shifts]
        bookable = sum((shift.ends_at - shift.starts_at for shift in shifts if not day.is_closed), dt.timedelta())
        booked = sum((shift.booked_time for shift in shifts), dt.timedelta())
        loads.append(DayLoad(day.on, bookable, booked, round(100 * booked / bookable) if bookable else 0))
    return tuple(loads)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What was read, by whom and when it concerns."""

    site: Site
    booked: Mapping[int, Sequence[Period]]
    shifts: Mapping[tuple[int, dt.date], Sequence[Shift]]
    absences: Mapping[int, Sequence[Absence]]
    off: Mapping[tuple[int, dt.date], Sequence[DutyChange]]

    def of(self, user: User, days: Iterable[dt.date]) -> Person:
        """The week of one person."""
        is_member: bool = user.is_member  # type: ignore[attr-defined]  # asked by _people
        return Person(user, is_member, tuple(self._on(user, day) for day in days))

    def _on(self, user: User, day: dt.date) -> PersonDay:
        shifts = self.shifts.get((user.pk, day), ())
        off = self.off.get((user.pk, day), ())
        return PersonDay(
            on=day,
            shifts=tuple(self._cell(shift) for shift in shifts if shift.site_id == self.site.pk),
            absences=tuple(self._away(user, day)),
            off=tuple(OffCell(one.duty_id, one.day, one.duty.starts_at, one.duty.ends_at) for one in off),
            elsewhere=tuple(
                (self._here(shift.starts_at), self._here(shift.ends_at))
                for shift in shifts
                if shift.site_id != self.site.pk
            ),
        )

    def _cell(self, shift: Shift) -> ShiftCell:
        duty = shift.duty
        held = [one for one in self.booked.get(shift.advisor_id, ()) if shift.starts_at <= one[0] < shift.ends_at]
        return ShiftCell(
            shift_id=shift.pk,
            duty_id=duty.pk,
            advisor_id=shift.advisor_id,
            day=shift.stands_for_on,
            starts_at=self._here(shift.starts_at),
            ends_at=self._here(shift.ends_at),
            room=str(shift.room or ""),
            desk=str(shift.desk or ""),
            themes=tuple(duty.themes.all()),
            languages=duty.languages,
            channels=duty.channels,
            is_changed=shift.is_changed,  # type: ignore[attr-defined]  # asked by _shifts
            is_once=not duty.recurrence and duty.first_on == duty.last_on,
            is_illustrative=duty.is_illustrative,
            booked=len(held),
            booked_time=sum((ends_at - starts_at for starts_at, ends_at in held), dt.timedelta()),
        )

    def _away(self, user: User, day: dt.date) -> Iterable[AbsenceCell]:
        midnight, next_midnight = _midnight(day, self.site), _midnight(day + DAY, self.site)
        for absence in self.absences.get(user.pk, ()):
            if overlaps((absence.starts_at, absence.ends_at), (midnight, next_midnight)):
                starts_at, ends_at = max(absence.starts_at, midnight), min(absence.ends_at, next_midnight)
                is_whole_day = (starts_at, ends_at) == (midnight, next_midnight)
                yield AbsenceCell(absence.pk, self._here(starts_at), self._here(ends_at), is_whole_day)

    def _here(self, moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(self.site.tz)


def _shifts(site: Site, span: Period) -> list[Shift]:
    """The shifts of the week here, and those of the same people and of the members elsewhere; two queries."""
    that_week = Shift.objects.within(*span)
    changed = DutyChange.objects.filter(duty=OuterRef("duty"), day=OuterRef("stands_for_on"))
    concerned = Q(site=site) | Q(advisor__in=that_week.filter(site=site).values("advisor"))
    concerned |= Q(advisor__in=advisors_here(site).values("pk"))
    themes = Prefetch("duty__themes", queryset=Theme.objects.order_by("position", "pk"))
    rows = that_week.filter(concerned).annotate(is_changed=Exists(changed))
    rows = rows.select_related("duty", "room", "desk").prefetch_related(themes)
    return list(rows.order_by("starts_at", "pk"))


def _off(site: Site, days: Sequence[dt.date]) -> list[DutyChange]:
    rows = DutyChange.objects.filter(duty__site=site, is_off=True, day__range=(days[0], days[-1]))
    return list(rows.select_related("duty").order_by("duty__starts_at", "pk"))


def advisors_here(site: Site) -> QuerySet[User]:
    """Whoever advises at a site today, those of its whole network included; somebody may be named more than once."""
    here = Q(memberships__site=site) | Q(memberships__network=site.network_id)
    return User.objects.filter(here, memberships__role=Role.ADVISOR, is_active=True)


def _people(site: Site, others: Iterable[int]) -> list[User]:
    is_member = Exists(advisors_here(site).filter(pk=OuterRef("pk")))
    rows = User.objects.annotate(is_member=is_member).filter(Q(is_member=True) | Q(pk__in=others))
    return list(rows.order_by("display_name", "pk"))


def _absences(people: Iterable[User], span: Period) -> list[Absence]:
    rows = Absence.objects.filter(advisor__in=people, starts_at__lt=span[1], ends_at__gt=span[0])
    return list(rows.order_by("starts_at", "pk"))


def _booked(site: Site, span: Period) -> dict[int, list[Period]]:
    rows = Appointment.objects.filter(site=site, state__in=HOLDING, starts_at__gte=span[0], starts_at__lt=span[1])
    booked: dict[int, list[Period]] = defaultdict(list)
    for advisor_id, starts_at, ends_at in rows.order_by("pk").values_list("advisor_id", "starts_at", "ends_at"):
        booked[advisor_id].append((starts_at, ends_at))
    return booked


def _days(site: Site, days: Sequence[dt.date], *, now: dt.datetime) -> tuple[WeekDay, ...]:
    # Weeks that are over are looked at, too.
    timetable = timetables([site], now=min(now, _midnight(days[0], site)))[site.pk]
    found = []
    for day in days:
        hours = hours_on(timetable, day)
        is_closed = hours.reason is not None and hours.reason.why in CLOSING
        found.append(WeekDay(day, hours, is_closed, str(hours.reason.text) if hours.reason else ""))
    return tuple(found)


def _midnight(day: dt.date, site: Site) -> dt.datetime:
    # In UTC: two local times of one zone would be compared by the wall, not by the instant.
    return dt.datetime.combine(day, dt.time(), tzinfo=site.tz).astimezone(dt.UTC)


def _by(rows: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    found: dict[K, list[T]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
