"""The pages that show several apps at once, and those that belong to none."""

import datetime as dt

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from activities.models import OpenDay
from sites.forms import NearForm
from sites.models import Site, Theme
from sites.town_names import by_town

# The day on which a person last compared the statement with the portal.
ACCESSIBILITY_STATED_ON = dt.date(2026, 11, 21)
# What search engines leave alone: what belongs to one person, and what belongs to staff.
ROBOTS = "User-agent: *\n" + "".join(
    f"Disallow: {path}\n"
    for path in (
        "/*/b/",
        "/*/w/",
        "/*/book/",
        "/staff/",
        "/accounts/",
        "/admin/",
        "/desk/",
        "/programmes/",
        "/catalogue/",
        "/reports/",
    )
)


@login_not_required
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(static("img/favicon.svg"))


@login_not_required
@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS, content_type="text/plain")


@login_not_required
@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    with translation.override(translation.get_language_from_request(request)):
        response = HttpResponseRedirect(reverse("home"))
    response["Vary"] = "Accept-Language, Cookie"
    return response


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "themes": Theme.objects.on_offer(today=today),
        "near_form": NearForm(),
        "sites": sorted(Site.objects.for_public(), key=by_town),
        "next_open_day": OpenDay.objects.upcoming(today=today).first(),
        "last_open_day": OpenDay.objects.past(today=today).first(),
    }
    return render(request, "home.html", context)


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy.html", {"retention_days": settings.PORTAL_RETENTION_DAYS})


@login_not_required
@require_safe
def charter(request: HttpRequest) -> HttpResponse:
    return render(request, "charter.html")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    context = {
        "base_url": settings.PORTAL_BASE_URL,
        "stated_on": ACCESSIBILITY_STATED_ON,
        "contact": settings.PORTAL_ACCESSIBILITY_CONTACT,
        "complaints_contact": settings.PORTAL_ACCESSIBILITY_COMPLAINTS,
    }
    return render(request, "accessibility.html", context)


@login_not_required
@require_safe
def data_sources(request: HttpRequest) -> HttpResponse:
    return render(request, "data_sources.html")
