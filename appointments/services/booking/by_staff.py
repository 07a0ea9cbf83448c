"""What staff do with an appointment when its advisor cannot keep it: another advisor, another time, or an apology."""

import datetime as dt

from django.db import transaction

from appointments.enums import State
from appointments.models import Appointment
from appointments.rules import check_standing
from appointments.services.booking.advisors import check_receives, lock_advisors
from appointments.services.booking.moving import locked
from appointments.services.messages import due
from sites.models import User


@transaction.atomic
def reassign_appointment(*, appointment: Appointment, advisor: User, now: dt.datetime) -> Appointment:
    """Let another advisor, on duty and free then, keep the same moment. Nothing changes for the visitor.

    Raises AdvisorError.
    """
    lock_advisors({advisor.pk})
    current = locked(appointment)
    check_standing(current, now=now)
    if current.advisor_id == advisor.pk:
        return current
    check_receives(advisor, appointment=current, now=now)
    current.advisor, current.is_overbooked = advisor, False
    current.save(update_fields=["advisor", "is_overbooked"])
    return current


@transaction.atomic
def ask_to_move(*, appointment: Appointment, now: dt.datetime) -> Appointment:
    """Ask the visitor to choose another time: code and link stay, the time is held no more and given to nobody."""
    current = locked(appointment)
    if current.state == State.TO_MOVE:
        return current
    check_standing(current, now=now)
    current.state = State.TO_MOVE
    current.save(update_fields=["state"])
    due.plan_to_move(appointment=current, now=now)
    return current


@transaction.atomic
def apologise(*, appointment: Appointment, now: dt.datetime) -> Appointment:
    """Cancel what we cannot keep, and say sorry. Cancelling twice is cancelling once."""
    current = locked(appointment)
    if current.state == State.CANCELLED:
        return current
    check_standing(current, now=now, states=(State.BOOKED, State.TO_MOVE))
    current.state, current.cancelled_at, current.is_cancelled_by_us = State.CANCELLED, now, True
    current.save(update_fields=["state", "cancelled_at", "is_cancelled_by_us"])
    due.plan_apology(appointment=current, now=now)
    return current
