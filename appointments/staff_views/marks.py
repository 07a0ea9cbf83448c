"""What may be said of an appointment at a moment: which marks a page offers, each with its key."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from appointments.enums import State
from appointments.models import Appointment
from appointments.rules import AppointmentError, check_arrival, check_begun, check_same_day
from appointments.services import mark_arrived, mark_done, mark_no_show, unmark

UNDO = "UNDO"
MARKS: dict[str, Callable[..., Appointment]] = {
    State.ARRIVED: mark_arrived,
    State.DONE: mark_done,
    State.NO_SHOW: mark_no_show,
    UNDO: unmark,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A button: what it says of the appointment, its words, its sign and its key."""

    code: str
    label: str | Promise
    sign: str
    key: str
    # The step between may be left out by key; on the screen it would be one button too many.
    is_by_key_alone: bool = False


ARRIVED = Mark(State.ARRIVED, pgettext_lazy("mark of an appointment", "Arrived"), "check", "A")
DONE = Mark(State.DONE, pgettext_lazy("mark of an appointment", "Done"), "success", "D")
DONE_AT_ONCE = replace(DONE, is_by_key_alone=True)
NO_SHOW = Mark(State.NO_SHOW, pgettext_lazy("mark of an appointment", "Did not come"), "cross", "N")
BACK = Mark(UNDO, pgettext_lazy("mark of an appointment", "Undo"), "undo", "U")
OFFERED: dict[str, tuple[tuple[Mark, Callable[..., None]], ...]] = {
    State.BOOKED: ((ARRIVED, check_arrival), (DONE_AT_ONCE, check_begun), (NO_SHOW, check_begun)),
    State.ARRIVED: ((DONE, check_begun), (BACK, check_same_day)),
    State.DONE: ((BACK, check_same_day),),
    State.NO_SHOW: ((BACK, check_same_day),),
}


def marks_of(appointment: Appointment, *, now: dt.datetime) -> list[Mark]:
    """The marks that would not be refused now, by the very rules that refuse them."""
    return [mark for mark, check in OFFERED.get(appointment.state, ()) if _passes(check, appointment, now)]


def _passes(check: Callable[..., None], appointment: Appointment, now: dt.datetime) -> bool:
    try:
        check(appointment, now=now)
    except AppointmentError:
        return False
    return True
