"""What every page of the planning needs: the site, the week one comes from, and how a form is answered."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext

from appointments.forms.resolution import OrphanStep, count_settled_before
from appointments.forms.weeks import week_number
from appointments.rules import AppointmentError, ChangedMeanwhile
from appointments.services import Orphan, OrphanedAppointments, Resolutions
from sites.models import Site
from sites.staff_views import REFUSED, StaffRequest, sites_for

PLAN_ROTA = "appointments.plan_rota"
CONFLICT = HTTPStatus.CONFLICT


def plannable_sites(request: StaffRequest) -> list[Site]:
    """The sites whose rota this person plans, by town."""
    return sites_for(request, PLAN_ROTA)


def site_here(request: StaffRequest, slug: str) -> Site:
    """The site of the address, for whoever plans its rota; anybody else does not learn that it is there."""
    site: Site = get_object_or_404(Site.objects.for_user(request.user).select_related("network"), slug=slug)
    if not request.user.has_perm(PLAN_ROTA, site):
        raise Http404
    return site


def day_named(text: str) -> dt.date:
    """The day of an address."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


def week_url(site: Site, day: dt.date) -> str:
    """The page of the week in which a day lies."""
    return f"{reverse('planning:site-week', args=[site.slug])}?week={week_number(day)}"


@dataclass(frozen=True)
class Question:
    """What one form is about: how it is saved, what is said then, and where one goes on."""

    site: Site
    title: str
    save: Callable[[Resolutions], Any]
    saved: Callable[[Any], str]
    back: str
    template: str = "appointments/planning/form.html"
    context: dict[str, Any] = field(default_factory=dict)
    # What was sent, where the address is not the one of the form; and the address of the form.
    sent: QueryDict | None = None
    action: str = ""
    # Called only where nobody's appointment was touched: then the change can simply be taken back.
    when_untouched: Callable[[], None] | None = None


def answer(request: StaffRequest, form: forms.BaseForm, question: Question) -> HttpResponse:
    """The form, or what became of it: saved, refused at its fields, or the question about orphaned appointments."""
    refused = REFUSED
    if request.method == "POST" and form.is_valid():
        try:
            return _save_or_ask(request, question)
        except AppointmentError as error:
            name = getattr(error, "field", "")
            form.add_error(name if name in form.fields else None, str(error))
            refused = CONFLICT if isinstance(error, ChangedMeanwhile) else REFUSED
    context = {"site": question.site, "form": form, "title": question.title, "back": question.back}
    status = refused if form.errors else None
    return render(request, question.template, context | question.context, status=status)


def tell_settled_before(request: StaffRequest, count: int) -> None:
    """Say that answers were not needed any more, if some were not."""
    if count:
        text = ngettext(
            "A colleague or the visitor has decided meanwhile about %(count)d appointment.",
            "Colleagues or the visitors have decided meanwhile about %(count)d appointments.",
            count,
        )
        messages.warning(request, text % {"count": count})


def act(request: StaffRequest, question: Question) -> HttpResponse:
    """What became of pressing a button that has no form to show."""
    try:
        return _save_or_ask(request, question)
    except AppointmentError as error:
        messages.error(request, str(error))
        return redirect(question.back)


def _save_or_ask(request: StaffRequest, question: Question) -> HttpResponse:
    try:
        done = question.save({})
    except OrphanedAppointments as error:
        return _ask(request, question, error)
    if question.when_untouched is not None:
        question.when_untouched()
    return _done(request, question, done)


def _ask(request: StaffRequest, question: Question, error: OrphanedAppointments) -> HttpResponse:
    sent = request.POST if question.sent is None else question.sent
    step = OrphanStep(sent, error.orphans)
    if step.is_valid():
        try:
            return _done(request, question, question.save(step.resolutions), orphans=error.orphans)
        except OrphanedAppointments as again:
            step = OrphanStep(sent, again.orphans)
    context = {"site": question.site, "title": question.title, "back": question.back, "step": step}
    context["action"] = question.action
    status = REFUSED if step.has_errors else CONFLICT
    return render(request, "appointments/planning/orphans.html", context, status=status)


def _done(request: StaffRequest, question: Question, result: Any, *, orphans: Sequence[Orphan] = ()) -> HttpResponse:
    messages.success(request, question.saved(result))
    tell_settled_before(request, count_settled_before(request.POST, orphans))
    return redirect(question.back)
