"""The screen on the wall: who is called where. It runs for months without anybody at its keyboard."""

import datetime as dt
import json
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from appointments.models import SiteQueue
from appointments.services.queue import door_code
from appointments.views.queue.lines import theme_lines, wait_line
from appointments.views.queue.polled import NO_MESSAGES, PolledRequest, mark_of, marked, page_mark, unchanged
from appointments.views.queue.screens import enrol, screen_of
from appointments.views.queue.shown import ShownSite
from citemetiers.kernel.dates import local_day
from citemetiers.kernel.look import look
from citemetiers.kernel.qr import qr_code
from sites.models import Site
from visitors.services import survey_code

KEPT = "private, no-cache"
SIDES = 2
# At this hour of the night a screen loads itself anew, as long as somebody answers.
NIGHT = dt.timedelta(hours=3)


@login_not_required
@require_safe
def display(request: PolledRequest, site: str) -> HttpResponse:
    now = timezone.now()
    shown = ShownSite(site, now=now)
    queue = SiteQueue.objects.filter(site=shown.site).first() if "key" in request.GET else None
    if queue and (answer := enrol(request, queue=queue)) is not None:
        return answer
    page = _page(shown.site, now=now)
    if request.htmx and request.headers.get("Page-Version") != page:
        return _anew()
    door = _door(shown.site, screen_of(request, site=shown.site), now=now)
    minute = now.astimezone(shown.site.tz).strftime("%H:%M")
    mark = mark_of("display", shown.version, minute, door)
    tag = page_mark(request, mark)
    if (answer := unchanged(request, tag, kept=KEPT)) is not None:
        return answer
    context = {
        "site": shown.site,
        "board": shown.board,
        "sides": _sides(shown),
        "minute": minute,
        "door": {"url": door, "qr": qr_code(door)} if door else None,
        "survey": survey_code(shown.site),
        "headers": json.dumps({"If-None-Match": mark, "Page-Version": page}),
        **NO_MESSAGES,
    }
    template = "appointments/queue/display.html"
    response = render(request, f"{template}#board" if request.htmx else template, context)
    return marked(response, tag, kept=KEPT)


def _page(site: Site, *, now: dt.datetime) -> str:
    """Changes with a deployment, and every night."""
    return f"{look()[:12]}-{local_day(now - NIGHT, tz=site.tz)}"


def _anew() -> HttpResponse:
    return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Refresh": "true", "Cache-Control": "no-store"})


def _door(site: Site, queue: SiteQueue | None, *, now: dt.datetime) -> str:
    """The address to take a number by telephone: shown on the screens of the place alone, other each minute."""
    if queue is None or not queue.is_used:
        return ""
    path = reverse("queue:door", args=[site.slug])
    return f"{settings.PORTAL_BASE_URL}{path}?{urlencode({'k': door_code(queue, now=now)})}"


def _sides(shown: ShownSite) -> list[dict[str, Any]]:
    """What is said in words, in each of the languages of the place, side by side."""
    codes = list(shown.site.languages[:SIDES])
    if len(codes) < SIDES:
        codes = [translation.get_language()]
    sides = []
    for code in codes:
        with translation.override(code):
            said = ShownSite(shown.slug, now=shown.now)
            # The themes of a board speak any language; the reason of a pause was read in one.
            board = said.board if shown.board.notice else shown.board
            side = {"code": code, "opening": said.opening, "notice": board.notice}
            spoken = code if len(codes) == SIDES else ""
            sides.append({**side, "wait": wait_line(board), "lines": theme_lines(board, spoken=spoken)})
    return sides
