"""What the counters at the doors show, typed day by day."""

import datetime as dt
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citemetiers.kernel.access import permission_required
from citemetiers.kernel.dates import local_day
from citemetiers.kernel.errors import DomainError
from sites.models import Site
from sites.staff_views import StaffRequest
from visitors.count_forms import DoorCounterForm, DoorDayForm
from visitors.doors import ONE_DAY, DayEntries, Flag
from visitors.models import DoorCounter, DoorReading
from visitors.services.counting_rules import KEEP_DOORS, ChangedMeanwhileError
from visitors.services.door_checks import oldest_day
from visitors.services.doors import (
    DoorProblemsError,
    counters_of,
    entries_at,
    first_readings,
    remove_counter,
    state_of_doors,
    write_readings,
)
from visitors.views.seats import at_site, show

SHOWN_DAYS = dt.timedelta(days=31)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(KEEP_DOORS)
@at_site(KEEP_DOORS)
def door_list(request: StaffRequest, site: Site) -> HttpResponse:
    now = timezone.now()
    today = local_day(now, tz=site.tz)
    if request.method != "POST":
        day, is_known = _day_asked(request.GET.get("day", ""), today=today)
        return _show(request, site, _day_form(site, day), day, is_known=is_known)
    day = _day_sent(request)
    form = _day_form(site, day, request.POST)
    if form.is_valid():
        try:
            write_readings(
                site=site, entries=form.entries(day), seen=request.POST.get("seen", ""), by=request.user, now=now
            )
        except DoorProblemsError as error:
            for problem in error.problems:
                form.add_error(form.field_of(problem.row, problem.part), problem.sentence)
        except DomainError as error:
            form.add_error(None, str(error))
            if isinstance(error, ChangedMeanwhileError):
                return _show(request, site, form, day)
        else:
            messages.success(request, _("The readings of this day are saved."))
            return redirect(f"{reverse('visitors:door-list')}?day={day}")
    return _show(request, site, form, day, seen=request.POST.get("seen"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(KEEP_DOORS)
@at_site(KEEP_DOORS)
def counter_add(request: StaffRequest, site: Site) -> HttpResponse:
    today = local_day(timezone.now(), tz=site.tz)
    return _counter_page(request, site, DoorCounter(site=site, first_on=today), is_settled=False)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(KEEP_DOORS)
@at_site(KEEP_DOORS)
def counter_change(request: StaffRequest, site: Site) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    counter = next((one for one in counters_of(site) if str(one.pk) == asked.get("counter")), None)
    if counter is None:
        raise Http404
    if request.method == "POST" and "remove" in request.POST:
        return _remove(request, site, counter)
    is_settled = DoorReading.objects.filter(counter=counter).exists()
    return _counter_page(request, site, counter, is_settled=is_settled)


def _counter_page(request: StaffRequest, site: Site, counter: DoorCounter, *, is_settled: bool) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = DoorCounterForm(data, instance=counter, is_settled=is_settled)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("The counter is saved."))
        return redirect("visitors:door-list")
    context = {"form": form, "counter": counter, "is_settled": is_settled}
    return show(request, site, "door_counter", context, is_refused=bool(form.errors))


def _remove(request: StaffRequest, site: Site, counter: DoorCounter) -> HttpResponse:
    if "sure" not in request.POST:
        return show(request, site, "door_counter_remove", {"counter": counter})
    try:
        remove_counter(counter, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The counter is removed."))
    return redirect("visitors:door-list")


def _day_asked(text: str, *, today: dt.date) -> tuple[dt.date, bool]:
    """The day that an address asks for, if it can be; else today, and that it is not the one."""
    with suppress(ValueError):
        day = dt.date.fromisoformat(text)
        if oldest_day(today=today) <= day <= today:
            return day, True
    return today, not text


def _day_sent(request: StaffRequest) -> dt.date:
    """The day that a form is about: never another one than it names."""
    try:
        return dt.date.fromisoformat(request.POST.get("day", ""))
    except ValueError as error:
        raise Http404 from error


def _day_form(site: Site, day: dt.date, data: Any = None) -> DoorDayForm:
    rows = {row.counter_id: row for row in DoorReading.objects.at(site).on(day).order_by("pk")}
    return DoorDayForm(data, counters=counters_of(site, day=day), rows=rows)


def _show(  # noqa: PLR0913  each is a part of the page
    request: StaffRequest,
    site: Site,
    form: DoorDayForm,
    day: dt.date,
    *,
    seen: str | None = None,
    is_known: bool = True,
) -> HttpResponse:
    today = local_day(timezone.now(), tz=site.tz)
    last = min(day + SHOWN_DAYS // 2, today)
    first = last - SHOWN_DAYS + ONE_DAY
    days = entries_at(site, first=first, until=last + ONE_DAY)
    context = {
        "form": form,
        "day": day,
        "is_day_known": is_known,
        "today": today,
        "oldest": oldest_day(today=today),
        "seen": seen or state_of_doors(site, first=day, last=day),
        "counters": counters_of(site),
        "days": [one for one in reversed(days) if one.is_open or one.entries],
        "is_illustrative": DoorReading.objects.filter(
            site=site, day__range=(first, last), is_illustrative=True
        ).exists(),
        "sums": _sums(days),
        "begins": first_readings(site),
        "has_unused_estimate": form["estimate"].initial is not None and _is_counted(days, day),
    }
    return show(request, site, "doors", context, is_refused=bool(form.errors))


def _is_counted(days: list[DayEntries], day: dt.date) -> bool:
    return any(one.day == day and one.flag in {Flag.COUNTED, Flag.SPREAD} for one in days)


def _sums(days: list[DayEntries]) -> dict[str, int]:
    return {
        "entries": sum(one.entries or 0 for one in days),
        "estimated": sum(one.entries or 0 for one in days if one.is_estimate),
        "unknown": sum(1 for one in days if one.is_open and one.flag in {Flag.UNKNOWN, Flag.PARTIAL}),
    }
