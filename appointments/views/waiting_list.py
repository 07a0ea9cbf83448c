"""The form by which somebody starts to wait for a moment at a place where nothing is free."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from appointments.forms import WaitForm
from appointments.rules import AppointmentError, ProofError
from appointments.services import VisitorDetails, languages_at, service_at, start_wait, wait_secret_of, ways_of
from appointments.views.protection import check_proof, proof_context
from appointments.views.reader import language_of_reader, unknown_wish
from appointments.views.wish import UnknownWishError, Wish, read_wish
from citemetiers.kernel.dates import local_day


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def wait_start(request: HttpRequest) -> HttpResponse:
    try:
        wish = read_wish(request.GET)
        form = _form(request, wish)
    except UnknownWishError as error:
        return unknown_wish(error)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("appointments:wait", _start(request, wish, form))
        except AppointmentError as error:
            form.add_error(None, str(error))
            if isinstance(error, ProofError) and wish.site:
                form.phone_to_call = wish.site.phone
    context = {
        "wish": wish,
        "form": form,
        "times_url": wish.url,
        "retention_days": settings.PORTAL_RETENTION_DAYS,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "appointments/wait_start.html", context | proof_context(request), status=status)


def _form(request: HttpRequest, wish: Wish) -> WaitForm:
    now, site = timezone.now(), wish.site
    service = service_at(wish.theme, site=site) if wish.theme and site else None
    if service is None or site is None:
        raise UnknownWishError(_("Nobody receives for this theme at this place. Choose another place."))
    spoken = languages_at(service=service, site=site, now=now)
    ways = ways_of(service)
    return WaitForm(
        request.POST if request.method == "POST" else None,
        service=service,
        spoken=spoken,
        today=local_day(now, tz=site.tz),
        language=next((code for code in (wish.language, language_of_reader()) if code in spoken), spoken[0]),
        way=wish.channel if wish.channel in ways else ways[0],
    )


def _start(request: HttpRequest, wish: Wish, form: WaitForm) -> str:
    if wish.theme is None or wish.site is None:
        raise UnknownWishError
    given: dict[str, Any] = form.cleaned_data
    check_proof(request, network_id=wish.site.network_id, act=f"wait {given['token']} {wish.theme.pk} {wish.site.pk}")
    wait = start_wait(
        site=wish.site,
        theme=wish.theme,
        language=given["language"],
        channel=given["way"],
        first_on=given["first_on"],
        last_on=given["last_on"],
        details=VisitorDetails(email=given["email"], phone=str(given["phone"] or ""), language=language_of_reader()),
        token=given["token"],
        now=timezone.now(),
    )
    return wait_secret_of(wait)
