"""At which site the queue is worked, and the tickets of it."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from appointments.models import Ticket
from citemetiers.kernel.dates import local_day
from citemetiers.kernel.seat import sit_at
from sites.models import Site
from sites.staff_views import StaffRequest, sites_for

WORK_QUEUE = "appointments.work_queue"
KEEP_SCREENS = "appointments.keep_screens"


def worked_sites(request: StaffRequest, permission: str = WORK_QUEUE) -> list[Site]:
    """The sites at which this person holds the permission, by town; refuses whoever holds it at none."""
    sites = sites_for(request, permission, related="network__booking_policy")
    if not sites:
        raise PermissionDenied
    return sites


def worked_ticket(request: StaffRequest, pk: UUID) -> Ticket:
    """A ticket of today at a site whose queue this person works."""
    sites = {site.pk: site for site in worked_sites(request)}
    rows = Ticket.objects.select_related("theme", "seating__desk", "site__queue", "appointment")
    found = rows.filter(pk=pk, site__in=sites).first()
    if found is None or found.day != local_day(timezone.now(), tz=found.site.tz):
        raise Http404
    return found


def acted_on(request: StaffRequest, pk: UUID) -> Ticket:
    """The same for an act, which says where the person is just now: panel and log open at that site."""
    found = worked_ticket(request, pk)
    if request.method == "POST":
        sit_at(request.session, found.site, now=timezone.now())
    return found


def language_at(user: Any, site: Site) -> str:
    """The language in which a form of this person begins."""
    return str(user.language if user.language in site.languages else site.languages[0])
