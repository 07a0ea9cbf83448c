"""Appointments that nobody receives any more, and what becomes of them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from appointments.forms.resolution import OrphanStep, count_settled_before
from appointments.services import OrphanedAppointments, find_orphans, settle_orphans
from appointments.staff_views.planning.base import CONFLICT, PLAN_ROTA, site_here, tell_settled_before
from citemetiers.kernel.access import permission_required
from sites.staff_views import REFUSED, StaffRequest


@permission_required(PLAN_ROTA)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def orphan_list(request: StaffRequest, slug: str) -> HttpResponse:
    site, now = site_here(request, slug), timezone.now()
    orphans = find_orphans(site=site, now=now)
    step = OrphanStep(request.POST, orphans, may_wait=True)
    status = None
    if step.is_valid():
        try:
            count = settle_orphans(site=site, resolutions=step.resolutions, now=now)
        except OrphanedAppointments as error:
            impossible = {orphan.appointment.pk: orphan for orphan in error.orphans}
            shown = [impossible.get(orphan.appointment.pk, orphan) for orphan in orphans]
            step, status = OrphanStep(request.POST, shown, may_wait=True), CONFLICT
        else:
            messages.success(request, _words(count))
            unneeded = count_settled_before(request.POST, orphans) + len(step.resolutions) - count
            tell_settled_before(request, unneeded)
            return redirect("planning:site-week", site.slug)
    status = REFUSED if step.has_errors else status
    return render(request, "appointments/planning/stranded.html", {"site": site, "step": step}, status=status)


def _words(count: int) -> str:
    if not count:
        return _("Nothing is changed.")
    return ngettext("%(count)d appointment is settled.", "%(count)d appointments are settled.", count) % {
        "count": count
    }
