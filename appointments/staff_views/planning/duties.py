"""Duties: added, corrected, ended."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from appointments.enums import Channel
from appointments.forms.duty import DutyEndForm, DutyForm
from appointments.forms.weeks import week_named
from appointments.models import Duty
from appointments.rules import ChangedMeanwhile
from appointments.services import Expansion, Resolutions, end_duty, fingerprint_of, save_duty
from appointments.staff_views.planning.base import PLAN_ROTA, Question, answer, site_here, week_url
from citemetiers.kernel.access import permission_required
from citemetiers.kernel.dates import date_words, local_day
from sites.enums import Language
from sites.models import Site
from sites.staff_views import StaffRequest

TEMPLATE = "appointments/planning/duty.html"
DAY = dt.timedelta(days=1)
SHOWN = 3


@permission_required(PLAN_ROTA)
@require_http_methods(["GET", "HEAD", "POST"])
def duty_add(request: StaffRequest, slug: str) -> HttpResponse:
    site, now = site_here(request, slug), timezone.now()
    today = local_day(now, tz=site.tz)
    wished = {"advisor": request.GET.get("advisor", ""), **_days(request.GET.get("day", ""), today=today)}
    form = DutyForm(request.POST or None, site=site, today=today, initial=wished)
    return _answer(request, form, _("Add a duty"), now=now)


@permission_required(PLAN_ROTA)
@require_http_methods(["GET", "HEAD", "POST"])
def duty_edit(request: StaffRequest, slug: str, pk: int) -> HttpResponse:
    site, now = site_here(request, slug), timezone.now()
    duty, today = _duty(site, pk), local_day(now, tz=site.tz)
    form = DutyForm(request.POST or None, site=site, today=today, instance=duty)
    end_url = reverse("planning:duty-end", args=[site.slug, duty.pk])
    return _answer(request, form, _("Change the duty"), now=now, context={"end_url": end_url})


@permission_required(PLAN_ROTA)
@require_http_methods(["GET", "HEAD", "POST"])
def duty_end(request: StaffRequest, slug: str, pk: int) -> HttpResponse:
    site, now = site_here(request, slug), timezone.now()
    duty, today = _duty(site, pk), local_day(now, tz=site.tz)
    is_future = duty.first_on > today
    data = {"last_on": str(duty.first_on - DAY)} if is_future and request.POST else request.POST or None
    form = DutyEndForm(data, duty=duty, today=today, initial={"last_on": duty.last_on or today})

    def save(resolutions: Resolutions) -> Any:
        return end_duty(duty=duty, last_on=form.cleaned_data["last_on"], resolutions=resolutions, now=now)

    title = _("Remove the duty") if is_future else _("End the duty")
    said = _("The duty is removed.") if is_future else _("The duty ends.")
    back = week_url(site, max(today, duty.first_on))
    context = {"duty": duty, "is_future": is_future}
    template = "appointments/planning/duty_end.html"
    question = Question(site, title, save, lambda _done: said, back, template=template, context=context)
    return answer(request, form, question)


def _answer(
    request: StaffRequest, form: DutyForm, title: str, *, now: dt.datetime, context: dict[str, Any] | None = None
) -> HttpResponse:
    shown = {**(context or {}), "seen": request.POST.get("seen") or fingerprint_of(form.instance.pk)}

    def save(resolutions: Resolutions) -> Any:
        duty, themes = form.instance, form.cleaned_data["themes"]
        try:
            return save_duty(duty=duty, themes=themes, resolutions=resolutions, now=now, seen=shown["seen"])
        except ChangedMeanwhile:
            now_duty = _duty(form.site, duty.pk)
            ways = [*map(Language, now_duty.languages), *map(Channel, now_duty.channels)]
            shown.update(seen=fingerprint_of(duty.pk), now_duty=now_duty, now_ways=[way.label for way in ways])
            raise

    typed = form.data.get("first_on", "") if form.is_bound else request.GET.get("day", "")
    first_on = week_named(typed) or form.today
    back = week_url(form.site, max(first_on, form.today))
    question = Question(form.site, title, save, _words, back, template=TEMPLATE, context=shown)
    return answer(request, form, question)


def _duty(site: Site, pk: int) -> Duty:
    return get_object_or_404(Duty.objects.select_related("advisor", "room", "desk"), site=site, pk=pk)


def _days(text: str, *, today: dt.date) -> dict[str, Any]:
    """A duty that begins on a day of the grid begins on that day of the week."""
    try:
        day = max(dt.date.fromisoformat(text), today)
    except ValueError:
        return {"first_on": today}
    return {"first_on": day, "weekday": day.isoweekday()}


def _words(done: Expansion) -> str:
    new = ngettext("Saved: %(count)d new day to book.", "Saved: %(count)d new days to book.", done.new_days)
    changed = ngettext("Changed on %(count)d day.", "Changed on %(count)d days.", done.changed_days)
    found = [(changed, done.changed_days), (new, done.new_days)]
    text = " ".join(words % {"count": count} for words, count in found if count) or _("Saved.")
    if not done.left_alone:
        return text
    days = ", ".join(date_words(day) for day in done.left_alone[:SHOWN])
    more = "…" if len(done.left_alone) > SHOWN else "."
    return f"{text} " + _("This person already receives then on: %(days)s") % {"days": days} + more
