"""What the carrier of text messages reports: which of them never arrived."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from appointments.services import take_text_failure

LARGEST = 4096
LONGEST_KEY = 100
FAILED, DELIVERED = "failed", "delivered"
BAD_REQUEST, UNAUTHORIZED, TOO_LARGE, NO_CONTENT = 400, 401, 413, 204


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def texts(request: HttpRequest) -> HttpResponse:
    if not settings.SMS_HOOK_TOKEN:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.SMS_HOOK_TOKEN}"):
        return HttpResponse(status=UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return HttpResponse(status=TOO_LARGE)
    report = _report_in(body)
    if report is None:
        return HttpResponse(status=BAD_REQUEST)
    key, status = report
    if status == FAILED and not take_text_failure(key=key, now=timezone.now()):
        raise Http404  # perhaps a moment too early: a carrier asks again
    return HttpResponse(status=NO_CONTENT)


def _report_in(body: bytes) -> tuple[str, str] | None:
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    key, status = found.get("key"), found.get("status")
    if not isinstance(key, str) or status not in (FAILED, DELIVERED):
        return None
    is_whole = 0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()
    return (key, status) if is_whole else None
