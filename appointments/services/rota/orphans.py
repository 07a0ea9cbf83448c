"""A change of the rota leaves nobody without an advisor unseen: it is written together with what becomes of them."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeVar

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appointments.enums import ACTIVE_STATES, MessageKind, Remedy, WhoBooks
from appointments.models import Absence, Appointment, Shift
from appointments.rules import AppointmentError, RotaError
from appointments.services.booking.advisors import free_among, held_by
from appointments.services.booking.by_staff import apologise, ask_to_move, reassign_appointment
from appointments.services.booking.moving import move_appointment
from appointments.services.finding.on_duty import taken_periods
from appointments.services.finding.openings import openings_of
from appointments.services.finding.search import find_free_slots
from appointments.services.messages.due import is_within_reach, list_untold
from appointments.services.rota.duties import lock_rota
from appointments.slots import Slot
from sites.models import Theme, User

MOST_LATER, MOST_EARLIER = 5, 2
# Another time is offered among those soon before and after.
BEFORE, AFTER = dt.timedelta(days=7), dt.timedelta(days=21)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Resolution:
    """What becomes of one appointment: which colleague receives, or which other time it gets."""

    remedy: Remedy
    advisor_id: int | None = None
    starts_at: dt.datetime | None = None


Resolutions = Mapping[uuid.UUID, Resolution]


@dataclass(frozen=True, slots=True)
class Orphan:
    """An appointment that would stand in no shift of its advisor any more, and what could become of it.

    Colleagues receive and are free at that very moment; slots are free moments: those after it, the nearest
    first, then those before it.
    ``problem`` says why the resolution asked for is not possible.
    """

    appointment: Appointment
    colleagues: tuple[User, ...]
    slots: tuple[Slot, ...]
    problem: str = ""


class OrphanedAppointments(RotaError):  # noqa: N818  the name says it all
    """Nothing was changed: first it must be said what becomes of these appointments."""

    def __init__(self, orphans: Sequence[Orphan]) -> None:
        text = ngettext(
            "%(count)d appointment would lose its advisor. Say what becomes of it.",
            "%(count)d appointments would lose their advisor. Say what becomes of each.",
            len(orphans),
        )
        super().__init__(text % {"count": len(orphans)})
        self.orphans = tuple(orphans)


@transaction.atomic
def keep_appointments(  # noqa: PLR0913  the parts of one act
    change: Callable[[], T],
    *,
    advisor_ids: Collection[int],
    site_ids: Collection[int],
    resolutions: Resolutions,
    now: dt.datetime,
    away: Absence | None = None,
) -> T:
    """Make a change of the rota of these advisors, at these sites, and of their appointments, whole or not at all.

    Raises OrphanedAppointments unless a possible resolution is given for each appointment that would lose its advisor:
    for each of whoever is ``away`` then, in a shift or not.
    """
    site_ids = {*site_ids, *(one.site_id for one in _missed(away, now=now))}
    # Whoever receives there too: a colleague or another moment may be wanted, and nobody is locked out of order.
    there = Shift.objects.filter(site__in=site_ids, ends_at__gt=now).order_by("advisor")
    lock_rota(advisor_ids={*advisor_ids, *there.values_list("advisor_id", flat=True).distinct()}, site_ids=site_ids)
    before = _standing(advisor_ids, now=now)
    done = change()
    after = {appointment.pk for appointment in _standing(advisor_ids, now=now)}
    lost = [appointment for appointment in before if appointment.pk not in after]
    lost += [appointment for appointment in _missed(away, now=now) if appointment not in lost]
    lost.sort(key=lambda one: (one.starts_at, one.pk))
    if lost:
        resolve(lost, resolutions=resolutions, now=now)
    return done


def to_come(among: QuerySet[Appointment], *, now: dt.datetime) -> list[Appointment]:
    """The active ones that have not begun, with all that decides who may receive, the first one first; one query."""
    rows = among.filter(state__in=ACTIVE_STATES, starts_at__gt=now)
    related = ("site__network", "service__theme__common", "advisor", "visitor")
    return list(rows.select_related(*related).order_by("starts_at", "pk"))


def _missed(away: Absence | None, *, now: dt.datetime) -> list[Appointment]:
    """Appointments to come of whoever is away then; one query."""
    if away is None:
        return []
    theirs = Appointment.objects.filter(advisor=away.advisor_id, starts_at__lt=away.ends_at, ends_at__gt=away.starts_at)
    return to_come(theirs, now=now)


def _standing(advisor_ids: Collection[int], *, now: dt.datetime) -> list[Appointment]:
    """Appointments to come that stand in a shift of their advisor, the first one first; three queries."""
    appointments = to_come(Appointment.objects.filter(advisor__in=advisor_ids), now=now)
    if not appointments:
        return []
    shifts = _shifts_around(appointments, among=Shift.objects.filter(advisor__in=advisor_ids))
    return [
        appointment
        for appointment in appointments
        if any(shift.advisor_id == appointment.advisor_id and _serves(shift, appointment) for shift in shifts)
    ]


def _shifts_around(appointments: Sequence[Appointment], *, among: QuerySet[Shift]) -> list[Shift]:
    """Shifts at the sites of some appointments while these last, with all that decides whom they serve."""
    first, last = min(one.starts_at for one in appointments), max(one.ends_at for one in appointments)
    themes = Prefetch("duty__themes", queryset=Theme.objects.select_related("common").order_by("pk"))
    sites = {one.site_id for one in appointments}
    rows = among.filter(site__in=sites, starts_at__lt=last, ends_at__gt=first)
    return list(rows.select_related("duty", "advisor").prefetch_related(themes).order_by("pk"))


def _serves(shift: Shift, appointment: Appointment) -> bool:
    """Whether the appointment could be kept, from its start to its end, in this shift."""
    duty = shift.duty
    return (
        shift.site_id == appointment.site_id
        and shift.starts_at <= appointment.starts_at
        and appointment.ends_at <= shift.ends_at
        and appointment.language in duty.languages
        and (not duty.channels or appointment.channel in duty.channels)
        and _word(appointment.service.theme) in {_word(theme) for theme in duty.themes.all()}
    )


def _word(theme: Theme) -> str:
    return theme.common.code if theme.common else theme.code


def resolve(lost: Sequence[Appointment], *, resolutions: Resolutions, now: dt.datetime) -> None:
    """Carry out a resolution for each appointment, all of them or none; the caller holds the locks.

    Raises OrphanedAppointments when one has no resolution, or one that is not possible.
    """
    problems: dict[uuid.UUID, str] = {}
    is_said = all(appointment.pk in resolutions for appointment in lost)
    if is_said:
        with transaction.atomic():
            problems = _apply(lost, resolutions=resolutions, now=now)
            # One that is not possible takes back the others: they are asked for again, together.
            transaction.set_rollback(bool(problems))
    if problems or not is_said:
        raise OrphanedAppointments(as_orphans(lost, problems=problems, now=now))


def as_orphans(
    lost: Sequence[Appointment], *, problems: Mapping[uuid.UUID, str], now: dt.datetime
) -> tuple[Orphan, ...]:
    """Appointments with what could become of each; four queries, and at most five for each wish among them."""
    if not lost:
        return ()
    colleagues, slots = _colleagues(lost, now=now), _nearest_slots(lost, now=now)
    return tuple(Orphan(one, colleagues[one.pk], slots[one.pk], problems.get(one.pk, "")) for one in lost)


def _apply(lost: Sequence[Appointment], *, resolutions: Resolutions, now: dt.datetime) -> dict[uuid.UUID, str]:
    """Carry out the resolutions; why some are not possible, by appointment."""
    problems = {}
    # A colleague asked for by name goes before a moment that any colleague may be given for.
    order = list(Remedy)
    for appointment in sorted(lost, key=lambda one: order.index(resolutions[one.pk].remedy)):
        try:
            with transaction.atomic():
                _carry_out(appointment, resolutions[appointment.pk], now=now)
        except AppointmentError as error:
            problems[appointment.pk] = str(error)
    return problems


def _carry_out(appointment: Appointment, resolution: Resolution, *, now: dt.datetime) -> None:
    match resolution:
        case Resolution(Remedy.KEEP_WITH, advisor_id=int(advisor_id)):
            [colleagues] = _colleagues([appointment], now=now).values()
            advisor = next((one for one in colleagues if one.pk == advisor_id), None)
            if advisor is None:
                raise RotaError(_("This colleague does not receive at this time, or was just booked."))
            reassign_appointment(appointment=appointment, advisor=advisor, now=now)
        case Resolution(Remedy.MOVE, starts_at=dt.datetime() as starts_at):
            moved = move_appointment(appointment=appointment, starts_at=starts_at, now=now, who=WhoBooks.RECEPTION)
            list_untold(appointment=moved, kind=MessageKind.MOVED, now=now)
        case Resolution(Remedy.OFFER):
            ask_to_move(appointment=appointment, now=now)
        case Resolution(Remedy.CANCEL):
            apologise(appointment=appointment, now=now)
        case _:
            raise RotaError(_("Choose who receives, or the other time."))


def _colleagues(appointments: Sequence[Appointment], *, now: dt.datetime) -> dict[uuid.UUID, tuple[User, ...]]:
    """Who else receives for the whole of each appointment and is free, by name; four queries."""
    shifts = _shifts_around(appointments, among=Shift.objects.all())
    span = min(one.starts_at for one in appointments), max(one.free_again_at for one in appointments)
    taken = taken_periods({shift.advisor_id for shift in shifts}, within=span, now=now)
    openings = openings_of({one.site_id: one.site for one in appointments}.values(), now=now)
    found = {}
    for one in appointments:
        # The shifts of a day closed since stand until the night.
        is_open = openings[one.site_id].include((one.starts_at, one.ends_at))
        receiving = {shift.advisor_id: shift.advisor for shift in shifts if is_open and _serves(shift, one)}
        receiving.pop(one.advisor_id, None)
        free = [receiving[key] for key in free_among(receiving, period=held_by(one), taken=taken)]
        found[one.pk] = tuple(sorted(free, key=lambda advisor: (advisor.display_name, advisor.pk)))
    return found


def _nearest_slots(appointments: Sequence[Appointment], *, now: dt.datetime) -> dict[uuid.UUID, tuple[Slot, ...]]:
    """The free moments nearest to each appointment, later ones first; one search for all who came for the same."""
    alike: dict[tuple[object, ...], list[Appointment]] = defaultdict(list)
    for one in appointments:
        alike[one.site_id, one.service_id, one.language, one.channel].append(one)
    found: dict[uuid.UUID, tuple[Slot, ...]] = {}
    for group in alike.values():
        slots = find_free_slots(
            theme=group[0].service.theme,
            sites=[group[0].site],
            now=now,
            language=group[0].language,
            channel=group[0].channel,
            who=WhoBooks.RECEPTION,
            since=max(now, min(one.starts_at for one in group) - BEFORE),
            until=max(one.starts_at for one in group) + AFTER,
        )
        found |= {one.pk: _nearest(slots, one, now=now) for one in group}
    return found


def _nearest(slots: Sequence[Slot], one: Appointment, *, now: dt.datetime) -> tuple[Slot, ...]:
    # Whoever else is free at the very moment is named as a colleague.
    later = [slot for slot in slots if slot.starts_at > one.starts_at]
    earliest = now + dt.timedelta(hours=one.service.notice_hours)
    # Who cannot be told would come too late for an earlier one.
    told = slots if is_within_reach(one) else ()
    earlier = [slot for slot in told if earliest <= slot.starts_at < one.starts_at]
    by_start = attrgetter("starts_at")
    return (*sorted(later, key=by_start)[:MOST_LATER], *sorted(earlier, key=by_start, reverse=True)[:MOST_EARLIER])
