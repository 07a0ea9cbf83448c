"""A week as it was planned, once more in another week."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import attrgetter

from django.db import transaction
from django.utils.translation import gettext as _

from appointments.models import Duty, Shift
from appointments.rules import RotaError
from appointments.services.finding.openings import closed_days
from appointments.services.rota.duties import Written, lock_rota, write_shifts
from appointments.services.rota.expansion import find_horizon
from appointments.services.rota.week import advisors_here
from citemetiers.kernel.dates import date_words, local_day
from sites.models import Site, User

WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A shift that was not copied to a day, and why."""

    advisor: User
    on: dt.date
    why: str


@dataclass(frozen=True, slots=True)
class Copied:
    """The duties of one day each that were written, and what was left out."""

    duties: tuple[Duty, ...]
    skipped: tuple[Skipped, ...]


@transaction.atomic
def copy_week(
    *, site: Site, monday: dt.date, to_monday: dt.date, now: dt.datetime, advisors: Collection[User] | None = None
) -> Copied:
    """Write the shifts of a week once more in another one, as they are with what was changed only that week.

    Each becomes a duty of one day. Left out, with the reason: whoever does not advise here any more, is on another
    shift then or away, closed days, days that are over, rooms that are taken. Raises RotaError for a week that is not
    planned yet.
    """
    last = find_horizon(site=site, now=now)
    if to_monday + WEEK > last + dt.timedelta(days=1):
        text = _("Shifts are planned until %(day)s. Choose an earlier week.")
        raise RotaError(text % {"day": date_words(last)}, field="to_monday")
    shifts = _shifts_of_week(site, monday, advisors)
    lock_rota(advisor_ids={shift.advisor_id for shift in shifts}, site_ids={site.pk})
    # Once the locks are held: nobody leaves meanwhile.
    here, later = set(advisors_here(site).values_list("pk", flat=True)), to_monday - monday
    left = [_as_left(shift, site, later=later) for shift in shifts if shift.advisor_id not in here]
    pairs = [(shift, _as_duty(shift, site, later=later)) for shift in shifts if shift.advisor_id in here]
    duties = Duty.objects.bulk_create(duty for _shift, duty in pairs)
    through = Duty.themes.through
    through.objects.bulk_create(
        through(duty_id=duty.pk, theme_id=theme.pk) for shift, duty in pairs for theme in shift.duty.themes.all()
    )
    written = write_shifts(duties, now=now)
    reasons = _reasons(duties, written, site=site, now=now)
    # Without the duty, its shift without a room goes too.
    Duty.objects.filter(pk__in=reasons).delete()
    skipped = [Skipped(duty.advisor, duty.first_on, reasons[duty.pk]) for duty in duties if duty.pk in reasons]
    by_day = sorted(left + skipped, key=attrgetter("on"))
    return Copied(tuple(duty for duty in duties if duty.pk not in reasons), tuple(by_day))


def preview_copy(*, site: Site, monday: dt.date, to_monday: dt.date, now: dt.datetime) -> Copied:
    """What copying a week would write and leave out; nothing is written."""
    with transaction.atomic():
        copied = copy_week(site=site, monday=monday, to_monday=to_monday, now=now)
        transaction.set_rollback(True)
    return copied


def _shifts_of_week(site: Site, monday: dt.date, advisors: Collection[User] | None) -> list[Shift]:
    midnight = dt.datetime.combine(monday, dt.time(), tzinfo=site.tz)
    shifts = Shift.objects.filter(site=site, starts_at__gte=midnight, starts_at__lt=midnight + WEEK)
    if advisors is not None:
        shifts = shifts.filter(advisor__in=advisors)
    shifts = shifts.select_related("duty", "advisor").prefetch_related("duty__themes")
    return list(shifts.order_by("starts_at", "advisor__display_name", "pk"))


def _as_left(shift: Shift, site: Site, *, later: dt.timedelta) -> Skipped:
    return Skipped(shift.advisor, local_day(shift.starts_at, tz=site.tz) + later, _("Not an advisor here."))


def _as_duty(shift: Shift, site: Site, *, later: dt.timedelta) -> Duty:
    day = local_day(shift.starts_at, tz=site.tz) + later
    return Duty(
        advisor=shift.advisor,
        site=site,
        weekday=day.isoweekday(),
        first_on=day,
        last_on=day,
        starts_at=shift.starts_at.astimezone(site.tz).time(),
        ends_at=shift.ends_at.astimezone(site.tz).time(),
        languages=shift.duty.languages,
        channels=shift.duty.channels,
        room_id=shift.room_id,
        desk_id=shift.desk_id,
        is_illustrative=shift.duty.is_illustrative,
    )


def _reasons(duties: Sequence[Duty], written: Written, *, site: Site, now: dt.datetime) -> dict[int, str]:
    """Why some duties of one day cannot stand, by duty."""
    today = local_day(now, tz=site.tz)
    closed = closed_days(site, days={duty.first_on for duty in duties if duty.first_on >= today}, now=now)
    standing = {shift.duty_id for shift in written.created}
    elsewhere = {shift.duty_id for shift in written.left_alone}
    placeless = {one.shift.duty_id for one in written.placeless}
    reasons = {}
    for duty in duties:
        if duty.pk in placeless:
            text = _("%(place)s is already used at this time.")
            reasons[duty.pk] = text % {"place": duty.room or duty.desk}
        elif duty.pk in elsewhere:
            reasons[duty.pk] = _("Already on another shift at this time.")
        elif duty.first_on in closed:
            reasons[duty.pk] = _("The place is closed on this day.")
        elif duty.pk not in standing:
            is_over = duty.first_on <= today
            reasons[duty.pk] = _("This time is over.") if is_over else _("Away, or the clock is changed then.")
    return reasons
