"""Groups, outings and classes. No address names one: the key travels in the form."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citemetiers.kernel.access import permission_required
from citemetiers.kernel.errors import DomainError
from sites.models import Site, Theme
from sites.staff_views import StaffRequest
from visitors import rules
from visitors.count_forms import GroupForm
from visitors.count_forms.groups import filled_from, kind_asked
from visitors.models import Tally
from visitors.services.counting_rules import COUNT_GROUPS, ChangedMeanwhileError, CountError, window_at
from visitors.services.tallies import (
    GROUP_KINDS,
    PartsError,
    change_group,
    count_group,
    group_of,
    groups_of_window,
    remove_group,
    state_of,
)
from visitors.views.seats import at_site, show


@never_cache
@require_safe
@permission_required(COUNT_GROUPS)
@at_site(COUNT_GROUPS)
def group_list(request: StaffRequest, site: Site) -> HttpResponse:
    now = timezone.now()
    groups = [(tally, _parts(tally)) for tally in groups_of_window(site, now=now)]
    context = {"groups": groups, "kinds": GROUP_KINDS, "since": window_at(site, now=now)[0]}
    return show(request, site, "groups", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(COUNT_GROUPS)
@at_site(COUNT_GROUPS)
def group_add(request: StaffRequest, site: Site) -> HttpResponse:
    now = timezone.now()
    if request.method != "POST":
        day, half_day = rules.moment_at(site, now=now)
        asked = kind_asked(request.GET.get("kind", ""))
        initial = {"key": uuid4(), "kind": asked, "day": day, "half_day": half_day}
        return _show(request, site, _form(site, initial=initial))
    form = _form(site, request.POST)
    if form.is_valid():
        try:
            count_group(key=form.cleaned_data["key"], site=site, group=form.group(), by=request.user, now=now)
        except DomainError as error:
            _tell(form, error)
        else:
            messages.success(request, _("The group is counted."))
            return redirect("visitors:group-list")
    return _show(request, site, form, fresh_key=uuid4() if "key" in form.errors else None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(COUNT_GROUPS)
@at_site(COUNT_GROUPS)
def group_change(request: StaffRequest, site: Site) -> HttpResponse:
    if request.method != "POST":  # where signing in again leads after the session has expired
        return redirect("visitors:group-list")
    tally, now = _tally(request, site), timezone.now()
    if tally is None:
        messages.error(request, _("A colleague removed this count meanwhile. Count it anew if it was right."))
        return redirect("visitors:group-list")
    group, seen = group_of(tally), request.POST.get("seen")
    if seen is None:
        initial = {"key": tally.pk, **filled_from(group)}
        return _show(request, site, _form(site, initial=initial, kept=group.theme), seen=state_of(group))
    form = _form(site, request.POST, kept=group.theme)
    if form.is_valid():
        try:
            change_group(key=tally.pk, site=site, group=form.group(), seen=seen, by=request.user, now=now)
        except DomainError as error:
            _tell(form, error)
            seen = state_of(group) if isinstance(error, ChangedMeanwhileError) else seen
        else:
            messages.success(request, _("The change is saved."))
            return redirect("visitors:group-list")
    return _show(request, site, form, seen=seen)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(COUNT_GROUPS)
@at_site(COUNT_GROUPS)
def group_remove(request: StaffRequest, site: Site) -> HttpResponse:
    if request.method != "POST":
        return redirect("visitors:group-list")
    tally = _tally(request, site)
    if tally is not None and "sure" not in request.POST:
        return show(request, site, "group_remove", {"tally": tally, "parts": _parts(tally)})
    if tally is not None:
        try:
            remove_group(key=tally.pk, site=site, by=request.user, now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("visitors:group-list")
    messages.success(request, _("The count is removed."))
    return redirect("visitors:group-list")


def _tally(request: StaffRequest, site: Site) -> Tally | None:
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError as error:
        raise Http404 from error
    found = Tally.objects.at(site).of_kind(*GROUP_KINDS).select_related("theme").prefetch_related("margins")
    return found.filter(pk=key).first()


def _parts(tally: Tally) -> list[str]:
    return [f"{one.number} {one.get_margin_display()}" for one in sorted(tally.margins.all(), key=_place_of)]


def _place_of(part: Any) -> int:
    return list(GroupForm.MARGINS).index(part.margin)


def _form(site: Site, data: Any = None, *, initial: Any = None, kept: Theme | None = None) -> GroupForm:
    window = window_at(site, now=timezone.now())
    themes = Theme.objects.on_offer(today=window[1], network=site.network_id)
    return GroupForm(data, initial=initial, themes=list(themes), window=window, kept=kept)


def _tell(form: GroupForm, error: DomainError) -> None:
    if isinstance(error, PartsError):
        for margin, sentence in error.problems.items():
            form.add_error(margin, sentence)
        return
    field = error.field if isinstance(error, CountError) else ""
    form.add_error(field if field in form.fields else None, str(error))


def _show(
    request: StaffRequest, site: Site, form: GroupForm, *, seen: str | None = None, fresh_key: UUID | None = None
) -> HttpResponse:
    context = {"form": form, "seen": seen, "key": fresh_key or form["key"].value()}
    return show(request, site, "group_form", context, is_refused=bool(form.errors))
