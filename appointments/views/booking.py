from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from appointments.forms import ReachForm
from appointments.models import Service
from appointments.rules import AppointmentError, MomentError, SlotTaken
from appointments.services import (
    VisitorDetails,
    book_appointment,
    find_free_slots,
    is_illustrative,
    preview_appointment,
    secret_of,
)
from appointments.views.offers import by_day, by_place, in_language, offers_of, page_of
from appointments.views.secret import done_url
from appointments.views.wish import ANY_LANGUAGE, UnknownWishError, Wish, read_whole_wish, read_wish
from citemetiers.kernel.errors import error_page
from sites.enums import Language
from sites.models import Site, Theme


@login_not_required
@require_safe
@never_cache
def book(request: HttpRequest) -> HttpResponse:
    try:
        wish = read_wish(request.GET)
    except UnknownWishError as error:
        return _unknown(error)
    if wish.theme is None:
        return render(request, "appointments/choose_theme.html", _themes(wish))
    if wish.site is None and not wish.is_anywhere:
        return render(request, "appointments/choose_place.html", _places(wish, wish.theme))
    return render(request, "appointments/choose_moment.html", _moments(wish, wish.theme))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def book_confirm(request: HttpRequest) -> HttpResponse:
    try:
        wish = read_whole_wish(request.GET, reader=_reader())
        return _submit(request, wish) if request.method == "POST" else _show(request, wish)
    except UnknownWishError as error:
        return _unknown(error)


def _themes(wish: Wish) -> dict[str, Any]:
    return {"wish": wish, "tiles": [(theme, wish.but(theme=theme).url) for theme in Theme.objects.on_offer()]}


def _places(wish: Wish, theme: Theme) -> dict[str, Any]:
    slots = find_free_slots(theme=theme, site=None, language=None, now=timezone.now())
    sites = Site.objects.for_public().by_town()
    offers = offers_of(slots, wish=wish, sites={site.pk: site for site in sites}, reader=_reader())
    first = {place.site.pk: place.offers[0] for place in by_place(offers, wish=wish)}
    places = [(site, wish.but(site=site).url, first.get(site.pk)) for site in sites]
    return {
        "wish": wish,
        "places": places,
        "anywhere_url": wish.but(is_anywhere=True).url,
        "earliest": offers[0] if offers else None,
    }


def _moments(wish: Wish, theme: Theme) -> dict[str, Any]:
    slots = find_free_slots(theme=theme, site=wish.site, language=None, now=timezone.now())
    language = wish.language or _reader()
    spoken = {code for slot in slots for code in slot.languages}
    is_another = not wish.language and bool(spoken) and language not in spoken
    fitting = in_language(slots, language=ANY_LANGUAGE if is_another else language)
    sites = {wish.site.pk: wish.site} if wish.site else {site.pk: site for site in Site.objects.for_public()}
    offers = offers_of(fitting, wish=wish, sites=sites, reader=_reader())
    page = page_of(by_day(offers), first_on=wish.first_on)
    return {
        "wish": wish,
        "earliest": offers[0] if offers and page.is_first else None,
        "days": page.days if wish.site else [],
        "places": by_place(offers, wish=wish) if wish.is_anywhere else [],
        "later_url": wish.but(first_on=page.later_on).url if page.later_on and wish.site else "",
        "spoken": _language_links(wish, spoken, current=ANY_LANGUAGE if is_another else language),
        "is_another_language": is_another,
        "is_illustrative": any(slot.is_illustrative for slot in fitting),
        "anywhere_url": wish.but(site=None, is_anywhere=True, first_on=None).url,
        "any_language_url": wish.but(language=ANY_LANGUAGE).url if spoken else "",
        "place_url": wish.but(site=None, is_anywhere=False, first_on=None).url,
        "theme_url": wish.but(theme=None, first_on=None).url,
    }


def _language_links(wish: Wish, spoken: set[str], *, current: str) -> list[dict[str, Any]]:
    if len(spoken) < 2:  # noqa: PLR2004  one language is no choice
        return []
    named = [(code, Language(code).label) for code in sorted(spoken)]
    return [
        {"code": code, "name": name, "url": wish.but(language=code).url, "is_current": code == current}
        for code, name in [*named, (ANY_LANGUAGE, _("All languages"))]
    ]


def _show(request: HttpRequest, wish: Wish) -> HttpResponse:
    try:
        preview = preview_appointment(**_asked(wish), now=timezone.now())
    except MomentError as error:
        return _refused(request, wish, error)
    form = ReachForm(service=preview.service)
    return render(request, "appointments/confirm.html", _chosen(wish, preview.service) | {"form": form})


def _submit(request: HttpRequest, wish: Wish) -> HttpResponse:
    service = Service.objects.filter(network=wish.site.network_id, theme=wish.theme).first() if wish.site else None
    if service is None:
        raise UnknownWishError(_("Nobody receives for this theme at this place. Choose another place."))
    form = ReachForm(request.POST, service=service)
    if form.is_valid():
        try:
            return redirect(_book(wish, form.cleaned_data))
        except MomentError as error:
            return _refused(request, wish, error, form=form)
        except AppointmentError as error:
            form.add_error(None, str(error))
    context = _chosen(wish, service) | {"form": form}
    return render(request, "appointments/confirm.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _book(wish: Wish, given: dict[str, Any]) -> str:
    details = VisitorDetails(
        alias=given["alias"], email=given["email"], phone=str(given["phone"] or ""), language=_reader()
    )
    appointment = book_appointment(
        **_asked(wish), channel=given["channel"], details=details, token=given["token"], now=timezone.now()
    )
    return done_url("booked", secret_of(appointment))


def _refused(request: HttpRequest, wish: Wish, error: MomentError, *, form: ReachForm | None = None) -> HttpResponse:
    sites = {site.pk: site for site in Site.objects.for_public()}
    context = {
        "wish": wish,
        "error": error,
        "is_taken": isinstance(error, SlotTaken),
        "is_illustrative": any(slot.is_illustrative for slot in error.next_slots),
        "offers": offers_of(error.next_slots, wish=wish, sites=sites, reader=_reader()),
        "form": form,
        "all_times_url": wish.but(starts_at=None).url,
    }
    status = HTTPStatus.CONFLICT if isinstance(error, SlotTaken) else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "appointments/refused.html", context, status=status)


def _asked(wish: Wish) -> dict[str, Any]:
    return {"site": wish.site, "theme": wish.theme, "language": wish.language, "starts_at": wish.starts_at}


def _chosen(wish: Wish, service: Service) -> dict[str, Any]:
    if wish.site is None or wish.starts_at is None:
        raise UnknownWishError
    local = wish.starts_at.astimezone(wish.site.tz)
    period = (wish.starts_at, wish.starts_at + service.duration)
    return {
        "wish": wish,
        "day": local.date(),
        "time": local.time(),
        "length": service.minutes,
        "is_illustrative": is_illustrative(service=service, site=wish.site, language=wish.language, period=period),
        "language_name": Language(wish.language).label,
        "other_times_url": wish.but(starts_at=None).url,
        "confirm_url": wish.confirm_url,
        "retention_days": settings.PORTAL_RETENTION_DAYS,
    }


def _unknown(error: UnknownWishError) -> HttpResponse:
    return error_page(
        HTTPStatus.NOT_FOUND,
        title=_("We could not find that"),
        text=str(error),
        link_url=reverse("appointments:book"),
        link_label=_("Book a moment"),
    )


def _reader() -> str:
    return get_language() or Language.FRENCH
