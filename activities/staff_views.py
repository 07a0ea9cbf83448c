import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from activities import services
from activities.enums import Change
from activities.forms import ConfirmForm, ImportForm, SessionForm, editable_open_days
from activities.models import OpenDay, Programme, Session
from activities.querysets import SessionQuerySet
from activities.rules import EDIT_PROGRAMME, ActivityError, ChangedMeanwhileError, SessionRemovedError
from activities.sheets import COLUMNS, Draft, DraftError, RowError, Sheet, Words, clean_rows
from citemetiers.kernel.access import permission_required
from sites.models import Site
from sites.staff_views import site_named, sites_for

MAX_ERRORS_SHOWN = 300
# A release speaks of local times, the model of instants.
FIELD_OF = {"starts": "starts_at", "ends": "ends_at"}


@permission_required(EDIT_PROGRAMME)
@require_GET
def programme_list(request: HttpRequest) -> HttpResponse:
    sites = _editable_sites(request)
    programmes = Programme.objects.filter(site__in=sites).select_related("site", "open_day__network")
    standings = {
        (standing.programme.open_day_id, standing.programme.site_id): standing
        for standing in services.standing_of(programmes)
    }
    open_days = [
        _open_day_row(open_day, [site for site in sites if site.network_id == open_day.network_id], standings)
        for open_day in editable_open_days(sites)
    ]
    return render(request, "activities/programme_list.html", {"open_days": open_days})


@permission_required(EDIT_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def programme_import(request: HttpRequest) -> HttpResponse:
    sites = _editable_sites(request)
    open_days = editable_open_days(sites)
    if request.method != "POST":
        today = timezone.localdate()
        coming = open_days.filter(day__gte=today).order_by("day", "pk").first()
        form = ImportForm(open_days=open_days, initial={"open_day": coming, "is_illustrative": settings.DEMO})
        return _import_page(request, form)
    form = ImportForm(request.POST, request.FILES, open_days=open_days)
    if not form.is_valid():
        return _import_page(request, form)
    sheet, left_out = form.cleaned_data["file"], 0
    if form.cleaned_data["is_only_mine"]:
        sheet, left_out = _only_of(sheet, sites)
    if not sheet.rows:
        form.add_error("file", _("No row of this file is about one of your sites."))
        return _import_page(request, form)
    data = form.cleaned_data
    draft = Draft(data["open_day"].pk, sheet, data["moves_date"], data["is_illustrative"], seen="")
    return _preview(request, draft, form, left_out=left_out)


@permission_required(EDIT_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def programme_import_confirm(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":  # where signing in again leads after the session has expired
        return redirect("programmes:programme-import")
    sites = _editable_sites(request)
    open_days = editable_open_days(sites)
    form = ImportForm(open_days=open_days)
    confirmed = ConfirmForm(request.POST, by=request.user)
    if not confirmed.is_valid():
        return _import_page(request, form, refusal=" ".join(str(text) for text in confirmed.errors["draft"]))
    draft = confirmed.cleaned_data["draft"]
    open_day = get_object_or_404(open_days, pk=draft.open_day_id)
    rows, errors = clean_rows(draft.sheet, words=_words(open_day, sites, draft))
    if errors:
        return _preview(request, draft, form)
    try:
        plans = services.import_programme(
            open_day=open_day, rows=rows, by=request.user, is_illustrative=draft.is_illustrative, seen=draft.seen
        )
    except ActivityError as error:
        return _preview(request, draft, form, refusal=str(error))
    written = sum(len(plan.new) + len(plan.changed) + len(plan.removed) for plan in plans)
    text = ngettext("%(count)s difference was imported.", "%(count)s differences were imported.", written)
    messages.success(request, text % {"count": written})
    return redirect("programmes:programme-list")


@permission_required(EDIT_PROGRAMME)
@require_GET
def programme_example(_request: HttpRequest) -> HttpResponse:
    response = HttpResponse(services.SEED_FILE.read_bytes(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{services.SEED_FILE.name}"'
    return response


@permission_required(EDIT_PROGRAMME)
@require_GET
def programme_detail(request: HttpRequest, day: dt.date, site: str) -> HttpResponse:
    open_day, place = _open_day_at(request, day, site)
    programme = _programme(open_day, place)
    sessions = Session.objects.filter(programme__open_day=open_day, programme__site=place)
    context = {
        "open_day": open_day,
        "site": place,
        "sessions": sessions.with_details().in_order(),
        "standing": services.standing_of([programme])[0] if programme else None,
    }
    return render(request, "activities/programme_detail.html", context)


@permission_required(EDIT_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def session_add(request: HttpRequest, day: dt.date, site: str) -> HttpResponse:
    open_day, place = _open_day_at(request, day, site)
    return _session_page(request, open_day, place, session=None)


@permission_required(EDIT_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def session_edit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    session = _sessions(request).filter(public_id=public_id).first()
    if session is not None:
        return _session_page(request, session.programme.open_day, session.programme.site, session=session)
    # Removed while somebody was typing: the form says of which programme it was, so that nothing typed is lost.
    open_day, site = _open_day_of_form(request)
    form = SessionForm(request.POST, open_day=open_day, site=site)
    form.full_clean()
    form.add_domain_error(SessionRemovedError())
    return _show_session(request, form, session=None)


@permission_required(EDIT_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def session_delete(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    session = get_object_or_404(_sessions(request), public_id=public_id)
    open_day, site = session.programme.open_day, session.programme.site
    if request.method != "POST":
        context = {"session": session, "open_day": open_day, "site": site}
        return render(request, "activities/session_delete.html", context)
    services.delete_session(session=session, by=request.user)
    messages.success(request, _("The session was removed. Visitors see it until the next release."))
    return redirect("programmes:programme-detail", open_day.day, site.slug)


@permission_required(EDIT_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def programme_release(request: HttpRequest, day: dt.date, site: str) -> HttpResponse:
    open_day, place = _open_day_at(request, day, site)
    programme = _programme(open_day, place)
    if programme is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            release = services.release_programme(
                programme=programme, by=request.user, now=timezone.now(), seen=request.POST.get("seen", "")
            )
        except ActivityError as error:
            refusal = str(error)
        else:
            text = _("Release %(number)s of %(site)s is public.")
            messages.success(request, text % {"number": release.number, "site": place.name})
            return redirect("programmes:programme-detail", open_day.day, place.slug)
    changes, checksum = services.pending_changes(programme)
    context = {
        "open_day": open_day,
        "site": place,
        "standing": services.standing_of([programme])[0],
        "changes": [_change_row(change) for change in changes],
        "seen": checksum,
        "refusal": refusal,
    }
    return render(request, "activities/programme_release.html", context)


@permission_required(EDIT_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def open_day_release(request: HttpRequest, day: dt.date, network: str) -> HttpResponse:
    if request.method != "POST":
        return redirect("programmes:programme-list")
    sites = [site for site in _editable_sites(request) if site.network.slug == network]
    open_day = get_object_or_404(editable_open_days(sites), day=day, network__slug=network)
    try:
        released = services.release_changed(
            open_day=open_day, sites=sites, by=request.user, now=timezone.now(), seen=request.POST.get("seen", "")
        )
    except ActivityError as error:
        messages.error(request, str(error))
        return redirect("programmes:programme-list")
    count = len(released)
    if count:
        text = ngettext("%(count)s programme was released.", "%(count)s programmes were released.", count)
        messages.success(request, text % {"count": count})
    else:
        messages.info(request, _("Nothing has changed since the last releases."))
    return redirect("programmes:programme-list")


def _editable_sites(request: HttpRequest) -> list[Site]:
    return sites_for(request, EDIT_PROGRAMME)


def _open_day_at(request: HttpRequest, day: dt.date, slug: str) -> tuple[OpenDay, Site]:
    site = site_named(slug, _editable_sites(request))
    return get_object_or_404(OpenDay.objects.select_related("network"), network=site.network_id, day=day), site


def _programme(open_day: OpenDay, site: Site) -> Programme | None:
    return open_day.programmes.filter(site=site).select_related("site", "open_day__network").first()


def _open_day_of_form(request: HttpRequest) -> tuple[OpenDay, Site]:
    try:
        day = dt.date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise Http404 from None
    return _open_day_at(request, day, request.POST.get("site", ""))


def _sessions(request: HttpRequest) -> SessionQuerySet:
    sessions: SessionQuerySet = Session.objects.filter(programme__site__in=_editable_sites(request))
    return sessions.with_details()


def _session_page(request: HttpRequest, open_day: OpenDay, site: Site, *, session: Session | None) -> HttpResponse:
    form = SessionForm(request.POST or None, instance=session, open_day=open_day, site=site)
    seen = request.POST.get("seen", "")
    if request.method == "POST" and form.is_valid():
        try:
            services.save_session(
                open_day=open_day,
                site=site,
                session=session,
                values=form.values() | {"seen": seen},
                by=request.user,
            )
        except ActivityError as error:
            form.add_domain_error(error)
            if isinstance(error, ChangedMeanwhileError) and session is not None:
                # Now the person knows: what is saved next replaces what is there at this moment.
                session, seen = _sessions(request).filter(pk=session.pk).first(), ""
        else:
            messages.success(request, _("The session is saved. Visitors see the change after the next release."))
            return redirect("programmes:programme-detail", open_day.day, site.slug)
    return _show_session(request, form, session=session, seen=seen)


def _show_session(request: HttpRequest, form: SessionForm, *, session: Session | None, seen: str = "") -> HttpResponse:
    if session is not None:
        seen = seen or services.state_of_session(session)
    context = {"form": form, "session": session, "open_day": form.open_day, "site": form.site, "seen": seen}
    return render(request, "activities/session_form.html", context)


def _open_day_row(open_day: OpenDay, sites: list[Site], standings: dict[Any, services.Standing]) -> dict[str, Any]:
    rows = [(site, standings.get((open_day.pk, site.pk))) for site in sites]
    found = [standing for _site, standing in rows if standing]
    return {
        "open_day": open_day,
        "rows": [{"site": site, "standing": standing} for site, standing in rows],
        "session_count": sum(standing.session_count for standing in found),
        "changed_count": sum(standing.is_changed for standing in found),
        "is_released": any(standing.number for standing in found),
        "seen": services.state_of_changes(found),
    }


def _change_row(change: dict[str, Any]) -> dict[str, Any]:
    fields: list[Any] = [Session._meta.get_field(FIELD_OF.get(name, name)) for name in change["fields"]]
    labels = [str(field.verbose_name) for field in fields]
    return {**change, "label": Change(change["change"]).label, "field_labels": labels}


def _words(open_day: OpenDay, sites: list[Site], draft: Draft) -> Words:
    return Words.load(open_day=open_day, editable=sites, moves_date=draft.moves_date)


def _only_of(sheet: Sheet, sites: list[Site]) -> tuple[Sheet, int]:
    # A misspelt site is kept, so that its error is shown; only known sites of others are left out.
    others = set(Site.objects.values_list("slug", flat=True)) - {site.slug for site in sites}
    at = sheet.columns.index("site")
    rows = tuple(row for row in sheet.rows if row[1][at].lower() not in others)
    return Sheet(sheet.columns, rows), len(sheet.rows) - len(rows)


def _import_page(request: HttpRequest, form: ImportForm, **context: Any) -> HttpResponse:
    return render(request, "activities/programme_import.html", {"form": form, "columns": COLUMNS, **context})


def _preview(
    request: HttpRequest, draft: Draft, form: ImportForm, *, left_out: int = 0, refusal: str = ""
) -> HttpResponse:
    sites = _editable_sites(request)
    open_day = get_object_or_404(editable_open_days(sites), pk=draft.open_day_id)
    rows, errors = clean_rows(draft.sheet, words=_words(open_day, sites, draft))
    if errors:
        return _import_page(request, form, refusal=refusal, **_error_context(errors, draft.sheet))
    plans = services.compare_programme(open_day=open_day, rows=rows, is_illustrative=draft.is_illustrative)
    seen = services.state_of(open_day=open_day, rows=rows)
    sealed = Draft(open_day.pk, draft.sheet, draft.moves_date, draft.is_illustrative, seen)
    try:
        confirm = ConfirmForm(initial={"draft": sealed.sealed(by=request.user)}, by=request.user)
    except DraftError as error:
        return _import_page(request, form, refusal=str(error))
    context = {
        "open_day": open_day,
        "plans": plans,
        "totals": {
            name: sum(len(getattr(plan, name)) for plan in plans) for name in ("new", "changed", "unchanged", "removed")
        },
        "confirm": confirm,
        "left_out": left_out,
        "refusal": refusal,
        "is_illustrative": draft.is_illustrative,
    }
    return render(request, "activities/programme_preview.html", context)


def _error_context(errors: list[RowError], sheet: Sheet) -> dict[str, Any]:
    return {
        "errors": errors[:MAX_ERRORS_SHOWN],
        "error_count": len(errors),
        "hidden_count": max(0, len(errors) - MAX_ERRORS_SHOWN),
        "row_count": len(sheet.rows),
    }
