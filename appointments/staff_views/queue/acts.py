"""What may be done with a ticket where it stands: the buttons a page offers, each with its key."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from appointments.enums import TicketState
from appointments.models import Ticket
from appointments.services.queue import (
    Session,
    begin_session,
    call_again,
    finish,
    mark_left,
    mark_missing,
    mark_priority,
    park,
    return_to_line,
)

CALL = "call"
DONE = "done"


@dataclass(frozen=True, slots=True)
class Act:
    """A button: its words, its sign, its key, and where the ticket stands afterwards."""

    code: str
    label: str | Promise
    sign: str
    to: str
    key: str = ""


CALL_THIS = Act(CALL, pgettext_lazy("act on a ticket", "Call"), "arrow", TicketState.CALLED)
BEGIN = Act("begin", pgettext_lazy("act on a ticket", "Begin"), "check", TicketState.RECEIVED, "B")
AGAIN = Act("again", pgettext_lazy("act on a ticket", "Call again"), "undo", TicketState.CALLED, "G")
PARK = Act("park", pgettext_lazy("act on a ticket", "Park"), "clock", TicketState.PARKED, "P")
BACK = Act("return", pgettext_lazy("act on a ticket", "Back in line"), "back", TicketState.WAITING)
LEFT = Act("left", pgettext_lazy("act on a ticket", "Left"), "door", TicketState.LEFT, "L")
MISSING = Act("missing", pgettext_lazy("act on a ticket", "Did not come"), "cross", TicketState.NO_SHOW, "N")
FINISH = Act(DONE, pgettext_lazy("act on a ticket", "Done"), "success", TicketState.DONE, "D")
FIRST = Act("first", pgettext_lazy("act on a ticket", "Let go first"), "plus", TicketState.WAITING)
NOT_FIRST = Act("not-first", pgettext_lazy("act on a ticket", "No longer first"), "undo", TicketState.WAITING)

OFFERED: dict[str, tuple[Act, ...]] = {
    TicketState.WAITING: (CALL_THIS, PARK, LEFT, FIRST, NOT_FIRST),
    TicketState.PARKED: (CALL_THIS, BACK, LEFT, FIRST, NOT_FIRST),
    TicketState.CALLED: (BEGIN, FINISH, AGAIN, PARK, MISSING, LEFT, BACK),
    TicketState.RECEIVED: (FINISH, LEFT),
}
# To be called is the one act that needs a desk, to be finished the one that answers with a log.
DOES: dict[str, Callable[..., Any]] = {
    BEGIN.code: begin_session,
    AGAIN.code: call_again,
    PARK.code: park,
    BACK.code: return_to_line,
    LEFT.code: mark_left,
    MISSING.code: mark_missing,
    DONE: finish,
    FIRST.code: lambda **given: mark_priority(is_priority=True, **given),
    NOT_FIRST.code: lambda **given: mark_priority(is_priority=False, **given),
}
ACTS = {act.code: act for acts in OFFERED.values() for act in acts}


def acts_of(ticket: Ticket, *, has_free_desk: bool) -> list[Act]:
    """The buttons of a ticket for somebody whose desk is free for the next, or is not."""
    hidden = {FIRST.code if ticket.is_priority else NOT_FIRST.code}
    if not has_free_desk:
        hidden.add(CALL)
    return [act for act in OFFERED.get(ticket.state, ()) if act.code not in hidden]


def stamp_of(ticket: Ticket) -> str:
    """How a ticket stands, as a form carries it: whoever acts on what has changed meanwhile is told so."""
    first = int(ticket.is_priority)
    began = ticket.began_at.isoformat() if ticket.began_at else ""
    return f"{ticket.state}.{ticket.times_called}.{ticket.theme_id}.{ticket.seating_id or 0}.{first}.{began}"


def session_in(stamp: str) -> Session | None:
    """The session that was under way when a form was shown; none where it carries no such stamp."""
    try:
        _state, _times, theme, _seating, _first, began = stamp.split(".", 5)
        return Session(int(theme), dt.datetime.fromisoformat(began) if began else None)
    except ValueError:
        return None


def is_repeated(act: Act, ticket: Ticket) -> bool:
    """Whether the ticket stands where this act leads to already: the same request, sent twice."""
    if act in (FIRST, NOT_FIRST):
        return ticket.is_priority == (act is FIRST)
    return ticket.state == act.to
