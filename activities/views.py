import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from activities.freshness import MAX_AGE_SECONDS, cacheable, etag_of, unchanged
from activities.models import OpenDay, Release
from activities.published import Item, Selection, SiteProgramme, facets, read_release
from sites.models import Site

# The pages show nothing of the session, so that one copy serves everybody.
NO_MESSAGES: dict[str, Any] = {"messages": ()}
# As many sessions as a screen on the wall has room for.
COMING = 2


@login_not_required
@require_safe
def open_day_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    open_days = OpenDay.objects.select_related("network").annotate(
        released_count=Count("programmes", filter=Q(programmes__releases__isnull=False), distinct=True)
    )
    context = {
        "upcoming": open_days.upcoming(today=today),
        "past": open_days.past(today=today),
        **NO_MESSAGES,
    }
    return render(request, "activities/open_day_list.html", context)


@login_not_required
@require_safe
def open_day(request: HttpRequest, day: dt.date) -> HttpResponse:
    open_days = _open_days(day)
    sites = list(Site.objects.for_public().filter(network__in=[one.network_id for one in open_days]).by_town())
    releases = Release.objects.filter(programme__open_day__in=open_days, programme__site__in=sites).latest_of_each()
    etag = etag_of(request, _shown(open_days, sites, releases))
    if (answer := unchanged(request, etag)) is not None:
        return answer
    programmes = {programme.slug: programme for programme in map(read_release, releases.order_by("pk"))}
    listed = [programmes[site.slug] for site in sites if site.slug in programmes]
    selection = Selection.read(request.GET)
    found = selection.apply(listed) if selection else []
    context = {
        "day": day,
        "open_days": [_with_sites(one, sites, programmes) for one in open_days],
        "is_only_network": len(open_days) == 1,
        "site_count": len(sites),
        "item_count": _count(listed),
        "selection": selection,
        "facets": facets(listed, selection, with_sites=True),
        "found": found,
        "found_count": _count(found),
        "is_illustrative": any(programme.is_illustrative for programme in listed),
        **NO_MESSAGES,
    }
    return cacheable(render(request, "activities/open_day.html", context), etag)


@login_not_required
@require_safe
def open_day_site(request: HttpRequest, day: dt.date, site: str) -> HttpResponse:
    place = Site.objects.for_public().filter(slug=site).first()
    one = next((one for one in _open_days(day) if place and one.network_id == place.network_id), None)
    if place is None or one is None:
        raise Http404
    releases = Release.objects.filter(programme__open_day=one, programme__site=place).latest_of_each()
    etag = etag_of(request, _shown([one], [place], releases))
    if (answer := unchanged(request, etag)) is not None:
        return answer
    release = releases.order_by("pk").first()
    programme = read_release(release) if release else None
    selection = Selection.read(request.GET)
    found = selection.apply([programme]) if programme else []
    context = {
        "day": day,
        "open_day": one,
        "site": place,
        "programme": programme,
        "items": found[0].items if found else (),
        "selection": selection,
        "facets": facets([programme], selection, with_sites=False) if programme else [],
        **NO_MESSAGES,
    }
    return cacheable(render(request, "activities/open_day_site.html", context), etag)


@login_not_required
@require_safe
def next_of_site(request: HttpRequest, site: str) -> HttpResponse:
    place = Site.objects.for_public().filter(slug=site).first()
    if place is None:
        raise Http404
    here = timezone.localtime(timezone=place.tz)
    one = OpenDay.objects.upcoming(today=here.date()).filter(network=place.network_id).first()
    context = {
        "site": place,
        "open_day": one,
        "items": _coming(one, place, here) if one and one.day == here.date() else [],
        **NO_MESSAGES,
    }
    response = render(request, "activities/_next_of_site.html", context)
    patch_cache_control(response, public=True, max_age=MAX_AGE_SECONDS)
    return response


def _coming(one: OpenDay, place: Site, here: dt.datetime) -> list[Item]:
    """The sessions of the day that have not begun yet, the next ones first."""
    release = (
        Release.objects.filter(programme__open_day=one, programme__site=place).latest_of_each().order_by("pk").first()
    )
    items = read_release(release).items if release else ()
    return sorted((item for item in items if item.starts >= f"{here:%H:%M}"), key=lambda item: item.starts)[:COMING]


def _open_days(day: dt.date) -> list[OpenDay]:
    open_days = list(OpenDay.objects.filter(day=day).select_related("network").order_by("network__slug"))
    if not open_days:
        raise Http404
    return open_days


def _shown(open_days: Iterable[OpenDay], sites: Iterable[Site], releases: Any) -> list[object]:
    return [
        [(one.pk, one.network.name, str(one.opens_at), str(one.closes_at), one.is_illustrative) for one in open_days],
        [(site.slug, site.name) for site in sites],
        list(releases.order_by("programme").values_list("programme", "number")),
    ]


def _with_sites(one: OpenDay, sites: list[Site], programmes: dict[str, SiteProgramme]) -> dict[str, Any]:
    rows = [
        {"site": site, "programme": programmes.get(site.slug)} for site in sites if site.network_id == one.network_id
    ]
    return {"open_day": one, "rows": rows}


def _count(programmes: Iterable[SiteProgramme]) -> int:
    return sum(len(programme.items) for programme in programmes)
