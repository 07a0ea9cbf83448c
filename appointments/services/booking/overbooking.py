"""Which moment may be given on purpose: at an hour at which somebody may receive, and not free anyway."""

import datetime as dt

from django.utils.translation import gettext as _

from appointments.enums import WhoBooks
from appointments.models import Appointment, Shift
from appointments.rules import FreeTimeError, MomentError, NotOnDutyError, check_moment
from appointments.services.booking.advisors import check_works_at, free_among, held_by
from appointments.services.finding.on_duty import on_duty_at, taken_periods
from appointments.services.finding.openings import openings_of
from citemetiers.kernel.dates import local_day
from sites.models import User

# Where the hours of a site are not known, nobody is called there at night.
EARLIEST, LATEST = dt.time(6), dt.time(22)


def check_overbooking(wanted: Appointment, *, advisor: User, now: dt.datetime, is_sure: bool) -> None:
    """Refuse what nobody can keep or what needs no overbooking; whoever is not on duty must be meant (``is_sure``)."""
    check_moment(wanted.service, starts_at=wanted.starts_at, now=now, who=WhoBooks.RECEPTION)
    check_works_at(advisor, appointment=wanted)
    _check_hours(wanted)
    _check_not_free(wanted, advisor=advisor, now=now)
    if not is_sure:
        _check_on_duty(wanted, advisor=advisor)


def _check_hours(wanted: Appointment) -> None:
    site, period = wanted.site, (wanted.starts_at, wanted.ends_at)
    openings = openings_of([site], now=wanted.starts_at)[site.pk]
    first, last = (moment.astimezone(site.tz) for moment in period)
    is_daytime = first.date() == last.date() and first.time() >= EARLIEST and last.time() <= LATEST
    if not openings.is_known_on(local_day(wanted.starts_at, tz=site.tz)) and not is_daytime:
        raise MomentError(_("The hours of this place are not known: give a time between 6:00 and 22:00."))
    if not openings.include(period):
        raise MomentError(_("The place is closed at this time, or closes before the end. Choose another time."))


def _check_not_free(wanted: Appointment, *, advisor: User, now: dt.datetime) -> None:
    """The time of this very advisor: whoever wants somebody who is taken may not want a colleague."""
    period = wanted.starts_at, wanted.ends_at
    on_duty = on_duty_at(
        service=wanted.service,
        site=wanted.site,
        language=wanted.language,
        channel=wanted.channel,
        period=period,
        is_open=True,
    )
    if advisor.pk not in {shift.advisor_id for shift in on_duty}:
        return
    taken = taken_periods({advisor.pk}, within=held_by(wanted), now=now)
    if free_among({advisor.pk}, period=held_by(wanted), taken=taken):
        raise FreeTimeError


def _check_on_duty(wanted: Appointment, *, advisor: User) -> None:
    here = Shift.objects.filter(advisor=advisor, site=wanted.site).covering(wanted.starts_at, wanted.ends_at)
    if not here.exists():
        raise NotOnDutyError(_("%(name)s does not receive then.") % {"name": advisor.display_name})
    if not here.for_service(wanted.service).speaking(wanted.language).exists():
        raise NotOnDutyError(_("%(name)s does not do this theme in this language.") % {"name": advisor.display_name})
