"""What became of an appointment: arrived, done, did not come; and back on the same day, when it was a slip."""

import datetime as dt
from collections.abc import Callable

from django.db import transaction

from appointments.enums import State
from appointments.models import Appointment
from appointments.rules import check_arrival, check_begun, check_same_day, check_state
from appointments.services.booking.advisors import check_free, lock_advisors
from appointments.services.booking.moving import locked

MARKS = (State.ARRIVED, State.DONE, State.NO_SHOW)


def mark_arrived(*, appointment: Appointment, now: dt.datetime) -> Appointment:
    """Say that the visitor is here, not before the day. Twice is once."""
    return _mark(appointment, State.ARRIVED, since=(State.BOOKED,), check=check_arrival, now=now)


def mark_done(*, appointment: Appointment, now: dt.datetime) -> Appointment:
    """Say that the session took place, not before its start. Twice is once."""
    return _mark(appointment, State.DONE, since=(State.BOOKED, State.ARRIVED), check=check_begun, now=now)


def mark_no_show(*, appointment: Appointment, now: dt.datetime) -> Appointment:
    """Say that the visitor did not come, not before the start. Twice is once."""
    return _mark(appointment, State.NO_SHOW, since=(State.BOOKED,), check=check_begun, now=now)


@transaction.atomic
def unmark(*, appointment: Appointment, now: dt.datetime) -> Appointment:
    """Take a mark back on the day itself: booked again. Raises AdvisorError when the time is given away since."""
    lock_advisors({appointment.advisor_id})
    current = locked(appointment)
    if current.state == State.BOOKED:
        return current
    check_state(current, states=MARKS)
    check_same_day(current, now=now)
    if not current.is_overbooked:
        check_free(current.advisor_id, appointment=current, now=now)
    return _save(current, State.BOOKED)


@transaction.atomic
def _mark(
    appointment: Appointment,
    state: State,
    *,
    since: tuple[State, ...],
    check: Callable[..., None],
    now: dt.datetime,
) -> Appointment:
    current = locked(appointment)
    if current.state == state:
        return current
    check_state(current, states=since)
    check(current, now=now)
    return _save(current, state)


def _save(appointment: Appointment, state: State) -> Appointment:
    appointment.state = state
    appointment.save(update_fields=["state"])
    return appointment
