"""Absences of colleagues, added and taken away."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appointments.forms.absence import MIDNIGHT, AbsenceForm
from appointments.forms.place import people_of
from appointments.forms.weeks import week_named
from appointments.models import Absence
from appointments.services import Resolutions, remove_absence, save_absence
from appointments.staff_views.planning.base import PLAN_ROTA, Question, answer, site_here, week_url
from citemetiers.kernel.access import permission_required
from citemetiers.kernel.dates import date_words, local_day
from sites.models import Site
from sites.staff_views import StaffRequest


@permission_required(PLAN_ROTA)
@require_http_methods(["GET", "HEAD", "POST"])
def absence_add(request: StaffRequest, slug: str) -> HttpResponse:
    site, now = site_here(request, slug), timezone.now()
    wished = {"first_on": request.GET.get("day", ""), "advisor": request.GET.get("advisor", "")}
    form = AbsenceForm(request.POST or None, site=site, now=now, initial=wished)

    def save(resolutions: Resolutions) -> Any:
        starts_at, ends_at = form.cleaned_data["period"]
        absence = Absence(advisor=form.cleaned_data["advisor"], starts_at=starts_at, ends_at=ends_at)
        return save_absence(absence=absence, resolutions=resolutions, now=now)

    back = week_url(site, _day_of(form, wished["first_on"], today=local_day(now, tz=site.tz)))
    question = Question(site, _("Add an absence"), save, lambda _done: _("The absence is saved."), back)
    return answer(request, form, question)


@permission_required(PLAN_ROTA)
@require_http_methods(["GET", "HEAD", "POST"])
def absence_remove(request: StaffRequest, slug: str, pk: int) -> HttpResponse:
    site, now = site_here(request, slug), timezone.now()
    mine = Absence.objects.filter(advisor__in=people_of(site)).select_related("advisor")
    absence = get_object_or_404(mine, pk=pk)
    back = week_url(site, local_day(absence.starts_at, tz=site.tz))
    if request.method == "POST":
        remove_absence(absence=absence, now=now)
        messages.success(request, _("The absence is removed."))
        return redirect(back)
    context = {"site": site, "absence": absence, "back": back, "whole_days": _whole_days(absence, site)}
    return render(request, "appointments/planning/absence_remove.html", context)


def _whole_days(absence: Absence, site: Site) -> str:
    """The days, where it is of whole ones; its end is the midnight after the last."""
    first, until = (moment.astimezone(site.tz) for moment in (absence.starts_at, absence.ends_at))
    if first.time() != MIDNIGHT or until.time() != MIDNIGHT:
        return ""
    last = until.date() - dt.timedelta(days=1)
    if first.date() == last:
        return _("%(day)s, the whole day") % {"day": date_words(last)}
    return _("%(first)s to %(last)s, whole days") % {"first": date_words(first), "last": date_words(last)}


def _day_of(form: AbsenceForm, wished: str, *, today: dt.date) -> dt.date:
    typed = form.data.get("first_on", "") if form.is_bound else wished
    return week_named(typed) or today
