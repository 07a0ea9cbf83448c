"""Which advisor receives: on duty, free, and the one with the least to do that day."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from appointments.models import Appointment, FreedSlot, Shift
from appointments.rules import AdvisorError, SlotTaken, not_offered
from appointments.services.finding.on_duty import on_duty_at, taken_periods
from appointments.slots import Period, is_free
from citemetiers.kernel.codes import fingerprint
from citemetiers.kernel.dates import local_day
from sites.models import Membership, User

DAY = dt.timedelta(days=1)


def lock_advisors(advisor_ids: Collection[int]) -> None:
    """Hold the rows of these advisors until the transaction ends; always in one order, so nobody waits in a ring."""
    rows = User.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=advisor_ids)
    list(rows.order_by("pk").values_list("pk", flat=True))


def find_advisor(
    appointment: Appointment, *, now: dt.datetime, slot: FreedSlot | None = None, is_locked: bool = True
) -> int:
    """Who receives at this moment: free, and with the fewest appointments that day. Raises MomentError, or SlotTaken.

    Locked, nobody else books these advisors, nor changes their shifts, until the transaction ends.
    A moment given back counts as taken, unless it is ``slot``.
    """
    on_duty = on_duty_at(
        service=appointment.service,
        site=appointment.site,
        language=appointment.language,
        channel=appointment.channel,
        period=(appointment.starts_at, appointment.ends_at),
        lock=is_locked,
    )
    if not on_duty:
        raise not_offered()
    advisor_ids = {shift.advisor_id for shift in on_duty}
    taken = taken_periods(advisor_ids, within=_day_around(appointment), now=now, but=appointment, but_slot=slot)
    free = free_among(advisor_ids, period=held_by(appointment), taken=taken)
    if not free:
        raise SlotTaken
    if slot is not None and slot.advisor_id in free:
        return slot.advisor_id
    return _least_booked(free, taken=taken, at=appointment.starts_at)


def check_works_at(advisor: User, *, appointment: Appointment) -> None:
    """Refuse an advisor who is neither on duty at the place that day nor works there at all."""
    site = appointment.site
    on_duty = Shift.objects.filter(advisor=advisor, site=site).within(*_day_around(appointment))
    works_here = Membership.objects.filter(Q(site=site) | Q(network=site.network_id), user=advisor)
    if not on_duty.exists() and not works_here.exists():
        raise AdvisorError(_("This person does not work at this place. Choose somebody else."))


def check_receives(advisor: User, *, appointment: Appointment, now: dt.datetime) -> None:
    """Refuse an advisor who is not on duty for the whole of an appointment, or not free then."""
    period = appointment.starts_at, appointment.ends_at
    shifts = Shift.objects.for_service(appointment.service).speaking(appointment.language).covering(*period)
    if not shifts.filter(advisor=advisor, site=appointment.site).exists():
        raise AdvisorError(_("This person is not on duty here for this theme and language at this time."))
    check_free(advisor.pk, appointment=appointment, now=now)


def check_free(advisor_id: int, *, appointment: Appointment, now: dt.datetime) -> None:
    """Refuse an advisor whose time somebody else holds."""
    period = held_by(appointment)
    taken = taken_periods({advisor_id}, within=period, now=now, but=appointment)
    if not free_among({advisor_id}, period=period, taken=taken):
        raise AdvisorError(_("Another appointment holds this time of the advisor."))


def free_among(
    advisor_ids: Collection[int], *, period: Period, taken: Mapping[int, Sequence[Period]]
) -> Collection[int]:
    """Those of the advisors whom nothing holds in the period."""
    return [advisor_id for advisor_id in advisor_ids if is_free(period, taken.get(advisor_id, ()))]


def held_by(appointment: Appointment) -> Period:
    """The time of the advisor that an appointment holds."""
    return appointment.starts_at, appointment.free_again_at


def _day_around(appointment: Appointment) -> Period:
    """The local day of the appointment, and its end where that is later: who has least to do is seen there, too."""
    day = local_day(appointment.starts_at, tz=appointment.site.tz)
    midnight = dt.datetime.combine(day, dt.time(), tzinfo=appointment.site.tz)
    return midnight, max(midnight + DAY, appointment.free_again_at)


def _least_booked(advisor_ids: Collection[int], *, taken: Mapping[int, Sequence[Period]], at: dt.datetime) -> int:
    """The one with the fewest appointments that day; among equals nobody's number or employer counts."""

    def turn(advisor_id: int) -> tuple[int, str]:
        return len(taken.get(advisor_id, ())), fingerprint(f"{at.isoformat()} {advisor_id}")

    return min(advisor_ids, key=turn)
