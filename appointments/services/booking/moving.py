"""Move and cancel: each one act, whole or not at all, and what was held goes to those who wait."""

import datetime as dt
from copy import copy

from django.db import transaction
from django.utils.translation import gettext as _

from appointments.enums import State, WhoBooks
from appointments.models import Appointment, Offer
from appointments.rules import AppointmentError, check_change, check_moment
from appointments.services.booking.advisors import find_advisor
from appointments.services.booking.freed import keep_back
from appointments.services.finding.moments import first_that_fits, wanted_appointment
from appointments.services.messages import due
from appointments.services.terms.details import erase_on
from visitors.services import postpone_erasure

# Each move gives a moment back, which nobody sees for a while, and sends a message.
MOST_MOVES = 5


class MovedOftenError(AppointmentError):
    """The link moved the appointment as often as a link may."""


def move_appointment(
    *,
    appointment: Appointment,
    starts_at: dt.datetime,
    now: dt.datetime,
    who: WhoBooks = WhoBooks.ANYONE,
    offer: Offer | None = None,
) -> Appointment:
    """Give the visitor another moment of the same service, site, way and language, or leave all as it was.

    An appointment that we asked to move is booked again with it. Code and link stay. After MOST_MOVES moves only
    reception moves it, or an offer. Raises AppointmentError.
    """
    wanted = wanted_appointment(
        site=appointment.site,
        theme=appointment.service.theme,
        language=appointment.language,
        channel=appointment.channel,
        starts_at=starts_at,
        # Whoever holds the appointment may move it, whoever booked it for them.
        who=WhoBooks.RECEPTION,
    )
    wanted.pk = appointment.pk
    notice_of = WhoBooks.RECEPTION if offer else who

    @transaction.atomic
    def write() -> Appointment:
        check_change(appointment, now=now)
        if _is_there(appointment, starts_at):
            return appointment
        check_moment(wanted.service, starts_at=starts_at, now=now, who=notice_of)
        wanted.advisor_id = find_advisor(wanted, now=now, slot=offer.slot if offer else None)
        return _move(appointment, wanted=wanted, is_by_link=who != WhoBooks.RECEPTION and offer is None, now=now)

    return first_that_fits(write, wanted=wanted, now=now, who=who)


@transaction.atomic
def cancel_appointment(*, appointment: Appointment, now: dt.datetime) -> Appointment:
    """Give the moment back. Cancelling twice is cancelling once."""
    current = locked(appointment)
    if current.state == State.CANCELLED:
        return current
    check_change(current, now=now)
    is_held = _holds_time(current)
    current.state, current.cancelled_at = State.CANCELLED, now
    current.save(update_fields=["state", "cancelled_at"])
    due.plan_cancelled(appointment=current, now=now)
    if is_held:
        _give_back(current, now=now)
    return current


def locked(appointment: Appointment) -> Appointment:
    """The appointment as it stands, with all that acts on it need, held until the transaction ends.

    Advisors are locked before sites, sites before appointments. The visitor is read when asked for, under the lock:
    joined, PostgreSQL would give the row as it stood before the wait.
    """
    rows = Appointment.objects.select_for_update(of=("self",))
    return rows.select_related("service__theme", "site__network").get(pk=appointment.pk)


def _move(appointment: Appointment, *, wanted: Appointment, is_by_link: bool, now: dt.datetime) -> Appointment:
    current = locked(appointment)
    check_change(current, now=now)
    if _is_there(current, wanted.starts_at):
        return current
    if is_by_link:
        _check_moves(current)
    before = copy(current)
    current.advisor_id, current.starts_at, current.ends_at = wanted.advisor_id, wanted.starts_at, wanted.ends_at
    current.free_again_at, current.state, current.is_overbooked = wanted.free_again_at, State.BOOKED, False
    current.revision += 1
    changed = ["advisor", "starts_at", "ends_at", "free_again_at", "state", "is_overbooked", "revision"]
    current.save(update_fields=changed)
    if current.visitor is not None:
        postpone_erasure(visitor=current.visitor, erase_on=erase_on(current))
    due.plan_moved(appointment=current, now=now)
    if _holds_time(before):
        _give_back(before, now=now)
    return current


def _check_moves(appointment: Appointment) -> None:
    if appointment.state == State.BOOKED and appointment.revision >= MOST_MOVES:
        text = _("This appointment was moved %(most)d times already. Call us to move it again, or cancel it.")
        raise MovedOftenError(text % {"most": MOST_MOVES})


def _is_there(appointment: Appointment, starts_at: dt.datetime) -> bool:
    return appointment.state == State.BOOKED and appointment.starts_at == starts_at


def _holds_time(appointment: Appointment) -> bool:
    return appointment.state == State.BOOKED and not appointment.is_overbooked


def _give_back(appointment: Appointment, *, now: dt.datetime) -> None:
    keep_back(
        advisor_id=appointment.advisor_id,
        site=appointment.site,
        service=appointment.service,
        starts_at=appointment.starts_at,
        free_again_at=appointment.free_again_at,
        now=now,
    )
