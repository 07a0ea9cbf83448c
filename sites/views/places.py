"""Where one can go, and what one finds there."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django_permissions_policy.decorators import permissions_policy_override

from citemetiers.kernel.dates import local_day
from sites.forms import NearForm
from sites.geography import Place, nearest_first, places_now
from sites.map_drawing import draw_maps
from sites.models import Partner, Site, Theme
from sites.opening import Timetable, opening_at
from sites.opening_words import OpeningWords, opening_words
from sites.rules import in_neutral_order
from sites.timetables import timetables
from sites.views.hours import later_closures, unusual_days, weeks
from sites.views.partners import NamedPartner, named

# The one page that may ask where the visitor is; static/js/position.js keeps the answer in the browser.
with_position = permissions_policy_override({**settings.PERMISSIONS_POLICY, "geolocation": ["self"]})

NEIGHBOURS = 3


@login_not_required
@require_safe
@gzip_page
@with_position
def site_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    places = places_now(Site.objects.for_public().with_addresses().by_town(), now=now)
    form = NearForm(request.GET)
    start = form.cleaned_data["near"] if form.is_valid() else None
    found = nearest_first(places, start.position) if start else places
    read = timetables((place.site for place in found), now=now)
    context = {
        "form": form,
        "start": start,
        "found": [(place, _words(place.site, read[place.site.pk], now=now)) for place in found],
        "maps": draw_maps(((one.site, one.position) for one in found), start=start.position if start else None),
    }
    return render(request, "sites/site_list.html", context)


@login_not_required
@require_safe
@gzip_page
def site_detail(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    places = places_now(Site.objects.for_public().with_addresses().by_town(), now=now)
    place = next((one for one in places if one.site.slug == slug), None)
    if place is None:
        raise Http404
    today = local_day(now, tz=place.site.tz)
    context = {
        "site": place.site,
        "place": place,
        "themes": Theme.objects.on_offer(today=today, network=place.site.network),
        "partners": (partners := _partners(place.site, today=today)),
        "is_presence_confirmed": not any(row.unconfirmed for row in partners),
        **_hours(place.site, now=now),
        **_surroundings(place, places),
    }
    return render(request, "sites/site_detail.html", context)


def _words(site: Site, timetable: Timetable, *, now: dt.datetime) -> OpeningWords:
    return opening_words(opening_at(timetable, now=now), now=now, tz=site.tz)


def _hours(site: Site, *, now: dt.datetime) -> dict[str, Any]:
    timetable = timetables([site], now=now)[site.pk]
    today = local_day(now, tz=site.tz)
    return {
        "opening": _words(site, timetable, now=now),
        "weeks": weeks(timetable, today=today),
        "unusual_days": unusual_days(timetable, today=today),
        "later_closures": later_closures(timetable, today=today),
        "is_paused": timetable.pause_at(now) is not None,
        "pauses": sorted(timetable.pauses, key=lambda pause: pause.starts_at),
        "now": now,
    }


def _partners(site: Site, *, today: dt.date) -> list[NamedPartner]:
    presences = list(
        site.presences.on(today)
        .prefetch_related(Prefetch("partner", queryset=Partner.objects.with_names()))
        .order_by("partner__slug", "pk")
    )
    return [named(one.partner, [one], today=today) for one in in_neutral_order(presences, today=today)]


def _surroundings(place: Place, places: list[Place]) -> dict[str, Any]:
    """The map of its country, and in words which other places are nearest."""
    if place.position is None:
        return {"map": None, "neighbours": []}
    around = [one for one in places if one.site.network.country == place.site.network.country]
    others = nearest_first((one for one in places if one.site != place.site and one.position), place.position)
    return {
        "map": draw_maps((one.site, one.position) for one in around)[0],
        "neighbours": others[:NEIGHBOURS],
    }
