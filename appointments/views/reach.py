"""What a visitor left with us, put right behind the secret link: a plain form, and one press."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from appointments.enums import Channel
from appointments.forms.correction import CorrectionForm
from appointments.models import Appointment, Wait
from appointments.rules import AppointmentError, check_change
from appointments.services import Correction, correct_details, correct_wait
from appointments.views.done import done_url
from appointments.views.key import with_appointment, with_wait
from appointments.views.protection import check_proof, proof_context

METHODS = ["GET", "HEAD", "POST"]
TEMPLATE = "appointments/reach.html"


@login_not_required
@require_http_methods(METHODS)
@with_appointment
def appointment_reach(request: HttpRequest, secret: str, found: Appointment) -> HttpResponse:
    now = timezone.now()
    context = {"back_url": reverse("appointments:appointment", args=[secret]), "appointment": found}
    try:
        check_change(found, now=now)
    except AppointmentError as error:
        return _refused(request, error, context)
    form = CorrectionForm(request.POST or None, visitor=found.visitor, is_call=found.channel == Channel.PHONE)

    def save(correction: Correction) -> str:
        left = correct_details(appointment=found, correction=correction, language=_reader(found), now=now)
        is_erased = found.visitor is not None and left.visitor is None
        return done_url("erased" if is_erased else "corrected", secret)

    return _answer(request, form, found, save, context)


@login_not_required
@require_http_methods(METHODS)
@with_wait
def wait_reach(request: HttpRequest, secret: str, found: Wait) -> HttpResponse:
    back_url = reverse("appointments:wait", args=[secret])
    if request.method != "POST" and found.ended_at is not None:
        return redirect(back_url)
    is_call = found.channel == Channel.PHONE
    form = CorrectionForm(request.POST or None, visitor=found.visitor, has_alias=False, is_call=is_call)

    def save(correction: Correction) -> str:
        correct_wait(wait=found, correction=correction, language=_reader(found), now=timezone.now())
        return done_url("corrected", secret, page="appointments:wait")

    return _answer(request, form, found, save, {"back_url": back_url})


def _answer(
    request: HttpRequest,
    form: CorrectionForm,
    found: Appointment | Wait,
    save: Callable[[Correction], str],
    context: dict[str, Any],
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            _check_proof(request, form.correction, found)
            return redirect(save(form.correction))
        except AppointmentError as error:
            form.add_error(None, str(error))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(
        request,
        TEMPLATE,
        context | {"form": form, "is_call": found.channel == Channel.PHONE} | proof_context(request),
        status=status,
    )


def _check_proof(request: HttpRequest, wanted: Correction, found: Appointment | Wait) -> None:
    """A new address gets a message: without work for each, one link could write to everybody."""
    if wanted.email or wanted.phone:
        act = f"reach {found.pk} {wanted.email} {wanted.phone}"
        check_proof(request, network_id=found.site.network_id, act=act)


def _refused(request: HttpRequest, error: AppointmentError, context: dict[str, Any]) -> HttpResponse:
    status = HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.OK
    return render(request, TEMPLATE, context | {"problem": str(error)}, status=status)


def _reader(found: Appointment | Wait) -> str:
    return get_language() or found.language
