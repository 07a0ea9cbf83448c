"""Duties become dated shifts, as far ahead as one can book."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from appointments.holiday_calendar import holidays_among
from appointments.models import Appointment, Duty, Shift
from appointments.slots import Period, is_free
from citemetiers.kernel.dates import at_local, days_between, local_day
from sites.models import Closure, Site, User

HORIZON_DAYS = 60


@dataclass(frozen=True, slots=True)
class Expansion:
    """What one expansion did; kept are shifts the duty no longer covers but where somebody is booked."""

    created: int = 0
    removed: int = 0
    kept: int = 0


@transaction.atomic
def expand_duty(*, duty: Duty, now: dt.datetime) -> Expansion:
    """Write the shifts of a duty from today to the horizon; a second call changes nothing.

    Future shifts that the duty no longer covers go, unless somebody is booked in them. Days on
    which the advisor is already on another shift at that time are left alone.
    """
    # The lock that bookings take: no visitor is booked into a shift while it goes.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=duty.advisor_id)
    wanted = _wanted_periods(duty, now=now)
    stale = [shift for shift in _open_shifts(duty, now=now) if not _is_wanted(shift, duty, wanted)]
    kept = [shift for shift in stale if _is_booked(shift)]
    gone = [shift.pk for shift in stale if shift not in kept]
    Shift.objects.filter(pk__in=gone).delete()
    created = Shift.objects.bulk_create(
        Shift(duty=duty, advisor_id=duty.advisor_id, site_id=duty.site_id, starts_at=starts_at, ends_at=ends_at)
        for starts_at, ends_at in _still_missing(duty, wanted)
    )
    return Expansion(created=len(created), removed=len(gone), kept=len(kept))


def extend_rota(*, now: dt.datetime) -> Expansion:
    """Expand every duty, so that there are always as many days ahead to book."""
    duties = Duty.objects.select_related("site__network").order_by("pk")
    done = [expand_duty(duty=duty, now=now) for duty in duties]
    return Expansion(
        created=sum(one.created for one in done),
        removed=sum(one.removed for one in done),
        kept=sum(one.kept for one in done),
    )


def _wanted_periods(duty: Duty, *, now: dt.datetime) -> list[Period]:
    today = local_day(now, tz=duty.site.tz)
    last = today + dt.timedelta(days=HORIZON_DAYS - 1)
    if duty.last_on:
        last = min(last, duty.last_on)
    days = days_between(max(today, duty.first_on), last + dt.timedelta(days=1))
    days_of_duty = [day for day in days if day.isoweekday() == duty.weekday]
    closed = _closed_among(days_of_duty, site=duty.site)
    periods = (_period_on(day, duty) for day in days_of_duty if day not in closed)
    return [period for period in periods if period is not None]


def _period_on(day: dt.date, duty: Duty) -> Period | None:
    try:
        return at_local(day, duty.starts_at, tz=duty.site.tz), at_local(day, duty.ends_at, tz=duty.site.tz)
    except ValueError:
        # The clock change skips or repeats this hour: nobody can be told when to come.
        return None


def _closed_among(days: list[dt.date], *, site: Site) -> set[dt.date]:
    if not days:
        return set()
    of_site = Q(site=site) | Q(site=None, network=site.network_id)
    closures = Closure.objects.filter(of_site, first_on__lte=days[-1], last_on__gte=days[0])
    spans = list(closures.values_list("first_on", "last_on"))
    closed = {day for day in days if any(first <= day <= last for first, last in spans)}
    return closed | holidays_among(days, country=site.network.country)


def _open_shifts(duty: Duty, *, now: dt.datetime) -> Iterable[Shift]:
    return duty.shifts.filter(starts_at__gt=now).order_by("starts_at", "pk")


def _is_wanted(shift: Shift, duty: Duty, wanted: list[Period]) -> bool:
    is_same_place = (shift.advisor_id, shift.site_id) == (duty.advisor_id, duty.site_id)
    return is_same_place and (shift.starts_at, shift.ends_at) in wanted


def _is_booked(shift: Shift) -> bool:
    booked = Appointment.objects.active().within(shift.starts_at, shift.ends_at)
    return booked.filter(advisor=shift.advisor_id, site=shift.site_id).exists()


def _still_missing(duty: Duty, wanted: list[Period]) -> list[Period]:
    if not wanted:
        return []
    near = Shift.objects.within(wanted[0][0], wanted[-1][1])
    taken = list(near.filter(Q(advisor=duty.advisor_id) | Q(duty=duty)).values_list("starts_at", "ends_at"))
    return [period for period in wanted if is_free(period, taken)]
