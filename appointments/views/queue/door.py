"""A number on one's own telephone, for whoever stands before the display: its code changes each minute."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from appointments.enums import Origin
from appointments.services.queue import is_door_code, queue_as_seen, ticket_secret
from appointments.views.queue.taking import Step, next_step, see_other, try_to_take
from sites.models import Site

# Whoever was at the door has so long to read the page and to choose.
PASS_LASTS_SECONDS = 600


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def door(request: HttpRequest, site: str) -> HttpResponse:
    place = get_object_or_404(Site.objects.for_public().select_related("network__booking_policy"), slug=site)
    now = timezone.now()
    scanned = request.GET.get("k", "")
    if scanned and is_door_code(queue_as_seen(place), scanned, now=now):
        return redirect(f"{reverse('queue:door', args=[site])}?{urlencode({'pass': _passes(place).sign(scanned)})}")
    code = _code_of_pass(request.GET.get("pass", ""), site=place)
    if not code:
        return render(request, "appointments/queue/door_again.html", {"site": place}, status=HTTPStatus.FORBIDDEN)
    if request.method == "POST":
        answer = try_to_take(request, site=place, origin=Origin.PHONE, door_code=code, now=now)
        if not isinstance(answer, Step):
            return see_other(reverse("queue:ticket", args=[ticket_secret(answer)]))
        if answer.asks_language:
            return see_other(request.path, **{"pass": request.GET["pass"], "theme": answer.asks_language})
    else:
        answer = next_step(request.GET, site=place, now=now)
    context = {"site": place, "step": answer}
    return render(request, "appointments/queue/door.html", context, status=answer.status)


def _passes(site: Site) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"appointments.queue.door.{site.pk}")


def _code_of_pass(signed: str, *, site: Site) -> str:
    try:
        return _passes(site).unsign(signed, max_age=PASS_LASTS_SECONDS)
    except signing.BadSignature:
        return ""
