"""The week of a site, people by days."""

import datetime as dt
from itertools import pairwise
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from appointments.forms.weeks import week_named, week_number
from appointments.models import Shift
from appointments.services import count_orphans, find_horizon, load_of_week, week_of
from appointments.staff_views.planning.base import PLAN_ROTA, plannable_sites, site_here
from appointments.staff_views.planning.days import UNDO
from appointments.staff_views.planning.grid import grid_of
from citemetiers.kernel.access import permission_required
from citemetiers.kernel.dates import at_local, local_day
from sites.models import Site
from sites.staff_views import StaffRequest

WEEK = dt.timedelta(days=7)


@permission_required(PLAN_ROTA)
@require_safe
def site_choose(request: StaffRequest) -> HttpResponse:
    sites = plannable_sites(request)
    if not sites:
        raise PermissionDenied
    if len(sites) == 1:
        return redirect("planning:site-week", sites[0].slug)
    rows = _people_by_site(sites, now=timezone.now())
    return render(request, "appointments/planning/sites.html", {"rows": rows})


@permission_required(PLAN_ROTA)
@require_safe
@never_cache
def site_week(request: StaffRequest, slug: str) -> HttpResponse:
    site, now = site_here(request, slug), timezone.now()
    today = local_day(now, tz=site.tz)
    this_monday = today - dt.timedelta(days=today.weekday())
    monday = week_named(request.GET.get("day") or request.GET.get("week", "")) or this_monday
    week, until = week_of(site=site, monday=monday, now=now), find_horizon(site=site, now=now)
    context = {
        "site": site,
        "week": week,
        "grid": grid_of(week, load_of_week(week=week), today=today, until=until),
        "number": monday.isocalendar().week,
        "this_number": week_number(monday),
        "before": week_number(monday - WEEK),
        "after": week_number(monday + WEEK),
        "is_now": monday == this_monday,
        "sunday": monday + dt.timedelta(days=6),
        "planned_until": until,
        "orphans": count_orphans(site=site, now=now),
        "undo": request.session.pop(UNDO, None),
    }
    return render(request, "appointments/planning/week.html", context)


def _people_by_site(sites: list[Site], *, now: dt.datetime) -> list[tuple[Site, int, int]]:
    """Each site, and how many people receive there this week and next week."""
    today = local_day(now, tz=sites[0].tz)
    monday = today - dt.timedelta(days=today.weekday())
    starts = [at_local(monday + number * WEEK, dt.time(0), tz=sites[0].tz) for number in range(3)]
    counts = {
        f"week_{number}": Count("advisor", distinct=True, filter=Q(starts_at__gte=first, starts_at__lt=until))
        for number, (first, until) in enumerate(pairwise(starts))
    }
    shifts = Shift.objects.filter(site__in=sites, starts_at__gte=starts[0], starts_at__lt=starts[-1])
    found: dict[int, Any] = {row["site"]: row for row in shifts.values("site").annotate(**counts).order_by("site")}
    nobody = {"week_0": 0, "week_1": 0}
    rows = ((site, found.get(site.pk, nobody)) for site in sites)
    return [(site, row["week_0"], row["week_1"]) for site, row in rows]
