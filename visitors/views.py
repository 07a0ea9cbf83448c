"""The desk: one screen that an advisor leaves open all day."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from citemetiers.kernel.access import permission_required
from citemetiers.kernel.errors import DomainError, error_page
from sites.models import Audience, Site, Theme, User
from visitors import figures, rules
from visitors.enums import DurationBand, Way
from visitors.forms import ContactForm
from visitors.models import Contact, ContactAuthor
from visitors.services import log_contact, undo_contact

# What sticks on the desk, in the session. Never a theme, a number of people or the key of a contact.
SITE, DAY, WAY, LANGUAGE, SAID = "desk_site", "desk_day", "desk_way", "desk_language", "desk_said"
LAST = 10


class DeskRequest(HttpRequest):
    """A request of a signed-in member of staff."""

    user: User
    htmx: HtmxDetails


def _held_sites(request: DeskRequest) -> list[Site]:
    held = Site.objects.for_user(request.user).by_town()
    return [site for site in held if request.user.has_perm("visitors.log_contact", site)]


def _sites(request: DeskRequest) -> list[Site]:
    sites = _held_sites(request)
    if not sites:
        raise PermissionDenied
    return sites


def _site_named(slug: str, sites: list[Site]) -> Site:
    for site in sites:
        if site.slug == slug:
            return site
    raise Http404


def _site_of_today(request: DeskRequest, sites: list[Site]) -> Site | None:
    """The only site, or the one chosen today: tomorrow the person may sit elsewhere."""
    if len(sites) == 1:
        return sites[0]
    chosen = next((site for site in sites if site.slug == request.session.get(SITE)), None)
    if chosen is None or request.session.get(DAY) != _today(chosen).isoformat():
        return None
    return chosen


def _today(site: Site) -> dt.date:
    return rules.moment_at(site, now=timezone.now())[0]


def _form(request: DeskRequest, site: Site, data: Any = None) -> ContactForm:
    spoken = request.session.get(LANGUAGE) or request.user.language
    defaults = {
        "way": request.session.get(WAY, Way.WALK_IN),
        "language": spoken if spoken in site.languages else site.languages[0],
        "duration": DurationBand.FROM_15,
        "headcount": 1,
        "audience": "NOT_ASKED",
        "gender": "NOT_ASKED",
        "age_band": "NOT_ASKED",
        "first_visit": "NOT_ASKED",
    }
    themes = Theme.objects.on_offer()
    audiences = Audience.objects.filter(is_retired=False).order_by("position")
    return ContactForm(data, initial=defaults, themes=list(themes), audiences=list(audiences))


def _last(request: DeskRequest) -> list[Contact]:
    since = rules.window_opens_at(today=timezone.localdate())
    newest = ContactAuthor.objects.newest_of(request.user, since=since)[:LAST]
    return Contact.objects.in_order_of(list(newest.values_list("pk", flat=True)))


def _show(request: DeskRequest, site: Site, sites: list[Site], form: ContactForm, problem: str = "") -> HttpResponse:
    day, half_day = rules.moment_at(site, now=timezone.now())
    key = getattr(form, "cleaned_data", {}).get("key")
    context = {
        "site": site,
        "has_other_sites": len(sites) > 1,
        "day": day,
        "half_day": half_day.label,
        "form": form,
        "key": key or uuid4(),
        "said": request.session.pop(SAID, ""),
        "problem": problem,
        "last": _last(request),
        "count": figures.count_day(site=site, day=day),
    }
    template = "visitors/desk.html#desk" if request.htmx else "visitors/desk.html"
    return render(request, template, context)


@never_cache
@vary_on_headers("HX-Request")
@require_safe
@permission_required("visitors.log_contact")
def desk(request: DeskRequest) -> HttpResponse:
    sites = _held_sites(request)
    if not sites:  # an administrator holds every permission, and yet may have no site to use one at
        return error_page(
            403,
            title=_("No site is yours yet"),
            text=_("The desk opens at a site. An administrator can give you a role at one."),
        )
    site = _site_of_today(request, sites)
    if site is None:
        return redirect("visitors:site-choose")
    return _show(request, site, sites, _form(request, site))


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required("visitors.log_contact")
def site_choose(request: DeskRequest) -> HttpResponse:
    sites = _sites(request)
    if request.method == "GET":
        return render(request, "visitors/site_choose.html", {"sites": sites, "chosen": request.session.get(SITE)})
    site = _site_named(request.POST.get("site", ""), sites)
    request.session[SITE] = site.slug
    request.session[DAY] = _today(site).isoformat()
    return redirect("visitors:desk")


@never_cache
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "POST"])
@permission_required("visitors.log_contact")
def contact_log(request: DeskRequest) -> HttpResponse:
    if request.method == "GET":  # where signing in again leads after the session has expired
        return redirect("visitors:desk")
    sites = _sites(request)
    site = _site_named(request.POST.get("site", ""), sites)
    form = _form(request, site, request.POST)
    if form.is_valid():
        now = timezone.now()
        day, half_day = rules.moment_at(site, now=now)
        try:
            log_contact(site=site, day=day, half_day=half_day, by=request.user, now=now, **form.answers())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            request.session[WAY] = form.cleaned_data["way"]
            request.session[LANGUAGE] = form.cleaned_data["language"]
            request.session[SAID] = "logged"
            if SITE not in request.session:  # signed in again while the form was open: the site stays chosen
                request.session[SITE], request.session[DAY] = site.slug, day.isoformat()
            return redirect("visitors:desk")
    return _show(request, site, sites, form)


@never_cache
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "POST"])
@permission_required("visitors.log_contact")
def contact_undo(request: DeskRequest) -> HttpResponse:
    if request.method == "GET":
        return redirect("visitors:desk")
    sites = _sites(request)
    site = _site_named(request.POST.get("site", ""), sites)
    try:
        undo_contact(key=UUID(request.POST.get("key", "")), by=request.user, now=timezone.now())
    except ValueError as error:
        raise Http404 from error
    except DomainError as error:
        return _show(request, site, sites, _form(request, site), problem=str(error))
    request.session[SAID] = "undone"
    return redirect("visitors:desk")
