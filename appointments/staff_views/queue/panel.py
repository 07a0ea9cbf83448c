"""The queue beside the log of the desk: where one sits, who is there now, who waits."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from appointments.forms.counter import SeatForm
from appointments.models import Seating
from appointments.rules import AppointmentError
from appointments.services.queue import RULE, close_desk, duty_defaults, open_desk, pause_desk, resume_desk, seating_of
from appointments.staff_views.queue.line import Line, line_of
from appointments.staff_views.queue.places import KEEP_SCREENS, WORK_QUEUE, language_at, worked_sites
from appointments.staff_views.seats import site_asked
from citemetiers.kernel.access import permission_required
from citemetiers.kernel.dates import local_day
from citemetiers.kernel.seat import sit_at
from sites.models import Site, Theme
from sites.staff_views import StaffRequest

SEAT_ACTS = {"pause": pause_desk, "resume": resume_desk, "leave": close_desk}


@vary_on_headers("HX-Request")
@require_safe
@permission_required(WORK_QUEUE)
def panel(request: StaffRequest) -> HttpResponse:
    sites = worked_sites(request)
    site = site_asked(request, sites)
    if site is None:
        return redirect("visitors:site-choose")
    now = timezone.now()
    seating = seating_of(user=request.user, now=now)
    here = seating if seating and seating.site_id == site.pk else None
    line = line_of(site=site, seating=here, now=now)
    version = line.version(site.pk, seating and seating.pk, get_language())
    etag = quote_etag(version)
    has_news = len(messages.get_messages(request)) > 0
    response = None if has_news or not request.htmx else get_conditional_response(request, etag=etag)
    if response is None:
        context = _context(request, line, site=site, seating=seating, now=now) | {"version": version}
        template = "appointments/counter/panel.html#queue" if request.htmx else "appointments/counter/panel.html"
        response = render(request, template, context)
    if request.htmx and not has_news:
        response["ETag"] = etag
        patch_cache_control(response, private=True, no_cache=True)
    else:  # what is said once is not kept
        patch_cache_control(response, private=True, no_store=True)
    return response


@require_http_methods(["GET", "POST"])
@permission_required(WORK_QUEUE)
def seat(request: StaffRequest) -> HttpResponse:
    sites = worked_sites(request)
    site = site_asked(request, sites, request.POST)
    if request.method == "GET" or site is None:
        return redirect("counter:panel")
    now = timezone.now()
    sit_at(request.session, site, now=now)
    try:
        _sit(request, site, now=now)
    except AppointmentError as error:
        messages.error(request, str(error))
    return redirect("counter:panel")


def _sit(request: StaffRequest, site: Site, *, now: dt.datetime) -> None:
    """Do what the form of a seat says; said again, it changes nothing."""
    what, seating = request.POST.get("act", "open"), seating_of(user=request.user, now=now)
    if what in SEAT_ACTS:
        if seating is not None:
            SEAT_ACTS[what](seating=seating, by=request.user, now=now)
        return
    form = SeatForm(request.POST, site=site, today=local_day(now, tz=site.tz))
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
        return
    if seating is not None and seating.site_id == site.pk and seating.desk == form.cleaned_data["desk"]:
        return
    open_desk(site=site, by=request.user, now=now, **form.cleaned_data)


def _context(
    request: StaffRequest, line: Line, *, site: Site, seating: Seating | None, now: dt.datetime
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "site": site,
        "line": line,
        "seating": line.seating,
        "rule": RULE,
        "can_keep_screens": request.user.has_perm(KEEP_SCREENS, site),
    }
    if seating is None:
        context["seat_form"] = _seat_form(request, site, now=now)
    elif line.seating is None:
        context["away_at"] = seating
    else:
        context["themes"] = list(seating.themes.order_by("position", "pk"))
        context["spoken"] = [code.upper() for code in seating.languages]
    return context


def _seat_form(request: StaffRequest, site: Site, *, now: dt.datetime) -> SeatForm:
    """The form filled in with the duty of today: as a rule one press is enough."""
    today = local_day(now, tz=site.tz)
    form = SeatForm(site=site, today=today)
    defaults = duty_defaults(advisor=request.user, site=site, now=now)
    themes = list(defaults.themes) or list(Theme.objects.on_offer(today=today, network=site.network_id))
    form.initial = {
        "desk": defaults.desk or form.free.first(),
        "themes": [theme.pk for theme in themes],
        "languages": list(defaults.languages) or [language_at(request.user, site)],
    }
    return form
