"""The agenda of a site: a day and a week of appointments, and who came."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from appointments.enums import PRESCRIBERS
from appointments.forms import FindForm
from appointments.models import Appointment
from appointments.rules import AppointmentError, StateError
from appointments.services import count_failures
from appointments.services.agenda.agenda import AgendaDay, agenda_of
from appointments.services.finding.openings import closed_days
from appointments.staff_views.agenda_grid import rows_of
from appointments.staff_views.marks import MARKS
from appointments.staff_views.moments import day_asked
from appointments.staff_views.seats import KEEP_AGENDA, kept_appointment, kept_sites, site_asked
from citemetiers.kernel.access import permission_required
from citemetiers.kernel.dates import local_day
from citemetiers.kernel.seat import SITE, sit_at
from sites.enums import Role
from sites.models import Site
from sites.staff_views import REFUSED, StaffRequest, site_named

MINE, WHOLE = "mine", "site"
ONE_DAY, ONE_WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
WORKING_DAYS = 5


@never_cache
@vary_on_headers("HX-Request")
@require_safe
@permission_required(KEEP_AGENDA)
def day(request: StaffRequest) -> HttpResponse:
    sites = kept_sites(request)
    site = site_asked(request, sites)
    if site is None:
        return redirect("agenda:site-choose")
    return _show_day(request, site, sites)


@never_cache
@require_safe
@permission_required(KEEP_AGENDA)
def week(request: StaffRequest) -> HttpResponse:
    sites = kept_sites(request)
    site = site_asked(request, sites)
    if site is None:
        return redirect("agenda:site-choose")
    now, whose = timezone.now(), _whose(request, site)
    chosen = day_asked(request.GET.get("day", ""), otherwise=local_day(now, tz=site.tz))
    monday = chosen - dt.timedelta(days=chosen.weekday())
    advisor = request.user if whose == MINE else None
    days = agenda_of(site=site, first_on=monday, last_on=monday + ONE_WEEK - ONE_DAY, advisor=advisor)
    closed = closed_days(site, days=[one.on for one in days], now=now)
    days = [one.when_closed() if one.on in closed else one for one in days]
    shown = [one for one in days if one.on.weekday() < WORKING_DAYS or one.columns]
    context = _frame(site, sites, chosen, whose) | {
        "days": [(one, _address("agenda:day", site, one.on, whose)) for one in shown],
        "advisors": _advisors_by_day(shown, site) if whose == WHOLE else [],
        "monday": monday,
        "sunday": monday + ONE_WEEK - ONE_DAY,
        "before_url": _address("agenda:week", site, monday - ONE_WEEK, whose),
        "after_url": _address("agenda:week", site, monday + ONE_WEEK, whose),
        "now_url": _address("agenda:week", site, None, whose),
        "whose_urls": [(code, _address("agenda:week", site, monday, code)) for code in (MINE, WHOLE)],
        "closed": closed,
    }
    return render(request, "appointments/agenda/week.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(KEEP_AGENDA)
def site_choose(request: StaffRequest) -> HttpResponse:
    sites = kept_sites(request)
    if request.method == "GET":
        context = {"sites": sites, "chosen": request.session.get(SITE)}
        return render(request, "appointments/agenda/site_choose.html", context)
    site = site_named(request.POST.get("site"), sites)
    sit_at(request.session, site, now=timezone.now())
    return redirect("agenda:day")


@never_cache
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "POST"])
@permission_required(KEEP_AGENDA)
def mark(request: StaffRequest, pk: UUID) -> HttpResponse:
    appointment = kept_appointment(request, pk)
    whose = request.POST.get("whose", "")
    back = _address("agenda:day", appointment.site, local_day(appointment.starts_at, tz=appointment.site.tz), whose)
    if request.method == "GET":  # where signing in again leads after the session has expired
        return redirect(back)
    act = MARKS.get(request.POST.get("mark", ""))
    try:
        if act is None:
            raise StateError(_("Say what became of this appointment: press one of its buttons."))
        act(appointment=appointment, now=timezone.now())
    except AppointmentError as error:
        sites = kept_sites(request)
        return _show_day(request, appointment.site, sites, about=appointment, problem=str(error), status=REFUSED)
    is_from_page = request.POST.get("back") == "page"
    return redirect("agenda:appointment", pk) if is_from_page else redirect(back)


def _show_day(  # noqa: PLR0913  each is shown
    request: StaffRequest,
    site: Site,
    sites: Sequence[Site],
    *,
    about: Appointment | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    now, whose = timezone.now(), _whose(request, site)
    asked = local_day(about.starts_at, tz=site.tz) if about else None
    on = asked or day_asked(request.GET.get("day", ""), otherwise=local_day(now, tz=site.tz))
    advisor = request.user if whose == MINE else None
    (shown,) = agenda_of(site=site, first_on=on, last_on=on, advisor=advisor)
    is_closed = bool(closed_days(site, days=[on], now=now))
    shown = shown.when_closed() if is_closed else shown
    context = _frame(site, sites, on, whose) | {
        "agenda": shown,
        "rows": rows_of(shown, now=now),
        "before_url": _address("agenda:day", site, on - ONE_DAY, whose),
        "after_url": _address("agenda:day", site, on + ONE_DAY, whose),
        "now_url": _address("agenda:day", site, None, whose),
        "here_url": _address("agenda:day", site, on, whose),
        "whose_urls": [(code, _address("agenda:day", site, on, code)) for code in (MINE, WHOLE)],
        "is_closed": is_closed,
        "failures": count_failures(site=site, now=now),
        "problem": problem,
    }
    template = "appointments/agenda/day.html#agenda" if request.htmx else "appointments/agenda/day.html"
    return render(request, template, context, status=status)


def _frame(site: Site, sites: Sequence[Site], on: dt.date, whose: str) -> dict[str, Any]:
    """What the pages of a day and of a week have in common."""
    return {
        "site": site,
        "has_other_sites": len(sites) > 1,
        "day": on,
        "today": local_day(timezone.now(), tz=site.tz),
        "whose": whose,
        "prescribers": PRESCRIBERS,
        "find_form": FindForm(),
        "day_url": _address("agenda:day", site, on, whose),
        "week_url": _address("agenda:week", site, on, whose),
        "new_url": f"{reverse('agenda:new')}?{urlencode({'site': site.slug, 'day': on.isoformat()})}",
    }


def _address(name: str, site: Site, on: dt.date | None, whose: str) -> str:
    query = {"site": site.slug, "day": on.isoformat() if on else "", "whose": whose}
    return f"{reverse(name)}?{urlencode({key: value for key, value in query.items() if value})}"


def _whose(request: StaffRequest, site: Site) -> str:
    """The appointments that were asked for; advisors begin with their own, reception with the whole site."""
    asked = request.GET.get("whose") or request.POST.get("whose")
    if asked in {MINE, WHOLE}:
        return str(asked)
    return MINE if Role.ADVISOR in request.user.roles_at(site) else WHOLE


def _advisors_by_day(days: Sequence[AgendaDay], site: Site) -> list[dict[str, Any]]:
    """One line an advisor of the week: what each day holds, and the page of that day."""
    booked = {column.advisor.pk: column.advisor for one in days for column in one.columns}
    people = booked | {row.advisor.pk: row.advisor for one in days for row in one.away}
    there = sorted(people.values(), key=lambda person: (person.display_name.casefold(), person.pk))
    by_day = [{column.advisor.pk: column for column in one.columns} for one in days]
    urls = [_address("agenda:day", site, one.on, WHOLE) for one in days]
    return [
        {
            "advisor": person,
            "days": [
                (columns.get(person.pk), [row for row in one.away if row.advisor.pk == person.pk], url)
                for one, columns, url in zip(days, by_day, urls, strict=True)
            ],
        }
        for person in there
    ]
