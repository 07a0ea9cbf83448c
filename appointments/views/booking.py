"""One page that narrows: question, place, moment, code. Every choice is a link; the last one is a form."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from appointments.enums import Channel, WhoBooks
from appointments.models import Service
from appointments.rules import MomentError, ProofError
from appointments.services import is_illustrative, preview_appointment, service_at, ways_of
from appointments.views.anywhere import all_places, anywhere_moments
from appointments.views.filters import in_order, step_links
from appointments.views.moments import site_moments
from appointments.views.month import site_month
from appointments.views.offers import days_without, places_without
from appointments.views.reader import language_of_reader, unknown_wish
from appointments.views.submission import Attempt, first_attempt, try_to_book
from appointments.views.wish import UnknownWishError, Wish, choice_of, read_whole_wish, read_wish
from sites.enums import Language
from sites.models import Theme


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def book(request: HttpRequest) -> HttpResponse:
    try:
        wish = read_wish(request.GET)
    except UnknownWishError as error:
        return unknown_wish(error)
    if wish.theme is None:
        return render(request, "appointments/choose_theme.html", _themes(wish))
    if wish.site is None and not wish.is_anywhere:
        context = all_places(wish, theme=wish.theme, reader=language_of_reader(), now=timezone.now())
        return render(request, "appointments/choose_place.html", context)
    if request.method != "POST":
        return _choose_moment(request, wish, wish.theme)
    answer = try_to_book(request, wish, reader=language_of_reader())
    return _choose_moment(request, wish, wish.theme, attempt=answer) if isinstance(answer, Attempt) else answer


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def book_confirm(request: HttpRequest) -> HttpResponse:
    try:
        wish = read_whole_wish(request.GET, reader=language_of_reader())
        service = _service(wish)
    except UnknownWishError as error:
        return unknown_wish(error)
    wish = wish if wish.channel else wish.but(channel=next(iter(in_order(ways_of(service))), Channel.ON_SITE))
    if request.method != "POST":
        return _confirm(request, wish, service, _preview(wish))
    answer = try_to_book(request, wish, reader=language_of_reader())
    return _confirm(request, wish, service, answer) if isinstance(answer, Attempt) else answer


def _themes(wish: Wish) -> dict[str, Any]:
    themes = Theme.objects.on_offer(today=timezone.localdate())
    return {"wish": wish, "tiles": [(theme, wish.but(theme=theme).url) for theme in themes]}


def _choose_moment(request: HttpRequest, wish: Wish, theme: Theme, *, attempt: Attempt | None = None) -> HttpResponse:
    now = timezone.now()
    if wish.site is None:
        context = anywhere_moments(wish, theme=theme, reader=language_of_reader(), now=now)
    elif wish.month and attempt is None:
        month = site_month(wish, site=wish.site, theme=theme, month=wish.month, now=now)
        return render(request, "appointments/choose_day.html", month)
    else:
        context = site_moments(wish, site=wish.site, theme=theme, reader=language_of_reader(), now=now)
    attempt = attempt or first_attempt(way=context.get("way", Channel.ON_SITE))
    if context.get("is_for_another"):
        attempt.form.ask_for_whom()
    _offer_to_call(wish, attempt)
    context |= attempt.context(request, wish, reader=language_of_reader())
    context |= {
        "days": days_without(context.get("days", ()), context["instead"]),
        "places": places_without(context.get("places", ()), context["instead"]),
    }
    return render(request, "appointments/choose_moment.html", context, status=attempt.status)


def _service(wish: Wish) -> Service:
    service = service_at(wish.theme, site=wish.site) if wish.theme and wish.site else None
    if service is None:
        raise UnknownWishError(_("Nobody receives for this theme at this place. Choose another place."))
    return service


def _preview(wish: Wish) -> Attempt:
    """Whether the moment still stands, before anything is typed."""
    attempt = first_attempt(way=wish.channel)
    asked: dict[str, Any] = {"site": wish.site, "theme": wish.theme, "starts_at": wish.starts_at}
    try:
        preview_appointment(
            **asked, language=wish.language, channel=wish.channel, who=WhoBooks.PRESCRIBER, now=timezone.now()
        )
    except MomentError as error:
        return Attempt(attempt.form, error=error)
    return attempt


def _confirm(request: HttpRequest, wish: Wish, service: Service, attempt: Attempt) -> HttpResponse:
    if service.who_books == WhoBooks.PRESCRIBER:
        attempt.form.ask_for_whom()
    _offer_to_call(wish, attempt)
    context = _chosen(wish, service) | attempt.context(request, wish, reader=language_of_reader())
    is_gone = isinstance(attempt.error, MomentError)
    status = attempt.status if attempt.status != HTTPStatus.OK or not is_gone else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "appointments/confirm.html", context | {"is_gone": is_gone}, status=status)


def _offer_to_call(wish: Wish, attempt: Attempt) -> None:
    if isinstance(attempt.error, ProofError) and wish.site:
        attempt.form.phone_to_call = wish.site.phone


def _chosen(wish: Wish, service: Service) -> dict[str, Any]:
    if wish.site is None or wish.starts_at is None:
        raise UnknownWishError
    local = wish.starts_at.astimezone(wish.site.tz)
    period = (wish.starts_at, wish.starts_at + service.duration)
    return step_links(wish) | {
        "day": local.date(),
        "time": local.time(),
        "value": choice_of(wish.site.slug, wish.starts_at, wish.language),
        "length": service.minutes,
        "title": service.title,
        "way_name": Channel(wish.channel).label,
        "is_for_another": service.who_books == WhoBooks.PRESCRIBER,
        "is_illustrative": is_illustrative(service=service, site=wish.site, language=wish.language, period=period),
        "language_name": Language(wish.language).label,
        "other_times_url": wish.but(starts_at=None).url,
    }
