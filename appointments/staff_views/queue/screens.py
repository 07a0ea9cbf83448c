"""The screens of a site: whether visitors take a number, and the addresses that enrol a kiosk or a display."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from appointments.forms.counter import RenewForm, ScreensForm
from appointments.services.queue import queue_as_seen, queue_of, renew_screen_key, set_up_queue
from appointments.staff_views.queue.places import KEEP_SCREENS, worked_sites
from citemetiers.kernel.access import permission_required
from citemetiers.kernel.qr import qr_code
from citemetiers.kernel.seat import seat_of
from sites.models import Site
from sites.staff_views import REFUSED, StaffRequest, site_named


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(KEEP_SCREENS)
def screens(request: StaffRequest) -> HttpResponse:
    sites = worked_sites(request, KEEP_SCREENS)
    site = _site(request, sites)
    queue = queue_as_seen(site)
    initial = {"is_used": queue.is_used, "letter": queue.letter}
    form = ScreensForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        set_up_queue(queue=queue_of(site), by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(_address(site))
    return _show(request, site, sites, form=form, renew_form=RenewForm())


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(KEEP_SCREENS)
def screens_renew(request: StaffRequest) -> HttpResponse:
    sites = worked_sites(request, KEEP_SCREENS)
    site = _site(request, sites)
    if request.method == "GET":
        return redirect(_address(site))
    renew_form = RenewForm(request.POST)
    if renew_form.is_valid():
        renew_screen_key(queue=queue_of(site), by=request.user)
        messages.success(request, _("All screens must be enrolled again: use the addresses below."))
        return redirect(_address(site))
    queue = queue_as_seen(site)
    form = ScreensForm(initial={"is_used": queue.is_used, "letter": queue.letter})
    return _show(request, site, sites, form=form, renew_form=renew_form)


def _site(request: StaffRequest, sites: list[Site]) -> Site:
    """The site that the address or the form names, else the one where the person sits, else the first."""
    slug = request.POST.get("site") or request.GET.get("site")
    if not slug:
        return seat_of(request.session, sites, now=timezone.now()) or sites[0]
    return site_named(slug, sites)


def _address(site: Site) -> str:
    return f"{reverse('counter:screens')}?{urlencode({'site': site.slug})}"


def _show(
    request: StaffRequest, site: Site, sites: list[Site], *, form: ScreensForm, renew_form: RenewForm
) -> HttpResponse:
    queue = queue_as_seen(site)
    with translation.override(site.languages[0]):
        kiosk, display = (reverse(f"queue:{name}", args=[site.slug]) for name in ("kiosk", "display"))
    key = urlencode({"key": queue.screen_key})
    context: dict[str, Any] = {
        "site": site,
        "others": [(one, _address(one)) for one in sites if one != site],
        "form": form,
        "renew_form": renew_form,
        "display_url": display,
        "has_key": bool(queue.screen_key),
        "enrolments": [
            (name, link, qr_code(link))
            for name, link in (
                (pgettext("screen", "Kiosk"), f"{settings.PORTAL_BASE_URL}{kiosk}?{key}"),
                (pgettext("screen", "Display"), f"{settings.PORTAL_BASE_URL}{display}?{key}"),
            )
            if queue.screen_key
        ],
    }
    status = REFUSED if form.errors or renew_form.errors else None
    return render(request, "appointments/counter/screens.html", context, status=status)
