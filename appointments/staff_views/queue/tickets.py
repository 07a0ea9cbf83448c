"""One visitor after the other: called, received, passed on, done."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from appointments.enums import ENDED, TicketState
from appointments.models import Seating, Ticket
from appointments.rules import AppointmentError
from appointments.services.queue import (
    Closed,
    call_next,
    call_this,
    seating_of,
    second_session,
    transfer,
)
from appointments.staff_views.queue.acts import ACTS, CALL, DOES, DONE, Act, is_repeated, session_in, stamp_of
from appointments.staff_views.queue.line import is_free, row_of
from appointments.staff_views.queue.places import WORK_QUEUE, acted_on, worked_sites, worked_ticket
from citemetiers.kernel.access import permission_required
from citemetiers.kernel.dates import local_day
from citemetiers.kernel.seat import sit_at
from sites.models import Theme
from sites.staff_views import REFUSED, StaffRequest


@require_http_methods(["GET", "POST"])
@permission_required(WORK_QUEUE)
def call_next_one(request: StaffRequest) -> HttpResponse:
    sites = {site.pk for site in worked_sites(request)}
    if request.method == "GET":
        return redirect("counter:panel")
    now = timezone.now()
    seating = seating_of(user=request.user, now=now)
    if seating is None or seating.site_id not in sites:
        messages.error(request, _no_desk())
        return redirect("counter:panel")
    sit_at(request.session, seating.site, now=now)
    if not _is_received_at(seating):  # else the same press came twice: whoever was called is shown
        try:
            call_next(seating=seating, by=request.user, now=now)
        except AppointmentError as error:
            messages.info(request, str(error))
    return redirect("counter:panel")


@never_cache
@require_safe
@permission_required(WORK_QUEUE)
def ticket(request: StaffRequest, pk: UUID) -> HttpResponse:
    found, now = worked_ticket(request, pk), timezone.now()
    return render(request, "appointments/counter/ticket.html", _facts(request, found, now=now))


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(WORK_QUEUE)
def act(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = acted_on(request, pk)
    wished = ACTS.get(request.POST.get("act", ""))
    if request.method == "GET" or wished is None:
        return redirect("counter:panel")
    is_stale = request.POST.get("expects") != stamp_of(found)
    if is_stale and not is_repeated(wished, found):
        messages.error(request, _stale(found))
    elif not is_stale or wished.code == DONE:  # done twice, the log opens twice with the same
        try:
            return _answer(_do(request, wished, found))
        except AppointmentError as error:
            messages.error(request, str(error))
    return redirect("counter:panel")


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(WORK_QUEUE)
def pass_on(request: StaffRequest, pk: UUID) -> HttpResponse:
    found, now = acted_on(request, pk), timezone.now()
    themes, desks = _ways_on(request, found, now=now)
    if request.method == "POST":
        theme = next((one for one in themes if one.code == request.POST.get("theme")), None)
        desk = next((one for one in desks if str(one.pk) == request.POST.get("desk")), None)
        problem = _pass_on(request, found, theme=theme, desk=desk, now=now)
        if not problem:
            return redirect("counter:panel")
        messages.error(request, problem)
    context = _facts(request, found, now=now) | {"themes": themes, "desks": desks}
    status = REFUSED if request.method == "POST" else None
    return render(request, "appointments/counter/pass_on.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(WORK_QUEUE)
def second(request: StaffRequest, pk: UUID) -> HttpResponse:
    found, now = acted_on(request, pk), timezone.now()
    themes = _themes(found, now=now)
    if request.method == "POST":
        theme = next((one for one in themes if one.code == request.POST.get("theme")), None)
        return _begin_second(request, found, theme=theme, now=now)
    if found.state != TicketState.RECEIVED:
        messages.error(request, _stale(found))
        return redirect("counter:panel")
    others = [theme for theme in themes if theme.pk != found.theme_id]
    context = _facts(request, found, now=now) | {"themes": others}
    return render(request, "appointments/counter/second.html", context)


def log_url(closed: Closed) -> str:
    """The log of the desk, filled in with a session that is over; nothing in it leads to the ticket.

    What fills it in stands behind the "#": the browser keeps that to itself, so that no log of a server or a proxy
    ties a theme to a minute.
    """
    said = {
        "theme": closed.theme.code,
        "language": closed.language,
        "way": closed.way,
        "duration": closed.duration_band,
    }
    return f"{reverse('visitors:desk')}#{urlencode(said)}"


def _answer(done: Any) -> HttpResponse:
    return redirect(log_url(done) if isinstance(done, Closed) else "counter:panel")


def _do(request: StaffRequest, wished: Act, found: Ticket) -> Any:
    now = timezone.now()
    if wished.code != CALL:
        return DOES[wished.code](ticket=found, by=request.user, now=now)
    seating = seating_of(user=request.user, now=now)
    if seating is None or seating.site_id != found.site_id:
        raise AppointmentError(_no_desk())
    return call_this(ticket=found, seating=seating, by=request.user, now=now)


def _begin_second(request: StaffRequest, found: Ticket, *, theme: Theme | None, now: dt.datetime) -> HttpResponse:
    """The next question of the same person, about the same theme if none is given; the log of the first opens."""
    stamp = request.POST.get("expects", "")
    ends = session_in(stamp)
    is_repeated = found.state == TicketState.RECEIVED and theme in (None, found.theme)
    if ends is None or (stamp != stamp_of(found) and not is_repeated):
        messages.error(request, _stale(found))
        return redirect("counter:panel")
    try:
        closed, _next = second_session(ticket=found, ends=ends, theme=theme, by=request.user, now=now)
    except AppointmentError as error:
        messages.error(request, str(error))
        return redirect("counter:panel")
    return redirect(log_url(closed))


def _pass_on(
    request: StaffRequest, found: Ticket, *, theme: Theme | None, desk: Seating | None, now: dt.datetime
) -> str:
    """Why the visitor is not passed on; empty where that is done."""
    if theme is None and desk is None:
        return _("Choose where this visitor goes on.")
    if request.POST.get("expects") != stamp_of(found):
        return _stale(found)
    try:
        transfer(ticket=found, theme=theme, seating=desk, by=request.user, now=now)
    except AppointmentError as error:
        return str(error)
    messages.success(request, _("Passed on. The place in line is kept."))
    return ""


def _ways_on(request: StaffRequest, found: Ticket, *, now: dt.datetime) -> tuple[list[Theme], list[Seating]]:
    """Other themes, and other desks at which somebody receives."""
    today = local_day(now, tz=found.site.tz)
    themes = [theme for theme in _themes(found, now=now) if theme.pk != found.theme_id]
    desks = Seating.objects.at(found.site, day=today).open().exclude(advisor=request.user)
    return themes, list(desks.select_related("desk").order_by("desk__name", "pk"))


def _facts(request: StaffRequest, found: Ticket, *, now: dt.datetime) -> dict[str, Any]:
    seating = seating_of(user=request.user, now=now)
    here = seating if seating and seating.site_id == found.site_id else None
    free = is_free(here) and here is not None and not _is_received_at(here)
    return {
        "row": row_of(found, seating=here, is_free=free, now=now),
        "site": found.site,
        "is_over": found.state in ENDED,
    }


def _themes(found: Ticket, *, now: dt.datetime) -> list[Theme]:
    return list(Theme.objects.on_offer(today=local_day(now, tz=found.site.tz), network=found.site.network_id))


def _is_received_at(seating: Seating) -> bool:
    return Ticket.objects.at_a_desk().filter(seating=seating).exists()


def _no_desk() -> str:
    return _("Say first where you sit today.")


def _stale(found: Ticket) -> str:
    words = {"state": found.get_state_display()}
    return _("This ticket is in another state by now: %(state)s. Look at it again.") % words
