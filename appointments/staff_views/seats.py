"""At which site an agenda is kept: the one in the address, else the one where the person sits today."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from appointments.models import Appointment
from citemetiers.kernel.seat import seat_of
from sites.models import Site
from sites.staff_views import StaffRequest, site_named, sites_for

KEEP_AGENDA = "appointments.keep_agenda"


def kept_sites(request: StaffRequest) -> list[Site]:
    """The sites whose agenda this person keeps, by town; refuses whoever keeps none."""
    sites = sites_for(request, KEEP_AGENDA, related="network__booking_policy")
    if not sites:
        raise PermissionDenied
    return sites


def site_asked(request: StaffRequest, sites: list[Site], data: Any = None) -> Site | None:
    """The site that the address (or a form) names; somebody else's does not exist here. None: choose one first."""
    slug = (data or request.GET).get("site")
    if not slug:
        return seat_of(request.session, sites, now=timezone.now())
    return site_named(slug, sites)


def kept_appointment(request: StaffRequest, pk: Any) -> Appointment:
    """An appointment at a site whose agenda this person keeps, with all that its page shows."""
    sites = {site.pk: site for site in kept_sites(request)}
    rows = Appointment.objects.select_related("service__theme", "service__network", "visitor", "advisor")
    found = rows.filter(pk=pk, site__in=sites).first()
    if found is None:
        raise Http404
    found.site = sites[found.site_id]
    return found
