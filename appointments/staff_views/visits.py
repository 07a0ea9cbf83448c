"""One appointment, for a visitor who calls or stands at the desk: found by its code, moved, cancelled."""

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

from appointments.enums import PRESCRIBERS, State, WhoBooks
from appointments.forms import CancelForm, FindForm, MoveForm
from appointments.forms.reception import How
from appointments.models import Appointment
from appointments.rules import AppointmentError, can_change, is_link_expired
from appointments.services import (
    apologise,
    call_of,
    cancel_appointment,
    find_free_slots,
    move_appointment,
    secret_url,
)
from appointments.services.agenda.agenda import find_by_code
from appointments.staff_views.marks import marks_of
from appointments.staff_views.moments import DAYS_LOOKED_AT, by_day, day_asked, window
from appointments.staff_views.seats import KEEP_AGENDA, kept_appointment, kept_sites
from citemetiers.kernel.access import permission_required
from citemetiers.kernel.dates import local_day
from citemetiers.kernel.qr import qr_code
from sites.staff_views import REFUSED, StaffRequest


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(KEEP_AGENDA)
def find(request: StaffRequest) -> HttpResponse:
    sites = kept_sites(request)
    form = FindForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        found = find_by_code(form.cleaned_data["code"], sites=sites)
        if found is not None:
            return redirect("agenda:appointment", found.pk)
        form.add_error("code", _("No appointment at your sites has this code. Let the visitor read it out again."))
    status = REFUSED if form.errors else None
    return render(request, "appointments/agenda/find.html", {"form": form, "sites": sites}, status=status)


@never_cache
@require_safe
@permission_required(KEEP_AGENDA)
def appointment(request: StaffRequest, pk: UUID) -> HttpResponse:
    found, now = kept_appointment(request, pk), timezone.now()
    has_link = bool(found.secret_fingerprint) and not is_link_expired(found, now=now)
    link = secret_url(found, language=found.language) if has_link else ""
    context = _facts(found, now=now) | {
        "call": call_of(found, now=now),
        "marks": marks_of(found, now=now),
        "link": link,
        # The visitor's own form: staff need no second one, and see no more of an address there than they do.
        "reach_url": secret_url(found, language=found.language, page="appointment-reach") if has_link else "",
        "qr": qr_code(link) if link else "",
        "is_for_another": found.booked_by in PRESCRIBERS,
    }
    return render(request, "appointments/agenda/appointment.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(KEEP_AGENDA)
def move(request: StaffRequest, pk: UUID) -> HttpResponse:
    found, now = kept_appointment(request, pk), timezone.now()
    if found.state == State.CANCELLED:
        messages.info(request, _("This appointment is over or cancelled: it cannot be changed any more."))
        return redirect("agenda:appointment", pk)
    problem = ""
    if request.method == "POST":
        form = MoveForm(request.POST)
        try:
            if form.is_valid():
                starts_at = form.cleaned_data["starts"]
                move_appointment(appointment=found, starts_at=starts_at, now=now, who=WhoBooks.RECEPTION)
                messages.success(request, _("The appointment has a new time. The code stays the same."))
                return redirect("agenda:appointment", pk)
            problem = _("Choose one of the free times.")
        except AppointmentError as error:
            problem = str(error)
    context = _facts(found, now=now) | _other_moments(request, found, now=now) | {"problem": problem}
    return render(request, "appointments/agenda/move.html", context, status=REFUSED if problem else None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(KEEP_AGENDA)
def cancel(request: StaffRequest, pk: UUID) -> HttpResponse:
    found, now = kept_appointment(request, pk), timezone.now()
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = apologise if form.cleaned_data["how"] == How.US else cancel_appointment
        try:
            act(appointment=found, now=now)
        except AppointmentError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The appointment is cancelled."))
            return redirect("agenda:appointment", pk)
    context = _facts(found, now=now) | {"form": form}
    return render(request, "appointments/agenda/cancel.html", context, status=REFUSED if form.errors else None)


def _facts(found: Appointment, *, now: dt.datetime) -> dict[str, Any]:
    starts_at = found.starts_at.astimezone(found.site.tz)
    query = {"site": found.site.slug, "day": starts_at.date().isoformat()}
    return {
        "appointment": found,
        "site": found.site,
        "theme": found.service.theme,
        "starts_at": starts_at,
        "language_name": found.get_language_display(),
        "channel": found.get_channel_display(),
        "minutes": int((found.ends_at - found.starts_at).total_seconds()) // 60,
        "code_parts": (found.code[:3], found.code[3:]) if found.code else (),
        "can_change": can_change(found, now=now),
        "is_to_move": found.state == State.TO_MOVE,
        "day_url": f"{reverse('agenda:day')}?{urlencode(query)}",
    }


def _other_moments(request: StaffRequest, found: Appointment, *, now: dt.datetime) -> dict[str, Any]:
    today = local_day(now, tz=found.site.tz)
    first_on = max(day_asked(request.GET.get("day", ""), otherwise=today), today)
    since, until = window(first_on, site=found.site)
    slots = find_free_slots(
        theme=found.service.theme,
        sites=[found.site],
        now=now,
        language=found.language,
        channel=found.channel,
        who=WhoBooks.RECEPTION,
        since=max(since, now),
        until=until,
    )
    later_on = first_on + DAYS_LOOKED_AT
    return {
        "days": by_day(slots, sites={found.site_id: found.site}),
        "first_on": first_on,
        "later_on": later_on,
        "later_url": f"?{urlencode({'day': later_on.isoformat()})}",
    }
