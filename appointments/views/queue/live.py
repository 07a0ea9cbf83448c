"""The live board of all places, and of one. Public, the same for everybody, and cheap to watch."""

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from appointments.views.queue.polled import NO_MESSAGES, PolledRequest, mark_of, marked, page_mark, unchanged
from appointments.views.queue.shown import Drawn, ShownSite, ShownSites
from sites.forms import NearForm
from sites.geography import Start
from sites.services import nearest_first, places_now

# A proxy in front answers all who watch a place with one question to us.
KEPT = "public, max-age=5"


@login_not_required
@require_safe
def live(request: PolledRequest, site: str) -> HttpResponse:
    shown = ShownSite(site, now=timezone.now())
    mark = mark_of(site, shown.version)
    tag = page_mark(request, mark)
    if (answer := unchanged(request, tag, kept=KEPT)) is not None:
        return answer
    context: dict[str, Any] = {"mark": json.dumps(mark), "drawn": shown.drawn()}
    if not request.htmx:
        context |= {"site": shown.site, **NO_MESSAGES}
    return _answer(request, "appointments/queue/live.html", context, tag)


@login_not_required
@require_safe
def live_list(request: PolledRequest) -> HttpResponse:
    shown = ShownSites(now=timezone.now())
    asked = request.GET.get("near", "")
    mark = mark_of(asked, shown.version)
    tag = page_mark(request, mark)
    if (answer := unchanged(request, tag, kept=KEPT)) is not None:
        return answer
    form = NearForm(request.GET)
    start = form.cleaned_data["near"] if form.is_valid() else None
    drawn = shown.drawn()
    context: dict[str, Any] = {"mark": json.dumps(mark), "total": drawn.total, "rows": _rows(shown, drawn, start)}
    if not request.htmx:
        context |= {"form": form, "start": start, **NO_MESSAGES}
    return _answer(request, "appointments/queue/live_list.html", context, tag)


def _rows(shown: ShownSites, drawn: Drawn, start: Start | None) -> list[dict[str, Any]]:
    if start is None:
        return [{"drawn": row, "km": None} for row in drawn.rows.values()]
    places = nearest_first(places_now(shown.sites, now=shown.now), start.position)
    known = [place for place in places if place.site.slug in drawn.rows]
    return [{"drawn": drawn.rows[place.site.slug], "km": place.km} for place in known]


def _answer(request: PolledRequest, template: str, context: dict[str, Any], tag: str) -> HttpResponse:
    response = render(request, f"{template}#board" if request.htmx else template, context)
    return marked(response, tag, kept=KEPT)
