"""Book, move, cancel: each one act, whole or not at all."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction

from appointments.enums import Channel, State
from appointments.models import Appointment, Service
from appointments.rules import MomentError, SlotTaken, check_change, check_channel, check_moment, not_offered
from appointments.services import messages
from appointments.services.links import secret_of
from appointments.services.search import find_next_slots, on_duty_at, taken_periods
from appointments.slots import OnDuty, Period, Slot, is_free
from citemetiers.kernel.codes import fingerprint, new_reference
from citemetiers.kernel.dates import local_day
from sites.models import Site, Theme, User
from visitors.services import erase_visitor, postpone_erasure, register_visitor

MOST_TRIES = 5
NO_OVERLAP = "appointment_one_at_a_time"


@dataclass(frozen=True, slots=True)
class VisitorDetails:
    """What a visitor chose to leave; all of it may be empty."""

    alias: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""


def book_appointment(  # noqa: PLR0913  what a visitor chooses, one by one
    *,
    site: Site,
    theme: Theme,
    language: str,
    starts_at: dt.datetime,
    now: dt.datetime,
    channel: str = Channel.ON_SITE,
    details: VisitorDetails | None = None,
    token: uuid.UUID | None = None,
) -> Appointment:
    """Book one moment for a visitor who may stay nobody. The same token and moment twice is one appointment.

    Raises MomentError, SlotTaken among them, with free moments to offer instead.
    """
    wanted = _wanted(site=site, theme=theme, language=language, starts_at=starts_at)
    wanted.channel = channel
    # One form may ask for several moments, one after the other: each has an id of its own.
    wanted.pk = _id_of(wanted, token=token) if token else wanted.pk

    @transaction.atomic
    def write() -> Appointment:
        already = Appointment.objects.filter(pk=wanted.pk).first()
        if already and _is_same(already, wanted):
            return already
        if already:
            wanted.pk = uuid.uuid4()
        return _insert(wanted, details=details or VisitorDetails(), now=now)

    return _first_that_fits(write, wanted=wanted, now=now)


def preview_appointment(
    *, site: Site, theme: Theme, language: str, starts_at: dt.datetime, now: dt.datetime
) -> Appointment:
    """What booking this moment would give, unsaved. Raises like book_appointment; holds nothing."""
    wanted = _wanted(site=site, theme=theme, language=language, starts_at=starts_at)

    def look() -> Appointment:
        check_moment(wanted.service, starts_at=starts_at, now=now)
        on_duty = _on_duty(wanted)
        if not on_duty:
            raise not_offered()
        if not free_among(on_duty, period=(wanted.starts_at, wanted.ends_at)):
            raise SlotTaken
        return wanted

    return _first_that_fits(look, wanted=wanted, now=now)


def move_appointment(*, appointment: Appointment, starts_at: dt.datetime, now: dt.datetime) -> Appointment:
    """Give the visitor another moment of the same service, site and language, or leave all as it was."""
    wanted = _wanted(
        site=appointment.site,
        theme=appointment.service.theme,
        language=appointment.language,
        starts_at=starts_at,
    )
    wanted.pk = appointment.pk

    @transaction.atomic
    def write() -> Appointment:
        return _move(appointment, wanted=wanted, now=now)

    return _first_that_fits(write, wanted=wanted, now=now)


@transaction.atomic
def cancel_appointment(*, appointment: Appointment, now: dt.datetime) -> Appointment:
    """Give the moment back. Cancelling twice is cancelling once."""
    current = _locked(appointment)
    if current.state == State.CANCELLED:
        return current
    check_change(current, now=now)
    current.state, current.cancelled_at = State.CANCELLED, now
    current.save(update_fields=["state", "cancelled_at"])
    messages.plan_cancelled(appointment=current, now=now)
    return current


@transaction.atomic
def forget_visitor(*, appointment: Appointment) -> None:
    """Erase what the visitor left, at once, and every message still owed. The appointment stands, without a name."""
    current = _locked(appointment)
    messages.drop_unsent(appointment=current)
    if current.visitor is not None:
        erase_visitor(visitor=current.visitor)


def lock_advisors(advisor_ids: set[int]) -> None:
    """Hold the rows of these advisors until the transaction ends; always in one order, so nobody waits in a ring."""
    rows = User.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=advisor_ids)
    list(rows.order_by("pk").values_list("pk", flat=True))


def free_among(advisor_ids: set[int], *, period: Period, but: Appointment | None = None) -> set[int]:
    """Those of the advisors whom no active appointment holds in the period."""
    taken = taken_periods(advisor_ids, within=period, but=but)
    return {advisor_id for advisor_id in advisor_ids if is_free(period, taken.get(advisor_id, ()))}


def _wanted(*, site: Site, theme: Theme, language: str, starts_at: dt.datetime) -> Appointment:
    service = Service.objects.select_related("theme").filter(network=site.network_id, theme=theme).first()
    if service is None or not site.is_open_to_public:
        raise not_offered()
    ends_at = starts_at + service.duration
    return Appointment(service=service, site=site, language=language, starts_at=starts_at, ends_at=ends_at)


def _id_of(wanted: Appointment, *, token: uuid.UUID) -> uuid.UUID:
    return uuid.uuid5(token, f"{wanted.service_id} {wanted.site_id} {wanted.starts_at.timestamp()}")


def _is_same(already: Appointment, wanted: Appointment) -> bool:
    """Whether the button was pressed twice; not so when the first was moved or cancelled meanwhile."""
    asked = (wanted.service_id, wanted.site_id, wanted.starts_at)
    given = (already.service_id, already.site_id, already.starts_at)
    return given == asked and already.state != State.CANCELLED


def _first_that_fits(write: Callable[[], Appointment], *, wanted: Appointment, now: dt.datetime) -> Appointment:
    for _try in range(MOST_TRIES):
        try:
            return write()
        except SlotTaken as error:
            raise SlotTaken(next_slots=_offered_instead(wanted, now=now)) from error
        except MomentError as error:
            raise MomentError(str(error), next_slots=_offered_instead(wanted, now=now)) from error
        except IntegrityError as error:
            if NO_OVERLAP in str(error):
                raise SlotTaken(next_slots=_offered_instead(wanted, now=now)) from error
            # The code was drawn before, or the button was pressed twice at once: look again.
            collision = error
    raise collision


def _offered_instead(wanted: Appointment, *, now: dt.datetime) -> list[Slot]:
    return find_next_slots(
        theme=wanted.service.theme, site=wanted.site, language=wanted.language, after=wanted.starts_at, now=now
    )


def _insert(appointment: Appointment, *, details: VisitorDetails, now: dt.datetime) -> Appointment:
    check_channel(appointment.service, channel=appointment.channel, email=details.email, phone=details.phone)
    appointment.advisor_id = _advisor_for(appointment, now=now)
    appointment.code = new_reference()
    appointment.secret_fingerprint = fingerprint(secret_of(appointment))
    appointment.visitor = register_visitor(
        alias=details.alias,
        email=details.email,
        phone=details.phone,
        language=details.language or appointment.language,
        erase_on=_erase_on(appointment),
    )
    appointment.save(force_insert=True)
    messages.plan_booked(appointment=appointment, now=now)
    return appointment


def _move(appointment: Appointment, *, wanted: Appointment, now: dt.datetime) -> Appointment:
    check_change(appointment, now=now)
    if wanted.starts_at == appointment.starts_at:
        return appointment
    advisor_id = _advisor_for(wanted, now=now)
    current = _locked(appointment)
    check_change(current, now=now)
    current.advisor_id, current.starts_at, current.ends_at = advisor_id, wanted.starts_at, wanted.ends_at
    current.revision += 1
    current.save(update_fields=["advisor", "starts_at", "ends_at", "revision"])
    if current.visitor is not None:
        postpone_erasure(visitor=current.visitor, erase_on=_erase_on(current))
    messages.plan_moved(appointment=current, now=now)
    return current


def _advisor_for(appointment: Appointment, *, now: dt.datetime) -> int:
    check_moment(appointment.service, starts_at=appointment.starts_at, now=now)
    on_duty = _on_duty(appointment)
    if not on_duty:
        raise not_offered()
    lock_advisors(on_duty)
    # Under the lock: nobody else books these advisors, nor changes their shifts, until the end.
    free = free_among(_on_duty(appointment), period=(appointment.starts_at, appointment.ends_at), but=appointment)
    if not free:
        raise SlotTaken
    return _least_booked(free, appointment)


def _on_duty(appointment: Appointment) -> set[int]:
    return {shift.advisor_id for shift in _shifts_of(appointment)}


def _shifts_of(appointment: Appointment) -> list[OnDuty]:
    return on_duty_at(
        service=appointment.service,
        site=appointment.site,
        language=appointment.language,
        period=(appointment.starts_at, appointment.ends_at),
    )


def _least_booked(advisor_ids: set[int], appointment: Appointment) -> int:
    """The one with the fewest appointments that day; among equals nobody's number or employer counts."""
    day = local_day(appointment.starts_at, tz=appointment.site.tz)
    midnight = dt.datetime.combine(day, dt.time(), tzinfo=appointment.site.tz)
    that_day = Appointment.objects.active().within(midnight, midnight + dt.timedelta(days=1))
    that_day = that_day.filter(advisor__in=advisor_ids).exclude(pk=appointment.pk)
    booked = Counter(that_day.values_list("advisor_id", flat=True))

    def turn(advisor_id: int) -> tuple[int, str]:
        return booked[advisor_id], fingerprint(f"{appointment.starts_at.isoformat()} {advisor_id}")

    return min(advisor_ids, key=turn)


def _locked(appointment: Appointment) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",))
    return rows.select_related("service__theme", "site__network", "visitor").get(pk=appointment.pk)


def _erase_on(appointment: Appointment) -> dt.date:
    last_day = local_day(appointment.ends_at, tz=appointment.site.tz)
    return last_day + dt.timedelta(days=settings.PORTAL_RETENTION_DAYS)
