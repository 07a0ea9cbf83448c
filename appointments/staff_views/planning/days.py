"""Only this one: a single day of a duty is changed, moved, switched off and put back."""

import datetime as dt
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from appointments.forms.day_change import DayChangeForm, values_of
from appointments.models import Duty, DutyChange
from appointments.rules import RotaError
from appointments.services import Resolutions, change_day, find_day, restore_day
from appointments.staff_views.planning.base import (
    PLAN_ROTA,
    Question,
    act,
    answer,
    day_named,
    site_here,
    week_url,
)
from citemetiers.kernel.access import permission_required
from citemetiers.kernel.dates import local_day
from sites.models import Site
from sites.staff_views import StaffRequest

TEMPLATE = "appointments/planning/day.html"
# What can be taken back on the page of the week, until it is shown once.
UNDO = "planning_undo"
OFF = "off"


@permission_required(PLAN_ROTA)
@require_http_methods(["GET", "HEAD", "POST"])
def day_change(request: StaffRequest, slug: str, pk: int, day: str) -> HttpResponse:
    site, now = site_here(request, slug), timezone.now()
    planned = _planned(site, pk, day)
    if OFF in request.POST:
        return _switch_off(request, site, planned, now=now)
    wished = {name: request.GET[name] for name in ("on", "advisor") if name in request.GET}
    form = _form(request.POST or None, site, planned, now=now, initial=wished)
    return _answer(request, form, now=now)


@permission_required(PLAN_ROTA)
@require_POST
def day_move(request: StaffRequest, slug: str, pk: int, day: str) -> HttpResponse:
    """A card that was dragged says only where to: the rest stays."""
    site, now = site_here(request, slug), timezone.now()
    planned = _planned(site, pk, day)
    moved = {name: request.POST[name] for name in ("on", "advisor") if request.POST.get(name)}
    sent = QueryDict(mutable=True)
    sent.update(values_of(planned) | moved)
    return _answer(request, _form(sent, site, planned, now=now), now=now, sent=sent)


@permission_required(PLAN_ROTA)
@require_POST
def day_restore(request: StaffRequest, slug: str, pk: int, day: str) -> HttpResponse:
    site, now = site_here(request, slug), timezone.now()
    planned = _planned(site, pk, day)

    def save(resolutions: Resolutions) -> Any:
        return restore_day(duty=planned.duty, day=planned.day, resolutions=resolutions, now=now)

    title, said = _("Put this day back"), _("This day follows the duty again.")
    return act(request, Question(site, title, save, lambda _done: said, week_url(site, planned.day)))


def _answer(
    request: StaffRequest, form: DayChangeForm, *, now: dt.datetime, sent: QueryDict | None = None
) -> HttpResponse:
    site, planned = form.site, form.now_planned

    def save(resolutions: Resolutions) -> Any:
        return change_day(change=form.change(), resolutions=resolutions, now=now)

    typed = form.cleaned_data.get("on") if form.is_bound and form.is_valid() else None
    question = Question(
        site,
        _("Only this one"),
        save,
        lambda _done: _("Only this one is changed: the other days stay as they are."),
        week_url(site, typed or planned.on or planned.day),
        template=TEMPLATE,
        context=_context(planned),
        sent=sent,
        action=_urls(planned)["form_url"],
        when_untouched=partial(_remember, request, planned),
    )
    return answer(request, form, question)


def _switch_off(request: StaffRequest, site: Site, planned: DutyChange, *, now: dt.datetime) -> HttpResponse:
    def save(resolutions: Resolutions) -> Any:
        off = DutyChange(duty=planned.duty, day=planned.day, is_off=True)
        return change_day(change=off, resolutions=resolutions, now=now)

    title, said = _("Nobody receives on this day"), _("This one day is off: the other days stay as they are.")
    back = week_url(site, planned.day)
    undo = partial(_remember, request, planned)
    return act(request, Question(site, title, save, lambda _done: said, back, when_untouched=undo))


def _remember(request: StaffRequest, before: DutyChange) -> None:
    """What to send to have the day as it was: the change that stood, or none at all."""
    if before.pk:
        undo = {"url": _urls(before)["form_url"], "fields": {OFF: "1"} if before.is_off else values_of(before)}
    else:
        args = [before.duty.site.slug, before.duty_id, before.day]
        undo = {"url": reverse("planning:day-restore", args=args), "fields": {}}
    request.session[UNDO] = undo


def _form(data: Any, site: Site, planned: DutyChange, *, now: dt.datetime, **kwargs: Any) -> DayChangeForm:
    return DayChangeForm(data, site=site, today=local_day(now, tz=site.tz), now_planned=planned, **kwargs)


def _planned(site: Site, pk: int, day: str) -> DutyChange:
    duties = Duty.objects.select_related("advisor", "site__network", "room", "desk")
    duty = get_object_or_404(duties, site=site, pk=pk)
    try:
        return find_day(duty=duty, day=day_named(day))
    except RotaError:
        raise Http404 from None


def _context(planned: DutyChange) -> dict[str, Any]:
    return {"duty": planned.duty, "planned": planned, **_urls(planned)}


def _urls(planned: DutyChange) -> dict[str, str]:
    duty = [planned.duty.site.slug, planned.duty_id]
    return {
        "form_url": reverse("planning:day-change", args=[*duty, planned.day]),
        "restore_url": reverse("planning:day-restore", args=[*duty, planned.day]) if planned.pk else "",
        "duty_url": reverse("planning:duty-edit", args=duty),
    }
