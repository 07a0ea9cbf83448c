"""Where devices send what was logged, again and again until it is answered. No address names an entry."""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citemetiers.kernel.access import permission_required, refuse_script
from sites.staff_views import StaffRequest
from visitors.rules import VisitorsError
from visitors.services.entries import Answer, Operation, keep_entries

MOST = 50


@never_cache
@require_http_methods(["PUT"])
@permission_required("visitors.log_contact", for_scripts=True)
def entries(request: StaffRequest) -> JsonResponse:
    if not any(held.site_id or held.network_id for held in request.user.held_memberships):
        # An administrator holds every permission, and yet may have no site to use one at.
        return refuse_script(HTTPStatus.FORBIDDEN, "forbidden")
    items = _items(request)
    if items is None:
        return refuse_script(HTTPStatus.BAD_REQUEST, "unreadable")
    if len(items) > MOST:
        return refuse_script(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-many")
    now = timezone.now()
    answers = _answers([_read(item) for item in items], request, now=now)
    told = [_told(item, answer) for item, answer in zip(items, answers, strict=True)]
    return JsonResponse({"answers": told, "now": now.isoformat()})


def _items(request: StaffRequest) -> list[dict[str, Any]] | None:
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    items = sent.get("entries") if isinstance(sent, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return None
    return items


def _read(item: dict[str, Any]) -> Operation | VisitorsError:
    try:
        return Operation.read(item)
    except VisitorsError as error:
        return error


def _answers(sent: Sequence[Operation | VisitorsError], request: StaffRequest, *, now: Any) -> list[Answer]:
    operations = [one for one in sent if isinstance(one, Operation)]
    kept = iter(keep_entries(operations=operations, by=request.user, now=now) if operations else ())
    return [next(kept) if isinstance(one, Operation) else Answer(one) for one in sent]


def _told(item: dict[str, Any], answer: Answer) -> dict[str, Any]:
    told = {"key": item.get("key"), "edition": item.get("edition"), "kept": answer.is_kept}
    if answer.refusal is not None:
        told |= {"field": answer.refusal.field, "reason": str(answer.refusal)}
    return told
