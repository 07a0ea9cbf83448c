"""What a person does to the rota: each one act, with what becomes of the appointments that it touches."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from appointments.models import Absence, Duty, DutyChange
from appointments.recurrence import RecurrenceError, check_recurrence, days_of
from appointments.rules import ChangedMeanwhile, RoomTaken, RotaError
from appointments.services.finding.openings import closed_days
from appointments.services.rota.duties import Expansion, Placeless, Written, advisors_of, standing_duties, write_shifts
from appointments.services.rota.expansion import as_ruled, find_horizon, rule_of
from appointments.services.rota.orphans import Resolutions, keep_appointments
from citemetiers.kernel.codes import fingerprint
from citemetiers.kernel.dates import date_words, local_day
from sites.models import Desk, Room, Site, Theme, User

# A rule that falls on no day in so many years is a mistake.
LOOK_AHEAD = dt.timedelta(days=5 * 366)


def save_duty(
    *, duty: Duty, themes: Collection[Theme], resolutions: Resolutions, now: dt.datetime, seen: str = ""
) -> Expansion:
    """Write a new or changed duty with its themes and shifts, and what becomes of appointments that lose their advisor.

    Raises OrphanedAppointments, RoomTaken or RotaError. A duty of one day must be possible on it; of several,
    those days are left alone on which the advisor is on another shift at that time, unless these are all its days.
    Raises ChangedMeanwhile when the duty is no longer what its fingerprint ``seen`` says.
    """
    _check_duty(duty, themes)
    former = Duty.objects.filter(pk=duty.pk).first()
    is_same_place = former is not None and (former.room_id, former.desk_id) == (duty.room_id, duty.desk_id)

    def change() -> Written:
        if seen and seen != fingerprint_of(duty.pk):
            raise ChangedMeanwhile
        duty.save()
        duty.themes.set(themes)
        written = write_shifts([duty], now=now)
        _refuse_without_place(one for one in written.placeless if one.is_new or not is_same_place)
        if duty.first_on == duty.last_on and written.left_alone:
            raise _is_on_another_shift(duty.advisor, field="starts_at")
        if written.left_alone and not duty.shifts.filter(ends_at__gt=now).exists():
            text = _("On each of these days, %(advisor)s already receives at this time.") % {"advisor": duty.advisor}
            raise RotaError(text, field="starts_at")
        return written

    return _act([duty, *([former] if former else [])], change, instance=duty, resolutions=resolutions, now=now)


def fingerprint_of(pk: int | None) -> str:
    """A sign of all that a duty says now; another one after any change, empty where there is no duty."""
    if pk is None:
        return ""
    rows = Duty.objects.filter(pk=pk).order_by("themes")
    names = [field.attname for field in Duty._meta.concrete_fields]
    found = [str(row) for row in rows.values_list(*names, "themes")]
    return fingerprint("\n".join(found)) if found else ""


def end_duty(*, duty: Duty, last_on: dt.date, resolutions: Resolutions, now: dt.datetime) -> Expansion:
    """Give a duty its last day; one that has not begun and would end before it does goes altogether.

    Raises OrphanedAppointments or RotaError.
    """
    is_void = last_on < duty.first_on
    if is_void and duty.first_on < local_day(now, tz=duty.site.tz):
        raise RotaError(_("The last day cannot be before the first day."), field="last_on")

    def change() -> Written:
        if is_void:
            removed = list(duty.shifts.order_by("pk"))
            Duty.objects.filter(pk=duty.pk).delete()
            return Written(removed=removed)
        duty.last_on = last_on
        duty.save(update_fields=["last_on"])
        return write_shifts([duty], now=now)

    return _act([duty], change, instance=duty, resolutions=resolutions, now=now)


def find_day(*, duty: Duty, day: dt.date) -> DutyChange:
    """What a duty does on one of its days: the change that somebody saved, or, unsaved, what its rule says.

    Raises RotaError for a day that is none of the duty's.
    """
    if not days_of(rule_of(duty), since=day, until=day):
        raise RotaError(_("The duty is not on %(day)s.") % {"day": date_words(day)}, field="day")
    saved = DutyChange.objects.filter(duty=duty, day=day).first()
    found = saved or as_ruled(duty, day)
    found.duty = duty
    return found


def change_day(*, change: DutyChange, resolutions: Resolutions, now: dt.datetime) -> Expansion:
    """Do only this one differently, or not at all: nothing else of the duty changes. The last word on a day holds.

    Raises OrphanedAppointments, RoomTaken or RotaError.
    """
    duty, day = change.duty, change.day
    before = find_day(duty=duty, day=day)
    _check_day(change, before, now=now)

    def save() -> Written:
        change.pk = before.pk
        change.save()
        return _written_on(day, duty, must_stand=not change.is_off, now=now)

    return _act([duty], save, instance=change, advisor_ids={change.advisor_id}, resolutions=resolutions, now=now)


def restore_day(*, duty: Duty, day: dt.date, resolutions: Resolutions, now: dt.datetime) -> Expansion:
    """Let a day be again as the rule of the duty says.

    Raises OrphanedAppointments, RoomTaken or RotaError.
    """

    def restore() -> Written:
        DutyChange.objects.filter(duty=duty, day=day).delete()
        return _written_on(day, duty, must_stand=False, now=now)

    return _act([duty], restore, instance=duty, resolutions=resolutions, now=now)


def save_absence(*, absence: Absence, resolutions: Resolutions, now: dt.datetime) -> Expansion:
    """Let an advisor be away, everywhere: what is left of their shifts stands, rests of less than 15 minutes go.

    Raises OrphanedAppointments, about every appointment of theirs in this time, or RotaError when it is
    entered already.
    """

    def save() -> None:
        same = Absence.objects.filter(
            advisor=absence.advisor_id, starts_at__lte=absence.starts_at, ends_at__gte=absence.ends_at
        )
        if same.exclude(pk=absence.pk).exists():
            raise RotaError(_("This absence is already entered."), field="first_on")
        absence.save()

    former = Absence.objects.filter(pk=absence.pk).first()
    advisor_ids = {absence.advisor_id, *([former.advisor_id] if former else [])}
    return _change_absence(absence, advisor_ids, save=save, resolutions=resolutions, now=now, away=absence)


def remove_absence(*, absence: Absence, now: dt.datetime) -> Expansion:
    """Let an advisor be there again; a room that was given to somebody else meanwhile stays theirs."""
    return _change_absence(absence, {absence.advisor_id}, save=absence.delete, resolutions={}, now=now)


def _change_absence(  # noqa: PLR0913  the parts of one act
    absence: Absence,
    advisor_ids: Collection[int],
    *,
    save: Callable[[], object],
    resolutions: Resolutions,
    now: dt.datetime,
    away: Absence | None = None,
) -> Expansion:
    concerned = Q(advisor__in=advisor_ids) | Q(changes__advisor__in=advisor_ids)
    duties = list(standing_duties(now=now).filter(concerned).distinct())

    def change() -> Written:
        save()
        return write_shifts(duties, now=now)

    return _act(duties, change, instance=absence, advisor_ids=advisor_ids, resolutions=resolutions, now=now, away=away)


def _act(  # noqa: PLR0913  the parts of one act
    duties: Collection[Duty],
    change: Callable[[], Written],
    *,
    instance: models.Model,
    resolutions: Resolutions,
    now: dt.datetime,
    advisor_ids: Collection[int | None] = (),
    away: Absence | None = None,
) -> Expansion:
    with _as_before(instance):
        kept = [duty for duty in duties if duty.pk]
        written = keep_appointments(
            change,
            advisor_ids={
                *advisors_of(kept, now=now),
                *(duty.advisor_id for duty in duties),
                *(advisor_id for advisor_id in advisor_ids if advisor_id),
            },
            site_ids={duty.site_id for duty in duties},
            resolutions=resolutions,
            now=now,
            away=away,
        )
    return written.expansion


@contextmanager
def _as_before(instance: models.Model) -> Iterator[None]:
    """Nothing was written: neither does the instance say that it was, so that it can be saved again."""
    key = instance.pk
    try:
        yield
    except BaseException:
        instance.pk = key
        raise


def _written_on(day: dt.date, duty: Duty, *, must_stand: bool, now: dt.datetime) -> Written:
    """The shifts as they are with a changed day; what does not go that day is refused, not left out."""
    written = write_shifts([duty], now=now)
    _refuse_without_place(one for one in written.placeless if one.shift.stands_for_on == day)
    for shift in written.left_alone:
        if shift.stands_for_on == day:
            raise _is_on_another_shift(shift.advisor)
    plan = find_day(duty=duty, day=day)
    is_written = duty.shifts.filter(stands_for_on=day, ends_at__gt=now).exists()
    if must_stand and not is_written and plan.on is not None and plan.on <= find_horizon(site=duty.site, now=now):
        raise RotaError(
            _("Nobody can receive at these times: the advisor is away, or the clock is changed then."),
            field="starts_at",
        )
    return written


def _check_duty(duty: Duty, themes: Collection[Theme]) -> None:
    if not themes:
        raise RotaError(_("Choose at least one theme."), field="themes")
    if duty.weekday is None:
        try:
            check_recurrence(duty.recurrence)
        except RecurrenceError as error:
            raise RotaError(str(error), field="recurrence") from error
    if not days_of(rule_of(duty), since=duty.first_on, until=duty.first_on + LOOK_AHEAD):
        raise RotaError(_("Between its first and its last day, the duty falls on no day."), field="first_on")
    _check_place(duty.site, duty.room, duty.desk)


def _check_day(change: DutyChange, before: DutyChange, *, now: dt.datetime) -> None:
    site = change.duty.site
    today = local_day(now, tz=site.tz)
    if any(day is not None and day < today for day in (change.on, before.on)):
        raise RotaError(_("This day is over: it cannot be changed any more."), field="on")
    _check_place(site, change.room, change.desk)
    if change.on is not None and closed_days(site, days={change.on}, now=now):
        raise RotaError(_("The place is closed on %(day)s.") % {"day": date_words(change.on)}, field="on")


def _check_place(site: Site, room: Room | None, desk: Desk | None) -> None:
    for place in (room, desk):
        if place is not None and place.site_id != site.pk:
            raise RotaError(_("Choose a room or a desk of this place."), field="place")


def _refuse_without_place(found: Iterable[Placeless]) -> None:
    for one in found:
        day = local_day(one.shift.starts_at, tz=one.shift.duty.site.tz)
        raise RoomTaken(place=str(one.wanted.room or one.wanted.desk), day=day, field="place")


def _is_on_another_shift(advisor: User, *, field: str = "advisor") -> RotaError:
    text = _("%(advisor)s is already on another shift at this time.") % {"advisor": advisor}
    return RotaError(text, field=field)
