"""Whose turn it is, and the call. No ticket is ever called to two desks."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.enums import AT_A_DESK, TicketState
from appointments.models import Seating, Ticket
from appointments.queue_rules import (
    NobodyWaits,
    check_day_of,
    check_receives,
    check_standing_of,
    desk_occupied,
    not_their_desk,
)
from appointments.services.queue.desks import lock_seating, open_desks
from appointments.services.queue.numbers import label_of, queue_of
from appointments.waiting_time import KEPT_FOR, place_in_line
from citemetiers.kernel.dates import local_day
from sites.models import Site, User

RULE = _(
    "First those to whom reception gives priority. Then booked visitors whose time has come, the one due first; for "
    "ten minutes they are kept for their own advisor, if that one is at a desk. Then the order of arrival. A desk "
    "calls only for its own themes and languages."
)
# Whoever presses twice, or whose answer was lost, calls once.
AGAIN_AFTER = dt.timedelta(seconds=10)
OF_THE_RULE = (
    *("site", "number", "state", "language", "is_priority", "queued_at", "due_at", "seating"),
    *("theme__code", "theme__common__code", "appointment__advisor"),
)


def whose_turn(
    tickets: Iterable[Ticket], *, seating: Seating, now: dt.datetime, desks: Collection[Seating] = ()
) -> list[Ticket]:
    """Those whom a desk may call, the next one first.

    The rule is ``RULE``; those passed on to this desk wait for no other. ``desks``: who is at one just now.
    """
    codes = _codes_of(seating)
    theirs = {one.advisor_id: (one, _codes_of(one)) for one in desks if one.paused_at is None}

    def may_call(ticket: Ticket) -> bool:
        if ticket.seating_id is not None:
            return ticket.seating_id == seating.pk
        return _serves(seating, codes, ticket) and not is_kept(ticket)

    def is_kept(ticket: Ticket) -> bool:
        if ticket.appointment is None or ticket.due_at is None or ticket.is_priority:
            return False
        own = theirs.get(ticket.appointment.advisor_id)
        is_theirs = ticket.appointment.advisor_id == seating.advisor_id
        is_kept_time = ticket.due_at <= now < ticket.due_at + KEPT_FOR
        return is_kept_time and not is_theirs and own is not None and _serves(*own, ticket)

    waiting = (ticket for ticket in tickets if ticket.state == TicketState.WAITING)
    return sorted(filter(may_call, waiting), key=lambda ticket: place_in_line(ticket, now=now))


def waiting_at(*, site: Site, now: dt.datetime, seating: Seating | None = None) -> list[Ticket]:
    """Those who may be called at a site today, with what the calling rule asks for and no more; one query.

    For one desk, without most of those whom it does not serve: there may be hundreds in line.
    """
    rows = Ticket.objects.at(site, day=local_day(now, tz=site.tz)).waiting()
    if seating is not None:
        codes = _codes_of(seating)
        is_served = Q(theme__code__in=codes) | Q(theme__common__code__in=codes)
        rows = rows.filter(Q(seating=seating) | Q(is_served, seating=None, language__in=seating.languages))
    return list(rows.select_related("theme__common", "appointment").only(*OF_THE_RULE).order_by("number"))


def call_next(*, seating: Seating, by: User, now: dt.datetime) -> Ticket:
    """Call whoever's turn it is to a desk; whoever is called there already is still the one called.

    Raises NobodyWaits, or DeskError when the desk is closed, paused, somebody else's, or a visitor is in session.
    """
    desks = open_desks(site=seating.site, now=now)
    mine = next((one for one in desks if one.pk == seating.pk), seating)
    line = whose_turn(waiting_at(site=seating.site, now=now, seating=mine), seating=mine, now=now, desks=desks)
    return _call_first(line, seating=mine, desks=desks, by=by, now=now)


@transaction.atomic
def call_this(*, ticket: Ticket, seating: Seating, by: User, now: dt.datetime) -> Ticket:
    """Call one visitor out of turn, a parked one too, whatever they come for. Twice is once."""
    held = lock_seating(seating)
    check_receives(held, by=by, now=now)
    present = _present_at(held)
    if present is not None and present.pk == ticket.pk:
        return present
    if present is not None:
        raise desk_occupied(label_of(present, queue_of(held.site)))
    current = lock_ticket(ticket, by=by, now=now)
    check_standing_of(current, states=(TicketState.WAITING, TicketState.PARKED))
    return _call(current, seating=held, now=now)


@transaction.atomic
def call_again(*, ticket: Ticket, by: User, now: dt.datetime) -> Ticket:
    """Call somebody once more; within seconds, or when the session has begun, nothing changes."""
    current = lock_ticket(ticket, by=by, now=now)
    if current.state == TicketState.RECEIVED:
        return current
    check_standing_of(current, states=(TicketState.CALLED,))
    if current.called_at is not None and now < current.called_at + AGAIN_AFTER:
        return current
    return change(current, called_at=now, times_called=current.times_called + 1)


@transaction.atomic
def begin_session(*, ticket: Ticket, by: User, now: dt.datetime) -> Ticket:
    """Say that the visitor has come to the desk. Twice is once."""
    current = lock_ticket(ticket, by=by, now=now)
    if current.state == TicketState.RECEIVED:
        return current
    check_standing_of(current, states=(TicketState.CALLED,))
    return change(current, state=TicketState.RECEIVED, began_at=now)


def lock_ticket(ticket: Ticket, *, by: User | None, now: dt.datetime) -> Ticket:
    """The ticket of today as it stands, held until the transaction ends; after the desk, before its appointment.

    Refused to somebody who sits at another desk than the visitor: a slip. Who sits nowhere, such as reception, may.
    """
    rows = Ticket.objects.select_for_update(of=("self",), no_key=True)
    related = ("site__queue", "theme__common", "seating__desk", "appointment")
    current = rows.select_related(*related).get(pk=ticket.pk)
    check_day_of(current, now=now)
    if by is not None and current.state in AT_A_DESK and current.seating is not None:
        is_elsewhere = Seating.objects.open().filter(advisor=by).exclude(pk=current.seating.pk)
        if current.seating.advisor_id != by.pk and is_elsewhere.exists():
            raise not_their_desk()
    return current


def lock_waiting(key: uuid.UUID) -> Ticket | None:
    """A ticket that still waits, held until the transaction ends; none when it is gone, or held by another desk."""
    rows = Ticket.objects.waiting().select_for_update(of=("self",), no_key=True, skip_locked=True)
    return rows.select_related("site__queue", "theme__common", "appointment").filter(pk=key).first()


def change(ticket: Ticket, **changes: object) -> Ticket:
    """Write some columns of a ticket that is held."""
    for name, value in changes.items():
        setattr(ticket, name, value)
    ticket.save(update_fields=list(changes))
    return ticket


@transaction.atomic
def _call_first(
    line: Sequence[Ticket], *, seating: Seating, desks: Collection[Seating], by: User, now: dt.datetime
) -> Ticket:
    held = lock_seating(seating)
    check_receives(held, by=by, now=now)
    present = _present_at(held)
    if present is not None and present.state == TicketState.CALLED:
        return present
    if present is not None:
        raise desk_occupied(label_of(present, queue_of(held.site)))
    for one in line:
        current = lock_waiting(one.pk)
        # Since the line was read it may have been passed on, to a desk or to a theme of another one.
        if current is not None and whose_turn([current], seating=seating, now=now, desks=desks):
            return _call(current, seating=held, now=now)
    raise NobodyWaits


def _call(ticket: Ticket, *, seating: Seating, now: dt.datetime) -> Ticket:
    times_called = ticket.times_called + 1
    return change(ticket, state=TicketState.CALLED, seating=seating, called_at=now, times_called=times_called)


def _present_at(seating: Seating) -> Ticket | None:
    rows = Ticket.objects.at_a_desk().select_related("site__queue", "theme__common", "seating__desk")
    return rows.filter(seating=seating).first()


def _codes_of(seating: Seating) -> frozenset[str]:
    return frozenset(theme.common_code for theme in seating.themes.all())


def _serves(seating: Seating, codes: frozenset[str], ticket: Ticket) -> bool:
    return ticket.language in seating.languages and ticket.theme.common_code in codes
