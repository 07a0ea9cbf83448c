"""Pages for staff, and what those of the other apps share with them."""

from collections.abc import Iterable
from http import HTTPStatus

from django.http import Http404, HttpRequest
from django_htmx.middleware import HtmxDetails

from sites.models import Site, User
from sites.town_names import by_town

# A form that is shown again with its errors.
REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY


class StaffRequest(HttpRequest):
    """A request of somebody who signed in: the permission of the view has seen to it."""

    user: User
    htmx: HtmxDetails


def sites_for(request: HttpRequest, permission: str, *, related: str = "network") -> list[Site]:
    """The sites at which whoever asks holds a permission, by town, each with its network at hand.

    May be none even for an administrator, who holds every permission and yet may have no site to use one at.
    """
    held = sorted(Site.objects.for_user(request.user).select_related(related), key=by_town)
    return [site for site in held if request.user.has_perm(permission, site)]


def site_named(slug: str | None, sites: Iterable[Site]) -> Site:
    """The one of these sites that an address or a form names; any other does not exist here (404)."""
    for site in sites:
        if site.slug == slug:
            return site
    raise Http404
