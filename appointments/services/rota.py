"""Duties become dated shifts, as far ahead as one can book."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from appointments.models import Appointment, Duty, Service, Shift
from appointments.services.booking import lock_advisors
from appointments.services.closed import Place, closed_days
from appointments.slots import Period, is_free
from citemetiers.kernel.dates import at_local, days_between, local_day

SHORTEST_HORIZON_DAYS = 60


@dataclass(frozen=True, slots=True)
class Expansion:
    """What one expansion did; booked are the appointments that stand in removed shifts, for staff to see to."""

    created: int = 0
    removed: int = 0
    booked: int = 0


@transaction.atomic
def expand_duty(*, duty: Duty, now: dt.datetime) -> Expansion:
    """Write the shifts of a duty from today to the horizon; a second call changes nothing.

    Shifts that the duty no longer covers go, so that nothing more is booked in them; an appointment
    keeps its own advisor and time, and stands. Days on which the advisor is already on another
    shift at that time are left alone.
    """
    # The lock that bookings take, of former advisors too: no visitor is booked into a shift while it goes.
    former = _open_shifts(duty, now=now).values_list("advisor_id", flat=True)
    lock_advisors({duty.advisor_id, *former})
    wanted = _wanted_periods(duty, now=now)
    stale = [shift for shift in _open_shifts(duty, now=now) if not _is_wanted(shift, duty, wanted)]
    booked = sum(_count_booked(shift, now=now) for shift in stale)
    Shift.objects.filter(pk__in=[shift.pk for shift in stale]).delete()
    created = Shift.objects.bulk_create(
        Shift(duty=duty, advisor_id=duty.advisor_id, site_id=duty.site_id, starts_at=starts_at, ends_at=ends_at)
        for starts_at, ends_at in _still_missing(duty, wanted)
    )
    return Expansion(created=len(created), removed=len(stale), booked=booked)


def extend_rota(*, now: dt.datetime) -> Expansion:
    """Expand every duty, so that there are always as many days ahead to book."""
    duties = Duty.objects.select_related("site__network").order_by("pk")
    done = [expand_duty(duty=duty, now=now) for duty in duties]
    return Expansion(
        created=sum(one.created for one in done),
        removed=sum(one.removed for one in done),
        booked=sum(one.booked for one in done),
    )


def _wanted_periods(duty: Duty, *, now: dt.datetime) -> list[Period]:
    today = local_day(now, tz=duty.site.tz)
    last = today + dt.timedelta(days=_horizon_days(duty))
    if duty.last_on:
        last = min(last, duty.last_on)
    days = days_between(max(today, duty.first_on), last + dt.timedelta(days=1))
    days_of_duty = [day for day in days if day.isoweekday() == duty.weekday]
    if not days_of_duty:
        return []
    closed = closed_days([duty.site.network_id], first_on=days_of_duty[0], last_on=days_of_duty[-1])
    place = Place.of(duty.site)
    periods = (_period_on(day, duty) for day in days_of_duty if not closed.include(day, place=place))
    return [period for period in periods if period is not None]


def _horizon_days(duty: Duty) -> int:
    """How far ahead one can book here; the last of these days is bookable in part."""
    furthest = Service.objects.filter(network=duty.site.network_id).aggregate(days=Max("horizon_days"))["days"]
    return max(SHORTEST_HORIZON_DAYS - 1, furthest or 0)


def _period_on(day: dt.date, duty: Duty) -> Period | None:
    try:
        return at_local(day, duty.starts_at, tz=duty.site.tz), at_local(day, duty.ends_at, tz=duty.site.tz)
    except ValueError:
        # The clock change skips or repeats this hour: nobody can be told when to come.
        return None


def _open_shifts(duty: Duty, *, now: dt.datetime) -> QuerySet[Shift]:
    return duty.shifts.filter(ends_at__gt=now).order_by("starts_at", "pk")


def _is_wanted(shift: Shift, duty: Duty, wanted: list[Period]) -> bool:
    is_same_place = (shift.advisor_id, shift.site_id) == (duty.advisor_id, duty.site_id)
    return is_same_place and (shift.starts_at, shift.ends_at) in wanted


def _count_booked(shift: Shift, *, now: dt.datetime) -> int:
    booked = Appointment.objects.active().within(max(shift.starts_at, now), shift.ends_at)
    return booked.filter(advisor=shift.advisor_id, site=shift.site_id).count()


def _still_missing(duty: Duty, wanted: list[Period]) -> list[Period]:
    if not wanted:
        return []
    near = Shift.objects.within(wanted[0][0], wanted[-1][1])
    taken = list(near.filter(Q(advisor=duty.advisor_id) | Q(duty=duty)).values_list("starts_at", "ends_at"))
    return [period for period in wanted if is_free(period, taken)]
