"""The screen at the door on which visitors take a number or say that they have come."""

import re
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from appointments.enums import Origin
from appointments.models import SiteQueue, Ticket
from appointments.rules import AppointmentError
from appointments.services.queue import check_in_by_code, closes_before, label_of, queue_as_seen, ticket_url
from appointments.views.queue.screens import enrol, screen_of
from appointments.views.queue.taking import Step, next_step, see_other, try_to_take
from appointments.views.reader import language_of_reader
from appointments.waiting_words import words_between
from citemetiers.kernel.codes import REFERENCE_ALPHABET
from citemetiers.kernel.qr import qr_code
from sites.models import Site

METHODS = ["GET", "HEAD", "POST"]
# A number stands on the screen for so long at most: whoever comes next does not find it with the key for "back".
NUMBER_SHOWN_SECONDS = 120
NUMBERS = signing.TimestampSigner(salt="appointments.kiosk.number")
SECRET_IN_LINK = re.compile(r"/b/([\w-]+)")

View = Callable[[HttpRequest, SiteQueue], HttpResponse]


def with_kiosk(view: View) -> Callable[..., HttpResponse]:
    """Hand the queue of the place to the view, on a device that was enrolled there; else say what this page is for."""

    @wraps(view)
    def opened(request: HttpRequest, site: str) -> HttpResponse:
        place = get_object_or_404(Site.objects.for_public().select_related("network__booking_policy"), slug=site)
        enrolled = enrol(request, queue=queue_as_seen(place)) if "key" in request.GET else None
        if enrolled is not None:
            return enrolled
        queue = screen_of(request, site=place)
        if queue is None:
            context = {"site": place}
            return render(request, "appointments/queue/kiosk_elsewhere.html", context, status=HTTPStatus.FORBIDDEN)
        queue.site = place
        return view(request, queue)

    return opened


@login_not_required
@require_safe
@never_cache
@with_kiosk
def kiosk(request: HttpRequest, queue: SiteQueue) -> HttpResponse:
    context = {"site": queue.site, "starts": _starts(queue.site)}
    return render(request, "appointments/queue/kiosk.html", context)


@login_not_required
@require_http_methods(METHODS)
@never_cache
@with_kiosk
def kiosk_take(request: HttpRequest, queue: SiteQueue) -> HttpResponse:
    now = timezone.now()
    if request.method == "POST":
        answer = try_to_take(request, site=queue.site, origin=Origin.KIOSK, now=now)
        if not isinstance(answer, Step):
            return _show(answer, queue=queue)
        if answer.asks_language:
            return see_other(request.path, theme=answer.asks_language)
    else:
        answer = next_step(request.GET, site=queue.site, now=now)
    context = {"site": queue.site, "step": answer}
    return render(request, "appointments/queue/kiosk_take.html", context, status=answer.status)


@login_not_required
@require_http_methods(METHODS)
@never_cache
@with_kiosk
def kiosk_arrive(request: HttpRequest, queue: SiteQueue) -> HttpResponse:
    context: dict[str, Any] = {"site": queue.site, "problem": "", "keys": REFERENCE_ALPHABET}
    if request.method == "POST":
        try:
            code = _code_in(request.POST.get("code", ""))
            return _show(check_in_by_code(site=queue.site, code=code, now=timezone.now()), queue=queue)
        except AppointmentError as error:
            context["problem"] = str(error)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if context["problem"] else HTTPStatus.OK
    return render(request, "appointments/queue/kiosk_arrive.html", context, status=status)


@login_not_required
@require_safe
@never_cache
@with_kiosk
def kiosk_number(request: HttpRequest, queue: SiteQueue) -> HttpResponse:
    ticket = _shown(request.GET.get("ticket", ""), queue=queue)
    if ticket is None:
        return redirect("queue:kiosk", queue.site.slug)
    context = {
        "site": queue.site,
        "label": label_of(ticket, queue),
        "taken_at": ticket.taken_at.astimezone(queue.site.tz),
        "due_at": ticket.due_at.astimezone(queue.site.tz) if ticket.due_at else None,
        "wait": _wait(ticket),
        "is_past_closing": closes_before(ticket=ticket, now=timezone.now()),
        "qr": qr_code(ticket_url(ticket, language=language_of_reader())),
    }
    return render(request, "appointments/queue/kiosk_number.html", context)


def _starts(site: Site) -> list[dict[str, str]]:
    """Where each language begins, in its own words."""
    starts = []
    for code, name in settings.LANGUAGES:
        with translation.override(code):
            url = reverse("queue:kiosk-take", args=[site.slug])
            starts.append({"code": code, "name": name, "welcome": _("Welcome"), "url": url})
    return starts


def _show(ticket: Ticket, *, queue: SiteQueue) -> HttpResponse:
    """The page with the number. Its address opens nothing elsewhere, nor here a little later."""
    return see_other(reverse("queue:kiosk-number", args=[queue.site.slug]), ticket=NUMBERS.sign(str(ticket.pk)))


def _shown(signed: str, *, queue: SiteQueue) -> Ticket | None:
    try:
        key = UUID(NUMBERS.unsign(signed, max_age=NUMBER_SHOWN_SECONDS))
    except (signing.BadSignature, ValueError):
        return None
    ticket = Ticket.objects.filter(pk=key, site=queue.site_id).first()
    if ticket is not None:
        ticket.site = queue.site
    return ticket


def _wait(ticket: Ticket) -> str:
    if ticket.estimated_from is None or ticket.estimated_to is None:
        return ""
    return words_between(ticket.estimated_from, ticket.estimated_to)


def _code_in(text: str) -> str:
    """What was typed without its blanks, or the secret of the link that a scanner typed."""
    scanned = SECRET_IN_LINK.search(text)
    return scanned[1] if scanned else re.sub(r"[\s-]", "", text)
