"""Tell me if one frees up: the form, the page of who waits, and what is offered there."""

import datetime as dt
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appointments.enums import Channel
from appointments.models import Appointment, Wait
from appointments.rules import AppointmentError, MomentError, can_change
from appointments.services import (
    can_tell,
    decline_offer,
    end_wait,
    find_offer,
    is_illustrative,
    open_offer_of,
    open_wait_of,
    secret_of,
    shown_of,
    start_wait_for,
    take_offer,
)
from appointments.views.done import done_url, just_done
from appointments.views.key import with_appointment, with_wait
from citemetiers.kernel.errors import error_page
from sites.enums import Language


def waiting_context(found: Appointment, *, now: dt.datetime) -> dict[str, Any]:
    """What the page of an appointment says of waiting for an earlier moment: nothing once it cannot be moved."""
    if not can_change(found, now=now):
        return {}
    wait = open_wait_of(appointment=found, now=now) if found.has_open_wait else None
    return {"can_wait": wait is None, "wait": wait} | _offered(wait, now=now)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@with_appointment
def appointment_wait(request: HttpRequest, secret: str, found: Appointment) -> HttpResponse:
    if request.method != "POST":  # the page before it reloaded, or a bookmark
        return redirect("appointments:appointment", secret)
    try:
        return redirect(_answer_for(request, secret, found, now=timezone.now()))
    except AppointmentError as error:
        return error_page(
            HTTPStatus.CONFLICT,
            title=_("This did not work"),
            text=str(error),
            link_url=reverse("appointments:appointment", args=[secret]),
            link_label=_("Back to my appointment"),
        )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@with_wait
def wait(request: HttpRequest, secret: str, found: Wait) -> HttpResponse:
    now, problem = timezone.now(), ""
    if request.method == "POST":
        try:
            return redirect(_answer(request, secret, found, now=now))
        except AppointmentError as error:
            problem = str(error)
    elif found.appointment is not None:
        return redirect("appointments:appointment", secret_of(found.appointment))
    context = {
        "secret": secret,
        "wait": found,
        "site": found.site,
        "theme": found.theme,
        "left": shown_of(found.visitor),
        "can_tell": can_tell(found.visitor, network=found.site.network),
        "way_name": Channel(found.channel).label,
        "language_name": Language(found.language).label,
        "problem": problem,
        "done": just_done(request.GET.get("done", ""), secret=secret, found=found),
    }
    status = HTTPStatus.CONFLICT if problem else HTTPStatus.OK
    return render(request, "appointments/wait.html", context | _offered(found, now=now), status=status)


def _answer_for(request: HttpRequest, secret: str, found: Appointment, *, now: dt.datetime) -> str:
    """What was pressed on the page of an appointment, and where it leads."""
    match request.POST.get("do"):
        case "start":
            start_wait_for(appointment=found, now=now)
        case "take":
            _take(request, found.waits.all(), now=now)
            return done_url("moved", secret)
        case "decline":
            _decline(request, found.waits.all(), now=now)
            return done_url("declined", secret)
        case "stop":
            for standing in found.waits.filter(ended_at=None).order_by("pk"):
                end_wait(wait=standing, now=now)
    return reverse("appointments:appointment", args=[secret])


def _answer(request: HttpRequest, secret: str, found: Wait, *, now: dt.datetime) -> str:
    """What was pressed on the page of a wait, and where it leads."""
    waits = Wait.objects.filter(pk=found.pk)
    match request.POST.get("do"):
        case "take":
            return done_url("booked", secret_of(_take(request, waits, now=now)))
        case "decline":
            _decline(request, waits, now=now)
            return done_url("declined", secret, page="appointments:wait")
        case "stop":
            end_wait(wait=found, now=now)
    return reverse("appointments:wait", args=[secret])


def _take(request: HttpRequest, waits: QuerySet[Wait], *, now: dt.datetime) -> Appointment:
    offer = find_offer(number=request.POST.get("offer", ""), waits=waits)
    try:
        return take_offer(offer=offer, now=now)
    except MomentError:
        # The rota has changed since: the next moment must not wait for this one to expire.
        decline_offer(offer=offer, now=now)
        raise


def _decline(request: HttpRequest, waits: QuerySet[Wait], *, now: dt.datetime) -> None:
    decline_offer(offer=find_offer(number=request.POST.get("offer", ""), waits=waits), now=now)


def _offered(found: Wait | None, *, now: dt.datetime) -> dict[str, Any]:
    offer = open_offer_of(wait=found, now=now) if found is not None and found.ended_at is None else None
    if found is None or offer is None or offer.slot is None:
        return {"offer": None}
    return {
        "offer": offer,
        "offered": _local(offer.starts_at, found),
        "until": _local(offer.expires_at, found),
        "is_offer_illustrative": is_illustrative(
            service=offer.slot.service,
            site=found.site,
            language=found.language,
            period=(offer.starts_at, offer.starts_at + offer.slot.service.duration),
            advisor_id=offer.slot.advisor_id,
        ),
    }


def _local(moment: dt.datetime, found: Wait) -> dt.datetime:
    # Without a zone, or the template would show it in that of the server.
    return moment.astimezone(found.site.tz).replace(tzinfo=None)
