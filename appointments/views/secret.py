"""What a visitor sees behind the secret link, and takes away on paper or in a calendar."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from appointments.calendar_file import calendar_file
from appointments.enums import State
from appointments.models import Appointment
from appointments.rules import can_change
from appointments.services import call_of, secret_url
from appointments.views.changes import other_moments
from appointments.views.done import just_done
from appointments.views.key import facts_of, with_appointment
from appointments.views.waiting import waiting_context
from citemetiers.kernel.qr import qr_code

PAPERS = ("a4", "a6")
HALF = 3


@login_not_required
@require_safe
@with_appointment
def appointment(request: HttpRequest, secret: str, found: Appointment) -> HttpResponse:
    now = timezone.now()
    context = (
        facts_of(secret, found)
        | _ticket(found, now=now)
        | {
            "done": just_done(request.GET.get("done", ""), secret=secret, found=found),
            "is_illustrative": found.is_illustrative,
            "can_change": can_change(found, now=now),
            "mail_folder": getattr(settings, "EMAIL_FILE_PATH", "") if settings.DEMO else "",
        }
        | waiting_context(found, now=now)
    )
    if found.state == State.TO_MOVE:
        context |= other_moments(request, found, now=now)
    return render(request, "appointments/appointment.html", context)


@login_not_required
@require_safe
@with_appointment
def appointment_print(request: HttpRequest, secret: str, found: Appointment) -> HttpResponse:
    paper, now = request.GET.get("paper", ""), timezone.now()
    context = (
        facts_of(secret, found)
        | _ticket(found, now=now)
        | {
            "paper": paper if paper in PAPERS else PAPERS[0],
            "papers": [(name, name.upper()) for name in PAPERS],
            "with_theme": "theme" in request.GET,
            "with_name": "name" in request.GET,
        }
    )
    return render(request, "appointments/print.html", context)


@login_not_required
@require_safe
@with_appointment
def appointment_calendar(_request: HttpRequest, _secret: str, found: Appointment) -> HttpResponse:
    link, now = secret_url(found, language=get_language() or found.language), timezone.now()
    content = calendar_file(found, link=link, call=call_of(found, now=now), now=now)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return response


def _ticket(found: Appointment, *, now: dt.datetime) -> dict[str, Any]:
    link = secret_url(found, language=get_language() or found.language)
    code = found.code or ""
    # Two halves, as one says a number; each sign on its own for whoever listens.
    return {
        "link": link,
        "call": call_of(found, now=now),
        "qr": qr_code(link),
        "code_halves": (code[:HALF], code[HALF:]),
        "code_aloud": ", ".join(" ".join(half) for half in (code[:HALF], code[HALF:])),
    }
