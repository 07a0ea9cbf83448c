"""Copying the planning of a week: what would be copied and skipped is shown first."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from appointments.forms.week_copy import WeekCopyForm
from appointments.forms.weeks import week_named, week_number
from appointments.rules import AppointmentError
from appointments.services import copy_week, find_horizon, preview_copy
from appointments.staff_views.planning.base import PLAN_ROTA, site_here, week_url
from citemetiers.kernel.access import permission_required
from citemetiers.kernel.dates import local_day
from sites.staff_views import REFUSED, StaffRequest


@permission_required(PLAN_ROTA)
@require_http_methods(["GET", "HEAD", "POST"])
def week_copy(request: StaffRequest, slug: str) -> HttpResponse:
    site, now = site_here(request, slug), timezone.now()
    today = local_day(now, tz=site.tz)
    sent = request.POST or request.GET
    monday = week_named(sent.get("week", "")) or week_named(today.isoformat()) or today
    this_monday = week_named(today.isoformat()) or today
    is_asked = request.method == "POST" or "to_monday" in request.GET
    until = find_horizon(site=site, now=now)
    form = WeekCopyForm(sent if is_asked else None, monday=monday, this_monday=this_monday, until=until)
    preview = None
    if form.is_valid():
        to = form.cleaned_data["to_monday"]
        try:
            if request.method == "POST":
                copied = copy_week(site=site, monday=monday, to_monday=to, now=now)
                messages.success(request, _words(len(copied.duties)))
                return redirect(week_url(site, to))
            preview = preview_copy(site=site, monday=monday, to_monday=to, now=now)
        except AppointmentError as error:
            form.add_error("to_monday", str(error))
    context = {"site": site, "form": form, "preview": preview, "monday": monday, "week": week_number(monday)}
    context["back"] = week_url(site, monday)
    # Two shifts of a day that are left out for the same reason make one line.
    context["skipped"] = list(dict.fromkeys(preview.skipped)) if preview else []
    return render(request, "appointments/planning/copy.html", context, status=REFUSED if form.errors else None)


def _words(count: int) -> str:
    return ngettext("%(count)d duty is copied.", "%(count)d duties are copied.", count) % {"count": count}
