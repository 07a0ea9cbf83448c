"""An advisor's own agenda in a calendar program: the page that makes its address, and the address itself."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appointments.agenda_calendar import agenda_calendar
from appointments.models import CalendarFeed
from appointments.services.agenda.feeds import feed_appointments, find_feed, make_feed, revoke_feed
from appointments.staff_views.seats import KEEP_AGENDA, kept_sites
from citemetiers.kernel.access import permission_required
from citemetiers.kernel.errors import error_page
from sites.staff_views import StaffRequest

ADDRESS = "agenda_feed_address"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(KEEP_AGENDA)
def subscription(request: StaffRequest) -> HttpResponse:
    kept_sites(request)
    if request.method == "POST":
        # Kept until the page has shown it, once: reloading makes no other one. After that only its fingerprint is.
        request.session[ADDRESS] = make_feed(user=request.user, now=timezone.now())
        return redirect("agenda:subscription")
    address = request.session.pop(ADDRESS, "") if request.method == "GET" else ""
    context: dict[str, Any] = {"address": address, "feed": CalendarFeed.objects.filter(user=request.user).first()}
    return render(request, "appointments/agenda/subscription.html", context)


@never_cache
@require_POST
@permission_required(KEEP_AGENDA)
def subscription_revoke(request: StaffRequest) -> HttpResponse:
    kept_sites(request)
    revoke_feed(user=request.user)
    request.session.pop(ADDRESS, "")
    messages.success(request, _("The address opens nothing any more. Remove it from your calendar program."))
    return redirect("agenda:subscription")


@login_not_required
@require_safe
def agenda_feed(_request: HttpRequest, secret: str) -> HttpResponse:
    user, now = find_feed(secret=secret), timezone.now()
    if user is None:
        text = _("No calendar has this address. Make a new one on the page of your appointments.")
        response = error_page(HTTPStatus.NOT_FOUND, title=_("This address does not open anything"), text=text)
    else:
        with translation.override(user.language):
            file = agenda_calendar(feed_appointments(user=user, now=now), now=now)
        response = HttpResponse(file, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
