"""The site at which a page of the desk works: the one where the person sits today."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from citemetiers.kernel.errors import error_page
from citemetiers.kernel.seat import seat_of
from sites.models import Site
from sites.staff_views import REFUSED, StaffRequest, site_named
from sites.town_names import by_town
from visitors.services.counting_rules import COUNT_GROUPS, KEEP_DOORS

Placed = Callable[[StaffRequest, Site], HttpResponse]


def at_site(permission: str) -> Callable[[Placed], Callable[[StaffRequest], HttpResponse]]:
    """Give the view the site of today's seat, or the one that a form names; only one where the person may do this."""

    def decorate(view: Placed) -> Callable[[StaffRequest], HttpResponse]:
        @wraps(view)
        def placed(request: StaffRequest) -> HttpResponse:
            held = sorted(Site.objects.for_user(request.user).select_related("network"), key=by_town)
            sites = [site for site in held if request.user.has_perm(permission, site)]
            if not sites:
                return no_site()
            if request.method == "POST":
                return view(request, site_named(request.POST.get("site"), sites))
            site = seat_of(request.session, sites, now=timezone.now())
            if site is not None:
                return view(request, site)
            elsewhere = seat_of(request.session, held, now=timezone.now())
            return _choose(request) if elsewhere is None else _not_here(elsewhere)

        return placed

    return decorate


def show(
    request: StaffRequest, site: Site, template: str, context: dict[str, Any], *, is_refused: bool = False
) -> HttpResponse:
    """A page of counts at a site, with the way to the others; one that refuses what was sent says so by its status."""
    ways = {
        "counts_groups": request.user.has_perm(COUNT_GROUPS, site),
        "keeps_doors": request.user.has_perm(KEEP_DOORS, site),
    }
    status = REFUSED if is_refused else None
    return render(request, f"visitors/{template}.html", {"site": site, **ways, **context}, status=status)


def _choose(request: StaffRequest) -> HttpResponse:
    return redirect(f"{reverse('visitors:site-choose')}?{urlencode({'next': request.path})}")


def no_site() -> HttpResponse:
    """For an administrator, who holds every permission and yet may have no site to use one at."""
    return error_page(
        403,
        title=_("No site is yours yet"),
        text=_("The desk opens at a site. An administrator can give you a role at one."),
    )


def _not_here(site: Site) -> HttpResponse:
    text = _("You sit in %(town)s today, where somebody else keeps this. Say that you are at another site first.")
    return error_page(
        403,
        title=_("This is not yours at this site"),
        text=text % {"town": site.town},
        link_url=reverse("visitors:site-choose"),
        link_label=_("I am at another site"),
    )
