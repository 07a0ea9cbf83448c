from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sites.enums import Weekday
from sites.forms import NearForm
from sites.geography import Nearby, nearest_first
from sites.models import Closure, Site, Theme
from sites.rules import in_neutral_order


@login_not_required
@require_safe
def site_list(request: HttpRequest) -> HttpResponse:
    sites = Site.objects.for_public().by_town()
    form = NearForm(request.GET)
    start = form.cleaned_data["near"] if form.is_valid() else None
    found = nearest_first(sites, start) if start else [Nearby(site, None) for site in sites]
    return render(request, "sites/site_list.html", {"form": form, "start": start, "found": found})


@login_not_required
@require_safe
def site_detail(request: HttpRequest, slug: str) -> HttpResponse:
    site = get_object_or_404(Site.objects.for_public(), slug=slug)
    today = timezone.localdate(timezone=site.tz)
    presences = list(site.presences.select_related("partner").order_by("partner__slug"))
    hours = site.opening_hours.order_by("weekday", "opens_at")
    context = {
        "site": site,
        "themes": Theme.objects.on_offer(),
        "presences": in_neutral_order(presences, today=today),
        "is_presence_confirmed": all(presence.is_confirmed for presence in presences),
        "hours": [(Weekday(day).label, list(rows)) for day, rows in groupby(hours, key=lambda row: row.weekday)],
        "closures": Closure.objects.at(site).filter(last_on__gte=today).order_by("first_on", "pk"),
    }
    return render(request, "sites/site_detail.html", context)
