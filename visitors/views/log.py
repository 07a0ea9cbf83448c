"""The forms of the desk, as they work without a script: log, count, correct, log one more like it, take back."""

import datetime as dt
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from citemetiers.kernel.access import permission_required
from citemetiers.kernel.errors import DomainError
from citemetiers.kernel.seat import SITE, sit_at
from sites.models import Site
from sites.staff_views import StaffRequest, site_named
from visitors import rules
from visitors.enums import TALLY_OF_ENTRY
from visitors.forms import ContactForm
from visitors.services.entries import Operation, keep_entry, own_entry, undo_entry
from visitors.views.desk import LANGUAGE, LOG_CONTACT, SAID, WAY, again, desk_form, own_sites, show_desk


@never_cache
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "POST"])
@permission_required(LOG_CONTACT)
def contact_log(request: StaffRequest) -> HttpResponse:
    if request.method == "GET":  # where signing in again leads after the session has expired
        return redirect("visitors:desk")
    sites = own_sites(request)
    site = site_named(request.POST.get("site", ""), sites)
    form = desk_form(request, site, request.POST, day=_day_of_correction(request))
    if form.is_valid() and _is_kept(request, site, form):
        return redirect("visitors:desk")
    return show_desk(request, site, sites, form)


def _is_kept(request: StaffRequest, site: Site, form: ContactForm) -> bool:
    now = timezone.now()
    try:
        keep_entry(operation=form.operation(site, moment=rules.moment_at(site, now=now)), by=request.user, now=now)
    except rules.VisitorsError as error:
        form.refuse(error)
        return False
    if not form.is_correction:  # what was corrected says nothing of the next visitor
        request.session[WAY] = form.cleaned_data["way"]
        request.session[LANGUAGE] = form.cleaned_data["language"]
    request.session[SAID] = "corrected" if form.is_correction else "logged"
    _stay_at(request, site)
    return True


@never_cache
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "POST"])
@permission_required(LOG_CONTACT)
def count_one(request: StaffRequest) -> HttpResponse:
    if request.method == "GET":
        return redirect("visitors:desk")
    sites = own_sites(request)
    site = site_named(request.POST.get("site", ""), sites)
    if request.POST.get("kind") not in TALLY_OF_ENTRY:
        raise Http404
    now = timezone.now()
    day, half_day = rules.moment_at(site, now=now)
    sent = {"edition": 1, "site": site.slug, "day": day.isoformat(), "half_day": half_day.value}
    try:
        sent |= {"key": str(_key(request)), "kind": request.POST["kind"]}
        keep_entry(operation=Operation.read(sent), by=request.user, now=now)
    except DomainError as error:
        return show_desk(request, site, sites, desk_form(request, site), problem=str(error))
    request.session[SAID] = "logged"
    _stay_at(request, site)
    return redirect("visitors:desk")


@never_cache
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "POST"])
@permission_required(LOG_CONTACT)
def contact_again(request: StaffRequest) -> HttpResponse:
    if request.method == "GET":
        return redirect("visitors:desk")
    sites = own_sites(request)
    site = site_named(request.POST.get("site", ""), sites)
    is_correction = request.POST.get("act") == "correct"
    try:
        entry = own_entry(key=_key(request), by=request.user, now=timezone.now())
    except DomainError as error:
        return show_desk(request, site, sites, desk_form(request, site), problem=str(error))
    if entry.contact is None:
        raise Http404
    # An entry is corrected where it was made, and repeated where one sits.
    at = site_named(entry.site.slug, sites) if is_correction else site
    day = entry.day if is_correction else None
    form = desk_form(request, at, filled=again(entry, is_correction=is_correction), day=day)
    return show_desk(request, at, sites, form)


@never_cache
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "POST"])
@permission_required(LOG_CONTACT)
def contact_undo(request: StaffRequest) -> HttpResponse:
    if request.method == "GET":
        return redirect("visitors:desk")
    sites = own_sites(request)
    site = site_named(request.POST.get("site", ""), sites)
    try:
        undo_entry(key=_key(request), by=request.user, now=timezone.now())
    except DomainError as error:
        return show_desk(request, site, sites, desk_form(request, site), problem=str(error))
    request.session[SAID] = "undone"
    return redirect("visitors:desk")


def _key(request: StaffRequest) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError as error:
        raise Http404 from error


def _day_of_correction(request: StaffRequest) -> dt.date | None:
    if request.POST.get("edition", "1") == "1":
        return None
    try:
        return dt.date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return None


def _stay_at(request: StaffRequest, site: Site) -> None:
    if SITE not in request.session:  # signed in again while the form was open: the site stays chosen
        sit_at(request.session, site, now=timezone.now())
