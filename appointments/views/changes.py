"""What a visitor changes behind the secret link: move, cancel, erase. Each asks once and is done with one press."""

import datetime as dt
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from appointments.enums import State, WhoBooks
from appointments.models import Appointment
from appointments.rules import AppointmentError, MomentError, can_change
from appointments.services import cancel_appointment, forget_visitor, move_appointment
from appointments.views.done import done_url
from appointments.views.key import facts_of, with_appointment
from appointments.views.moments import find_days
from appointments.views.offers import days_without, offers_of
from appointments.views.protection import check_proof, proof_context
from appointments.views.wish import UnknownWishError, Wish, read_choice, read_day

CHANGEABLE = (State.BOOKED, State.TO_MOVE)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@with_appointment
def appointment_move(request: HttpRequest, secret: str, found: Appointment) -> HttpResponse:
    if request.method != "POST" and found.state not in CHANGEABLE:
        return redirect("appointments:appointment", secret)
    now = timezone.now()
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            starts_at = read_choice(request.POST.get("moment", ""), wish=wish_of(found)).starts_at or now
            check_proof(request, network_id=found.site.network_id, act=f"move {found.pk} {starts_at.isoformat()}")
            move_appointment(appointment=found, starts_at=starts_at, now=now, who=_asker(found))
            return redirect(done_url("moved", secret))
        except AppointmentError as error:
            context = _refusal(error, found)
    context = facts_of(secret, found) | other_moments(request, found, now=now) | context
    context["days"] = days_without(context["days"], context.get("instead", ()))
    status = HTTPStatus.CONFLICT if "problem" in context else HTTPStatus.OK
    return render(request, "appointments/move.html", context, status=status)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@with_appointment
def appointment_cancel(request: HttpRequest, secret: str, found: Appointment) -> HttpResponse:
    if request.method != "POST" and found.state not in CHANGEABLE:
        return redirect("appointments:appointment", secret)
    now, problem, status = timezone.now(), "", HTTPStatus.OK
    if request.method == "POST":
        try:
            cancel_appointment(appointment=found, now=now)
            return redirect(done_url("cancelled", secret))
        except AppointmentError as error:
            problem, status = str(error), HTTPStatus.CONFLICT
    context = facts_of(secret, found) | {"problem": problem, "can_change": can_change(found, now=now)}
    return render(request, "appointments/cancel.html", context, status=status)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@with_appointment
def appointment_erase(request: HttpRequest, secret: str, found: Appointment) -> HttpResponse:
    if request.method == "POST":
        forget_visitor(appointment=found)
        return redirect(done_url("erased", secret))
    context = facts_of(secret, found) | {"is_booked": found.state == State.BOOKED}
    return render(request, "appointments/erase.html", context)


def wish_of(found: Appointment) -> Wish:
    """What was booked, as a wish for another moment: same question, place, language and way."""
    return Wish(theme=found.service.theme, site=found.site, language=found.language, channel=found.channel)


def other_moments(request: HttpRequest, found: Appointment, *, now: dt.datetime) -> dict[str, Any]:
    """The moments to which an appointment may move; none once it cannot be changed any more."""
    if not can_change(found, now=now):
        return {"can_change": False, "days": []}
    try:
        first_on = read_day(request.GET.get("from", ""))
    except UnknownWishError:
        first_on = None
    wish = wish_of(found)
    days, later_on, is_illustrative = find_days(
        wish.but(first_on=first_on), site=found.site, theme=found.service.theme, who=_asker(found), now=now
    )
    return proof_context(request) | {
        "can_change": True,
        "days": days,
        "later_url": f"?{urlencode({'from': later_on.isoformat()})}" if later_on else "",
        "is_illustrative": is_illustrative,
        "anywhere_url": wish.but(site=None, is_anywhere=True).url,
    }


def _asker(found: Appointment) -> WhoBooks:
    # Whoever holds an appointment moves it, whoever booked it for them.
    return WhoBooks.RECEPTION if found.service.who_books == WhoBooks.RECEPTION else WhoBooks.PRESCRIBER


def _refusal(error: AppointmentError, found: Appointment) -> dict[str, Any]:
    slots = (
        [slot for slot in error.next_slots if slot.site_id == found.site_id] if isinstance(error, MomentError) else []
    )
    instead = offers_of(slots, wish=wish_of(found), sites={found.site_id: found.site}, reader=found.language)
    return {"problem": str(error), "instead": instead}
