"""Reception gives a time that is taken, on purpose, with the day of the person in sight."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from appointments.enums import Channel
from appointments.forms import OverbookForm
from appointments.models import Appointment
from appointments.rules import AppointmentError, FreeTimeError, NotOnDutyError
from appointments.services import overbook_appointment
from appointments.services.agenda.agenda import agenda_of
from appointments.staff_views.reception import address_of, details_of, language_at, say_booked
from appointments.staff_views.seats import KEEP_AGENDA, kept_sites, site_asked
from citemetiers.kernel.access import permission_required
from citemetiers.kernel.dates import local_day
from sites.models import Site
from sites.staff_views import REFUSED, StaffRequest

# The field at which a refusal is told; the others stand above the form.
TOLD_AT = {FreeTimeError: "time", NotOnDutyError: "is_sure"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(KEEP_AGENDA)
def overbook(request: StaffRequest) -> HttpResponse:
    sites, now = kept_sites(request), timezone.now()
    site = site_asked(request, sites)
    if site is None:
        return redirect("agenda:site-choose")
    form = _form(request, site, now=now)
    refused: AppointmentError | None = None
    if form.is_bound and form.is_valid():
        try:
            return say_booked(request, _overbook(site, form.cleaned_data, now=now))
        except AppointmentError as error:
            refused = error
            form.add_error(TOLD_AT.get(type(error)), str(error))
    context = {"form": form, "site": site, "new_url": f"{reverse('agenda:new')}?{urlencode({'site': site.slug})}"}
    if isinstance(refused, FreeTimeError):
        asked = form.cleaned_data | {"site": site, "day": None, "starts": form.cleaned_data["starts_at"]}
        context["free_url"] = address_of("agenda:new-details", asked)
    context |= _day_of_advisor(form, site)
    return render(request, "appointments/agenda/overbook.html", context, status=REFUSED if form.errors else None)


def _form(request: StaffRequest, site: Site, *, now: dt.datetime) -> OverbookForm:
    """Empty, as sent, or as typed so far by whoever first wants to see the day."""
    today = local_day(now, tz=site.tz)
    initial: dict[str, Any] = {"language": language_at(request, site), "channel": Channel.ON_SITE, "day": today}
    is_look = "look" in request.POST
    typed = request.POST.dict() if is_look else request.GET.dict()
    is_sent = request.method == "POST" and not is_look
    return OverbookForm(request.POST if is_sent else None, site=site, today=today, initial=initial | typed)


def _day_of_advisor(form: OverbookForm, site: Site) -> dict[str, Any]:
    chosen = form.advisor_and_day()
    if chosen is None:
        return {}
    person, on = chosen
    (day,) = agenda_of(site=site, first_on=on, last_on=on, advisor=person)
    return {"person": person, "on": on, "column": next(iter(day.columns), None), "away": day.away}


def _overbook(site: Site, given: dict[str, Any], *, now: dt.datetime) -> Appointment:
    return overbook_appointment(
        site=site,
        theme=given["theme"],
        language=given["language"],
        starts_at=given["starts_at"],
        advisor=given["advisor"],
        channel=given["channel"],
        details=details_of(given, given["language"]),
        token=given["token"],
        is_sure=given["is_sure"],
        now=now,
    )
