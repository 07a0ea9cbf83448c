"""The desk: one screen that an advisor leaves open all day."""

import datetime as dt
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from citemetiers.kernel.access import permission_required
from citemetiers.kernel.seat import SITE, seat_of, sit_at
from sites.models import Site
from sites.staff_views import StaffRequest, site_named, sites_for
from visitors import figures, rules
from visitors.enums import NOT_ASKED, TALLY_OF_ENTRY, DurationBand, Way
from visitors.forms import ContactForm
from visitors.services.entries import DETAILS, Logged, choices_at, newest_entries
from visitors.views.seats import no_site
from visitors.views.version import desk_version

LOG_CONTACT = "visitors.log_contact"
# What sticks on the desk, in the session. Never a theme, a number of people or the key of a contact.
WAY, LANGUAGE, SAID = "desk_way", "desk_language", "desk_said"
LAST = 10
SIDE = "desk-side"


def own_sites(request: StaffRequest) -> list[Site]:
    """The sites at which the person may log, in the order of their towns; whoever has none is refused."""
    sites = sites_for(request, LOG_CONTACT)
    if not sites:
        raise PermissionDenied
    return sites


def desk_form(
    request: StaffRequest,
    site: Site,
    data: Any = None,
    *,
    filled: dict[str, Any] | None = None,
    day: dt.date | None = None,
) -> ContactForm:
    """The form of the log with what sticks, what is filled in, and the words on offer on a day."""
    spoken = request.session.get(LANGUAGE) or request.user.language
    defaults = {
        "edition": 1,
        "way": request.session.get(WAY, Way.WALK_IN),
        "language": spoken if spoken in site.languages else site.languages[0],
        "duration": DurationBand.FROM_15,
        "headcount": 1,
        **dict.fromkeys(DETAILS, NOT_ASKED),
    }
    choices = choices_at(site, today=day or timezone.localdate(timezone=site.tz))
    return ContactForm(data, initial=defaults | (filled or {}), choices=choices)


def head_of(site: Site, sites: list[Site], *, now: dt.datetime) -> dict[str, Any]:
    """What the desk says above its log, whether the server or the worker of the page draws it."""
    day, half_day = rules.moment_at(site, now=now)
    return {
        "site": site,
        "sites": sites,
        "has_other_sites": len(sites) > 1,
        "version": desk_version(),
        "day": day,
        "half_day": half_day.label,
    }


def show_desk(
    request: StaffRequest, site: Site, sites: list[Site], form: ContactForm | None, problem: str = ""
) -> HttpResponse:
    """The whole page; its piece, or its side, where a script asks for no more."""
    now = timezone.now()
    head = head_of(site, sites, now=now)
    week = figures.count_week(site=site, day=head["day"])
    context = {
        **head,
        "said": request.session.pop(SAID, ""),
        "problem": problem,
        "last": newest_entries(by=request.user, now=now, number=LAST),
        "week": week,
        "count": week.today,
        "has_queue": request.user.has_perm("appointments.work_queue", site),
        "counts_groups": request.user.has_perm("visitors.count_groups", site),
        "keeps_doors": request.user.has_perm("visitors.keep_doors", site),
        # Each button that counts one more has a number of its own: pressed twice, it counts once.
        "count_keys": {kind: uuid4() for kind in TALLY_OF_ENTRY},
    }
    if form is None:
        return render(request, "visitors/desk.html#side", context)
    template = "visitors/desk.html#desk" if request.htmx else "visitors/desk.html"
    return render(request, template, context | _of_form(form, head["half_day"]))


def _of_form(form: ContactForm, half_day: str) -> dict[str, Any]:
    key = getattr(form, "cleaned_data", {}).get("key") or form.initial.get("key")
    edition = form["edition"].value()
    is_correcting = str(edition or 1) != "1"
    return {
        "form": form,
        "key": key or uuid4(),
        "edition": edition,
        "is_correcting": is_correcting,
        "entry_day": form["day"].value(),
        "entry_half_day": form["half_day"].value() if is_correcting else half_day,
    }


def again(entry: Logged, *, is_correction: bool) -> dict[str, Any]:
    """What fills in the form to correct an entry, or to log one more like it."""
    filled = entry.sent
    if is_correction:
        return filled | {"edition": entry.edition + 1}
    own = {"key", "edition", "day", "half_day"}
    return {name: said for name, said in filled.items() if name not in own}


@never_cache
@vary_on_headers("HX-Request", "HX-Target")
@require_safe
@permission_required(LOG_CONTACT)
def desk(request: StaffRequest) -> HttpResponse:
    sites = sites_for(request, LOG_CONTACT)
    if not sites:
        return no_site()
    site = seat_of(request.session, sites, now=timezone.now())
    if site is None:
        return redirect("visitors:site-choose")
    if request.htmx and request.htmx.target == SIDE:
        return show_desk(request, site, sites, None)
    return show_desk(request, site, sites, desk_form(request, site))


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(LOG_CONTACT)
def site_choose(request: StaffRequest) -> HttpResponse:
    sites = own_sites(request)
    desk_url = reverse("visitors:desk")
    asked = request.POST.get("next") or request.GET.get("next") or ""
    # Back to the page of the desk that asked, and to no other.
    back = asked if asked.startswith(desk_url) else desk_url
    if request.method == "GET":
        context = {"sites": sites, "chosen": request.session.get(SITE), "back": back}
        return render(request, "visitors/site_choose.html", context)
    site = site_named(request.POST.get("site", ""), sites)
    sit_at(request.session, site, now=timezone.now())
    return redirect(back)
