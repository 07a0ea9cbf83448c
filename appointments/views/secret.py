"""What a visitor does with the secret link: no account, the link is the key."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appointments.calendar_file import calendar_file, place_in_one_line
from appointments.enums import State
from appointments.models import Appointment
from appointments.rules import AppointmentError, can_change
from appointments.services import (
    ExpiredLinkError,
    UnknownLinkError,
    cancel_appointment,
    find_by_secret,
    find_free_slots,
    forget_visitor,
    is_illustrative,
    move_appointment,
    secret_url,
)
from appointments.views.offers import by_day, offers_of, page_of
from appointments.views.wish import UnknownWishError, Wish, read_day, read_moment
from citemetiers.kernel.errors import error_page
from sites.enums import Language

# What was just done is told for so long; a bookmark made of that page then tells the plain facts.
DONE_IS_NEWS = dt.timedelta(minutes=10)
SecretView = Callable[[HttpRequest, str, Appointment], HttpResponse]


def with_appointment(view: SecretView) -> Callable[..., HttpResponse]:
    """Hand the appointment of the secret link to the view; keep the page out of caches and search engines."""

    @wraps(view)
    def guarded(request: HttpRequest, secret: str) -> HttpResponse:
        try:
            response = view(request, secret, find_by_secret(secret=secret, now=timezone.now()))
        except UnknownLinkError as error:
            response = error_page(HTTPStatus.NOT_FOUND, title=_("This link does not open anything"), text=str(error))
        except ExpiredLinkError as error:
            response = error_page(HTTPStatus.GONE, title=_("This link has expired"), text=str(error))
        response["Cache-Control"] = "no-store, private"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


@login_not_required
@require_safe
@with_appointment
def appointment(request: HttpRequest, secret: str, found: Appointment) -> HttpResponse:
    link = secret_url(found, language=get_language() or found.language)
    context = _facts(secret, found) | {
        "done": _just_done(request, secret, found),
        "is_illustrative": is_illustrative(
            service=found.service,
            site=found.site,
            language=found.language,
            period=(found.starts_at, found.ends_at),
            advisor_id=found.advisor_id,
        ),
        "link": link,
        "qr": _qr_code(link),
        "can_change": can_change(found, now=timezone.now()),
        "mail_folder": getattr(settings, "EMAIL_FILE_PATH", "") if settings.DEMO else "",
    }
    return render(request, "appointments/appointment.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@with_appointment
def appointment_move(request: HttpRequest, secret: str, found: Appointment) -> HttpResponse:
    if request.method != "POST" and found.state == State.CANCELLED:
        return redirect("appointments:appointment", secret)
    problem, status = "", HTTPStatus.OK
    if request.method == "POST":
        try:
            starts_at = read_moment(request.POST.get("starts", ""))
            move_appointment(appointment=found, starts_at=starts_at, now=timezone.now())
            return redirect(done_url("moved", secret))
        except (AppointmentError, UnknownWishError) as error:
            problem, status = str(error), HTTPStatus.CONFLICT
    context = (
        _facts(secret, found)
        | _other_moments(request, found)
        | {
            "problem": problem,
            "can_change": can_change(found, now=timezone.now()),
        }
    )
    return render(request, "appointments/move.html", context, status=status)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@with_appointment
def appointment_cancel(request: HttpRequest, secret: str, found: Appointment) -> HttpResponse:
    if request.method != "POST" and found.state == State.CANCELLED:
        return redirect("appointments:appointment", secret)
    problem, status = "", HTTPStatus.OK
    if request.method == "POST":
        try:
            cancel_appointment(appointment=found, now=timezone.now())
            return redirect(done_url("cancelled", secret))
        except AppointmentError as error:
            problem, status = str(error), HTTPStatus.CONFLICT
    context = _facts(secret, found) | {"problem": problem, "can_change": can_change(found, now=timezone.now())}
    return render(request, "appointments/cancel.html", context, status=status)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@with_appointment
def appointment_erase(request: HttpRequest, secret: str, found: Appointment) -> HttpResponse:
    if request.method == "POST":
        forget_visitor(appointment=found)
        return redirect(done_url("erased", secret))
    return render(request, "appointments/erase.html", _facts(secret, found))


@login_not_required
@require_safe
@with_appointment
def appointment_calendar(_request: HttpRequest, _secret: str, found: Appointment) -> HttpResponse:
    link = secret_url(found, language=get_language() or found.language)
    response = HttpResponse(calendar_file(found, link=link, now=timezone.now()), content_type="text/calendar")
    response["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return response


def _facts(secret: str, found: Appointment) -> dict[str, Any]:
    # Never the appointment's advisor: the public sees a theme, a language, a place and a time.
    local = found.starts_at.astimezone(found.site.tz)
    return {
        "secret": secret,
        "code": found.code,
        "theme": found.service.theme,
        "minutes": found.service.minutes,
        "site": found.site,
        "place": place_in_one_line(found),
        "channel": found.get_channel_display(),
        "language_name": Language(found.language).label,
        "day": local.date(),
        "time": local.time(),
        "visitor": found.visitor,
        "is_cancelled": found.state == State.CANCELLED,
    }


def _other_moments(request: HttpRequest, found: Appointment) -> dict[str, Any]:
    wish = Wish(theme=found.service.theme, site=found.site, language=found.language)
    slots = find_free_slots(theme=found.service.theme, site=found.site, language=found.language, now=timezone.now())
    offers = offers_of(slots, wish=wish, sites={found.site.pk: found.site}, reader=found.language)
    try:
        first_on = read_day(request.GET.get("from", ""))
    except UnknownWishError:
        first_on = None
    page = page_of(by_day(offers), first_on=first_on)
    return {
        "days": page.days,
        "later_url": f"?{urlencode({'from': page.later_on.isoformat()})}" if page.later_on else "",
        "is_illustrative": any(slot.is_illustrative for slot in slots),
        "anywhere_url": wish.but(site=None, is_anywhere=True).url,
    }


def done_url(what: str, secret: str) -> str:
    """The page of the secret link that tells, for some minutes, what was just done."""
    url = reverse("appointments:appointment", args=[secret])
    return f"{url}?{urlencode({'done': _signer(secret).sign(what)})}"


def _just_done(request: HttpRequest, secret: str, found: Appointment) -> str:
    try:
        done = _signer(secret).unsign(request.GET.get("done", ""), max_age=DONE_IS_NEWS)
    except signing.BadSignature:
        return ""
    return "" if done == "erased" and found.visitor is not None else done


def _signer(secret: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"appointments.done.{secret}")


def _qr_code(link: str) -> SafeString:
    # Presentation attributes only: the policy of the page allows no inline style.
    drawing = segno.make(link, micro=False, error="m").svg_inline(scale=4, border=4, light="#ffffff", omitsize=True)
    return mark_safe(drawing)  # noqa: S308  drawn by us from our own address
