"""Reception books for a caller: theme, moment, what the caller leaves."""

import datetime as dt
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from appointments.enums import BookedBy, Channel, WhoBooks
from appointments.forms import CallerForm, MomentForm, WishForm
from appointments.models import Appointment
from appointments.rules import AppointmentError, MomentError, SlotTaken
from appointments.services import VisitorDetails, book_appointment, find_free_slots
from appointments.slots import Slot
from appointments.staff_views.moments import DAYS_LOOKED_AT, MomentsOfDay, by_day, window
from appointments.staff_views.seats import KEEP_AGENDA, kept_sites, site_asked
from citemetiers.kernel.access import permission_required
from citemetiers.kernel.dates import local_day
from sites.enums import Language
from sites.models import Site
from sites.staff_views import REFUSED, StaffRequest


@never_cache
@require_safe
@permission_required(KEEP_AGENDA)
def new(request: StaffRequest) -> HttpResponse:
    sites = kept_sites(request)
    site = site_asked(request, sites)
    here, now = site or sites[0], timezone.now()
    today = local_day(now, tz=here.tz)
    is_asked = "theme" in request.GET
    initial = {"site": here.slug, "language": language_at(request, here), "channel": Channel.ON_SITE, "day": today}
    if not is_asked:
        initial |= request.GET.dict()
    form = WishForm(request.GET if is_asked else None, sites=sites, today=today, initial=initial)
    context: dict[str, Any] = {"form": form, "site": here, "is_asked": is_asked}
    if is_asked and form.is_valid():
        context |= _moments(form.cleaned_data, sites, now=now)
        context["overbook_url"] = address_of("agenda:overbook", form.cleaned_data | {"site": here})
    return render(request, "appointments/agenda/new.html", context, status=REFUSED if form.errors else None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(KEEP_AGENDA)
def new_details(request: StaffRequest) -> HttpResponse:
    sites, now = kept_sites(request), timezone.now()
    site = site_asked(request, sites)
    wish = MomentForm(request.GET, sites=sites, today=local_day(now, tz=(site or sites[0]).tz))
    if site is None or not wish.is_valid():
        return redirect(f"{reverse('agenda:new')}?{request.GET.urlencode()}")
    asked = wish.cleaned_data | {"site": site}
    form = CallerForm(request.POST if request.method == "POST" else None, channel=asked["channel"])
    refused: MomentError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            return say_booked(request, _book(asked, form.cleaned_data, now=now))
        except MomentError as error:
            refused = error
        except AppointmentError as error:
            form.add_error(None, str(error))
    context = {"form": form, "site": site, **_chosen(asked), "refused": refused}
    if refused:
        context["days"] = _offered(refused, asked, sites)
    return render(request, "appointments/agenda/new_details.html", context, status=_status(form, refused))


def _moments(asked: dict[str, Any], sites: list[Site], *, now: dt.datetime) -> dict[str, Any]:
    """The free moments of two weeks, and where the next two are."""
    chosen = [asked["site"]] if asked["site"] else sites
    today = local_day(now, tz=chosen[0].tz)
    first_on = max(asked["day"] or today, today)
    since, until = window(first_on, site=chosen[0])
    slots = find_free_slots(
        theme=asked["theme"],
        sites=chosen,
        now=now,
        language=asked["language"],
        channel=asked["channel"],
        who=WhoBooks.RECEPTION,
        since=max(since, now),
        until=until,
    )
    return {
        "days": by_day(slots, sites={site.pk: site for site in chosen}, url_of=_details_url(asked)),
        "is_one_site": len(chosen) == 1,
        "first_on": first_on,
        "later_on": first_on + DAYS_LOOKED_AT,
        "later_url": address_of("agenda:new", asked | {"day": first_on + DAYS_LOOKED_AT}),
    }


def _details_url(asked: dict[str, Any]) -> Any:
    def url_of(slot: Slot, site: Site) -> str:
        return address_of("agenda:new-details", asked | {"site": site, "day": None, "starts": slot.starts_at})

    return url_of


def address_of(name: str, asked: dict[str, Any]) -> str:
    """The address of a page for what the caller asks for."""
    site, day, starts = asked["site"], asked.get("day"), asked.get("starts")
    query = {
        "theme": asked["theme"].code,
        "site": site.slug if site else "",
        "language": asked["language"],
        "channel": asked["channel"],
        "day": day.isoformat() if day else "",
        "starts": starts.isoformat() if starts else "",
    }
    return f"{reverse(name)}?{urlencode({key: value for key, value in query.items() if value})}"


def _chosen(asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "theme": asked["theme"],
        "starts_at": asked["starts"].astimezone(asked["site"].tz),
        "language_name": Language(asked["language"]).label,
        "channel": Channel(asked["channel"]).label,
        "needs_phone": asked["channel"] == Channel.PHONE,
        "is_video": asked["channel"] == Channel.VIDEO,
        "other_times_url": address_of("agenda:new", asked | {"starts": None, "day": asked["starts"].date()}),
    }


def _offered(refused: MomentError, asked: dict[str, Any], sites: list[Site]) -> list[MomentsOfDay]:
    return by_day(refused.next_slots, sites={site.pk: site for site in sites}, url_of=_details_url(asked))


def details_of(given: dict[str, Any], language: str) -> VisitorDetails:
    """What the caller leaves."""
    phone = str(given["phone"] or "")
    return VisitorDetails(alias=given["alias"], email=given["email"], phone=phone, language=language)


def _book(asked: dict[str, Any], given: dict[str, Any], *, now: dt.datetime) -> Appointment:
    return book_appointment(
        site=asked["site"],
        theme=asked["theme"],
        language=asked["language"],
        starts_at=asked["starts"],
        channel=asked["channel"],
        details=details_of(given, asked["language"]),
        token=given["token"],
        booked_by=BookedBy.RECEPTION,
        who=WhoBooks.RECEPTION,
        now=now,
    )


def say_booked(request: StaffRequest, appointment: Appointment) -> HttpResponse:
    """Show what was made, its code first."""
    messages.success(request, _("It is booked. Read the code out, and let the caller repeat it."))
    return redirect("agenda:appointment", appointment.pk)


def language_at(request: StaffRequest, site: Site) -> str:
    """The language in which a form begins."""
    return request.user.language if request.user.language in site.languages else site.languages[0]


def _status(form: CallerForm, refused: MomentError | None) -> int:
    if isinstance(refused, SlotTaken):
        return HTTPStatus.CONFLICT
    return REFUSED if refused or form.errors else HTTPStatus.OK
