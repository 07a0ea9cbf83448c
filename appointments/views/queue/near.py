"""Where to tell a visitor that their turn is near, for whoever wants to take some air."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from appointments.enums import IN_LINE
from appointments.forms.turn import TurnForm
from appointments.models import Ticket
from appointments.rules import AppointmentError
from appointments.services import policy_of, shown_of
from appointments.services.queue import ask_to_be_told
from appointments.views.key import with_ticket
from appointments.views.reader import language_of_reader


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@with_ticket
def ticket_near(request: HttpRequest, secret: str, found: Ticket) -> HttpResponse:
    if found.state not in IN_LINE or found.near_told_at is not None:
        return redirect("queue:ticket", secret)
    form = TurnForm(request.POST or None, has_texts=policy_of(found.site.network).is_sms_used)
    is_removed = "remove" in request.POST
    if is_removed or form.is_valid():
        left = {} if is_removed else form.cleaned_data
        email, phone = left.get("email", ""), str(left.get("phone") or "")
        try:
            ask_to_be_told(ticket=found, email=email, phone=phone, language=language_of_reader(), now=timezone.now())
            return redirect("queue:ticket", secret)
        except AppointmentError as error:
            form.add_error(None, str(error))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"secret": secret, "form": form, "left": shown_of(found.visitor)}
    return render(request, "appointments/queue/ticket_near.html", context, status=status)
