"""A number on the telephone: where it stands, and what one may do instead of waiting."""

import datetime as dt
import json
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from appointments.enums import ENDED, IN_LINE, Channel, TicketState
from appointments.models import Ticket
from appointments.rules import AppointmentError
from appointments.services import secret_of, shown_of
from appointments.services.queue import (
    Standing,
    book_instead,
    label_of,
    line_of,
    mark_left,
    moments_instead,
)
from appointments.slots import Slot
from appointments.views.done import done_url
from appointments.views.key import with_ticket
from appointments.views.offers import by_day, offers_of
from appointments.views.queue.elsewhere import shorter_elsewhere
from appointments.views.queue.polled import PolledRequest, mark_of, marked, page_mark, unchanged
from appointments.views.reader import language_of_reader
from appointments.views.wish import Wish, read_choice
from appointments.waiting_words import words_of

METHODS = ["GET", "HEAD", "POST"]
TEMPLATE = "appointments/queue/ticket.html"
KEPT = "no-store, private"
# One look at the line serves all telephones of a site for a moment; whoever is called sees it at once all the same.
LINE_KEPT_SECONDS = 5
MAY_LEAVE = (*IN_LINE, TicketState.CALLED)


@login_not_required
@require_safe
@with_ticket
def ticket(request: PolledRequest, secret: str, found: Ticket) -> HttpResponse:
    now = timezone.now()
    standing = _standing(found, now=now)
    shown = _shown(found, standing)
    mark = mark_of(*shown.values())
    response = unchanged(request, page_mark(request, mark), kept=KEPT)
    if response is None:
        context = _facts(secret, found) | shown | {"mark": json.dumps(mark)}
        if not request.htmx and found.state in IN_LINE:
            context["elsewhere"] = shorter_elsewhere(found, standing.estimate if standing else None, now=now)
        name = f"{TEMPLATE}#now" if request.htmx else TEMPLATE
        response = marked(render(request, name, context), page_mark(request, mark), kept=KEPT)
    return response


@login_not_required
@require_http_methods(METHODS)
@with_ticket
def ticket_leave(request: HttpRequest, secret: str, found: Ticket) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        try:
            mark_left(ticket=found, by=None, now=timezone.now())
            return redirect("queue:ticket", secret)
        except AppointmentError as error:
            problem = str(error)
    elif found.state not in MAY_LEAVE:
        return redirect("queue:ticket", secret)
    status = HTTPStatus.CONFLICT if problem else HTTPStatus.OK
    context = _facts(secret, found) | {"problem": problem}
    return render(request, "appointments/queue/ticket_leave.html", context, status=status)


@login_not_required
@require_http_methods(METHODS)
@with_ticket
def ticket_swap(request: HttpRequest, secret: str, found: Ticket) -> HttpResponse:
    now, problem, status = timezone.now(), "", HTTPStatus.OK
    slots: list[Slot] = []
    if request.method == "POST":
        try:
            return _swap(request, found, now=now)
        except AppointmentError as error:
            problem, status = str(error), HTTPStatus.CONFLICT
            slots = [one for one in getattr(error, "next_slots", ()) if one.site_id == found.site_id]
    elif found.state not in IN_LINE or found.due_at is not None:
        return redirect("queue:ticket", secret)
    slots = slots or moments_instead(ticket=found, now=now)
    offers = offers_of(slots, wish=_wish(found), sites={found.site_id: found.site}, reader=found.language)
    context = _facts(secret, found) | {
        "problem": problem,
        "days": by_day(offers),
        "book_url": _wish(found).url,
        "is_illustrative": any(slot.is_illustrative for slot in slots),
    }
    return render(request, "appointments/queue/ticket_swap.html", context, status=status)


def _swap(request: HttpRequest, found: Ticket, *, now: dt.datetime) -> HttpResponse:
    starts_at = read_choice(request.POST.get("moment", ""), wish=_wish(found)).starts_at
    booked = book_instead(ticket=found, starts_at=starts_at or now, language=language_of_reader(), now=now)
    response = redirect(done_url("booked", secret_of(booked)))
    response.status_code = HTTPStatus.SEE_OTHER
    return response


def _wish(found: Ticket) -> Wish:
    return Wish(theme=found.theme, site=found.site, language=found.language, channel=Channel.ON_SITE)


def _facts(secret: str, found: Ticket) -> dict[str, Any]:
    """What every page of a ticket tells: its number and place, and of the theme nothing in a title or an address."""
    return {
        "secret": secret,
        "site": found.site,
        "label": label_of(found, found.site.queue),
        "theme": found.theme,
        "can_leave": found.state in MAY_LEAVE,
        "can_swap": found.state in IN_LINE and found.due_at is None,
        "can_be_told": found.state in IN_LINE and found.near_told_at is None,
        "left": shown_of(found.visitor),
        "appointment_secret": _appointment_secret(found),
    }


def _appointment_secret(found: Ticket) -> str:
    is_swapped = found.state == TicketState.SWAPPED and found.appointment is not None
    return secret_of(found.appointment) if is_swapped and found.appointment else ""


def _standing(found: Ticket, *, now: dt.datetime) -> Standing | None:
    if found.state != TicketState.WAITING:
        return None
    key = f"queue-line-{found.site_id}"
    line: dict[Any, Standing] | None = cache.get(key)
    if line is None or found.pk not in line:
        line = line_of(site=found.site, now=now)
        cache.set(key, line, LINE_KEPT_SECONDS)
    return line.get(found.pk)


def _shown(found: Ticket, standing: Standing | None) -> dict[str, Any]:
    """What changes while one waits."""
    estimate = standing.estimate if standing else None
    return {
        "state": found.state,
        "is_over": found.state in ENDED,
        "desk": found.seating.desk.name if found.seating else "",
        "times_called": found.times_called,
        "before": standing.before if standing else None,
        "wait": words_of(estimate) if estimate else "",
        "is_past_closing": estimate is not None and estimate.is_past_closing,
        "due_at": found.due_at.astimezone(found.site.tz) if found.due_at else None,
    }
