"""Readings from a file: every row is shown before anything is written, and all are written or none."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citemetiers.kernel.access import permission_required
from citemetiers.kernel.dates import local_day
from citemetiers.kernel.sheets import DraftError, Sheet, seal
from sites.models import Site
from sites.staff_views import StaffRequest
from visitors import rules
from visitors.count_forms import DoorDraftForm, DoorImportForm
from visitors.count_forms.doors import SALT
from visitors.doors import ONE_DAY
from visitors.services.counting_rules import KEEP_DOORS
from visitors.services.door_checks import Problem, problems_of
from visitors.services.door_files import example_file, headings, read_rows
from visitors.services.doors import compare_readings, counters_of, state_of_doors, write_readings
from visitors.views.seats import at_site, show

MOST_SHOWN = 300


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(KEEP_DOORS)
@at_site(KEEP_DOORS)
def door_import(request: StaffRequest, site: Site) -> HttpResponse:
    if request.method != "POST":
        return _page(request, site, DoorImportForm())
    form = DoorImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, site, form)
    return _preview(request, site, form.cleaned_data["file"])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(KEEP_DOORS)
@at_site(KEEP_DOORS)
def door_import_confirm(request: StaffRequest, site: Site) -> HttpResponse:
    if request.method != "POST":  # where signing in again leads after the session has expired
        return redirect("visitors:door-import")
    confirmed = DoorDraftForm(request.POST, by=request.user)
    if not confirmed.is_valid():
        return _page(request, site, DoorImportForm(), refusal=" ".join(map(str, confirmed.errors["draft"])))
    sheet, (slug, seen) = confirmed.cleaned_data["draft"]
    if slug != site.slug:
        return _page(
            request, site, DoorImportForm(), refusal=_("This preview was of another site. Choose the file again.")
        )
    entries, problems = read_rows(sheet, site=site)
    if problems:
        return _preview(request, site, sheet)
    try:
        written = write_readings(site=site, entries=entries, seen=seen, by=request.user, now=timezone.now())
    except rules.VisitorsError as error:
        return _preview(request, site, sheet, refusal=str(error))
    text = ngettext("%(count)d reading was imported.", "%(count)d readings were imported.", written)
    messages.success(request, text % {"count": written})
    return redirect("visitors:door-list")


@never_cache
@require_safe
@permission_required(KEEP_DOORS)
@at_site(KEEP_DOORS)
def door_example(_request: StaffRequest, site: Site) -> HttpResponse:
    today = local_day(timezone.now(), tz=site.tz)
    content = example_file(counters=counters_of(site), first=today.replace(day=1), until=today + ONE_DAY)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="doors-{site.slug}-{today:%Y-%m}.csv"'
    return response


def _preview(request: StaffRequest, site: Site, sheet: Sheet, *, refusal: str = "") -> HttpResponse:
    entries, unread = read_rows(sheet, site=site)
    problems = sorted([*unread, *problems_of(site, entries, now=timezone.now())], key=lambda problem: problem.row)
    if problems:
        return _page(request, site, DoorImportForm(), refusal=refusal, problems=problems)
    if not entries:
        return _page(request, site, DoorImportForm(), refusal=_("No row of this file holds a number."))
    days = [entry.day for entry in entries]
    seen = state_of_doors(site, first=min(days), last=max(days))
    try:
        sealed = seal(sheet, site.slug, seen, by=request.user, salt=SALT)
    except DraftError as error:
        return _page(request, site, DoorImportForm(), refusal=str(error))
    compared = compare_readings(site, entries)
    context = {
        "refusal": refusal,
        "counts": {state: sum(row.state == state for row in compared) for state in ("new", "changed", "unchanged")},
        "rows": compared[:MOST_SHOWN],
        "more": max(0, len(entries) - MOST_SHOWN),
        "confirm": DoorDraftForm(initial={"draft": sealed}, by=request.user),
    }
    return show(request, site, "door_preview", context)


def _page(
    request: StaffRequest,
    site: Site,
    form: DoorImportForm,
    *,
    refusal: str = "",
    problems: list[Problem] | None = None,
) -> HttpResponse:
    found = problems or []
    context: dict[str, Any] = {
        "form": form,
        "refusal": refusal,
        "problems": found[:MOST_SHOWN],
        "problem_count": len(found),
        "more": max(0, len(found) - MOST_SHOWN),
        "columns": headings(),
    }
    is_refused = bool(form.errors or refusal or found)
    return show(request, site, "door_import", context, is_refused=is_refused)
