"""Reception gives numbers: a theme and Enter, or the code of an appointment."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from appointments.enums import ENDED, Origin
from appointments.forms.counter import ArrivalForm, TakeForm
from appointments.rules import AppointmentError
from appointments.services.queue import check_in_by_code, closes_before, label_of, take_ticket, ticket_url
from appointments.staff_views.queue.places import WORK_QUEUE, language_at, worked_sites, worked_ticket
from appointments.staff_views.seats import site_asked
from appointments.waiting_words import words_between
from citemetiers.kernel.access import permission_required
from citemetiers.kernel.dates import local_day
from citemetiers.kernel.qr import qr_code
from sites.models import Site
from sites.staff_views import REFUSED, StaffRequest


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(WORK_QUEUE)
def take(request: StaffRequest) -> HttpResponse:
    sites = worked_sites(request)
    site = site_asked(request, sites, request.POST or None)
    if site is None:
        return redirect("visitors:site-choose")
    now = timezone.now()
    form = _take_form(request, site, now=now, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = take_ticket(site=site, origin=Origin.RECEPTION, now=now, **form.cleaned_data)
        except AppointmentError as error:
            form.add_error(None, str(error))
        else:
            return redirect("counter:slip", made.pk)
    context = {"site": site, "form": form, "arrival_form": ArrivalForm()}
    return render(request, "appointments/counter/take.html", context, status=REFUSED if form.errors else None)


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(WORK_QUEUE)
def arrive(request: StaffRequest) -> HttpResponse:
    sites = worked_sites(request)
    site = site_asked(request, sites, request.POST or None)
    if request.method == "GET" or site is None:
        return redirect("counter:take")
    now, form = timezone.now(), ArrivalForm(request.POST)
    if form.is_valid():
        try:
            made = check_in_by_code(site=site, code=form.cleaned_data["code"], now=now)
        except AppointmentError as error:
            form.add_error("code", str(error))
        else:
            return redirect("counter:slip", made.pk)
    context = {"site": site, "form": _take_form(request, site, now=now), "arrival_form": form}
    return render(request, "appointments/counter/take.html", context, status=REFUSED)


@never_cache
@require_safe
@permission_required(WORK_QUEUE)
def slip(request: StaffRequest, pk: UUID) -> HttpResponse:
    found, now = worked_ticket(request, pk), timezone.now()
    low, high = found.estimated_from, found.estimated_to
    link = ticket_url(found, language=found.language)
    context: dict[str, Any] = {
        "site": found.site,
        "ticket": found,
        "is_over": found.state in ENDED,
        "label": label_of(found, found.site.queue),
        "wait": words_between(low, high) if low is not None and high is not None else "",
        "is_past_closing": closes_before(ticket=found, now=now),
        "link": link,
        "qr": qr_code(link),
        "form": _take_form(request, found.site, now=now),
        "arrival_form": ArrivalForm(),
    }
    return render(request, "appointments/counter/slip.html", context)


def _take_form(request: StaffRequest, site: Site, *, now: dt.datetime, data: Any = None) -> TakeForm:
    initial = {"language": language_at(request.user, site)}
    return TakeForm(data, site=site, today=local_day(now, tz=site.tz), initial=initial)
