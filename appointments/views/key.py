"""The secret link is the key: no account opens these pages, nothing keeps a copy of them."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from appointments.calendar_file import place_in_one_line
from appointments.enums import Channel, State
from appointments.models import Appointment, Ticket, Wait
from appointments.queue_rules import ExpiredTicketError, UnknownTicketError
from appointments.services import ExpiredLinkError, UnknownLinkError, can_tell, find_by_secret, find_wait, shown_of
from appointments.services.queue import find_ticket
from citemetiers.kernel.errors import error_page
from sites.enums import Language

OVER = (State.CANCELLED, State.DONE, State.NO_SHOW)
UNKNOWN, EXPIRED = (UnknownLinkError, UnknownTicketError), (ExpiredLinkError, ExpiredTicketError)
Found = TypeVar("Found", Appointment, Wait, Ticket)


def opened_by(
    find: Callable[..., Found],
) -> Callable[[Callable[[Any, str, Found], HttpResponse]], Callable[..., HttpResponse]]:
    """Hand what the secret link opens to the view; keep the page out of caches and search engines."""

    def open_with(view: Callable[[Any, str, Found], HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, secret: str) -> HttpResponse:
            try:
                response = view(request, secret, find(secret=secret, now=timezone.now()))
            except UNKNOWN as error:
                response = error_page(
                    HTTPStatus.NOT_FOUND, title=_("This link does not open anything"), text=str(error)
                )
            except EXPIRED as error:
                response = error_page(HTTPStatus.GONE, title=_("This link has expired"), text=str(error))
            response["Cache-Control"] = "no-store, private"
            response["X-Robots-Tag"] = "noindex, nofollow"
            return response

        return guarded

    return open_with


with_appointment = opened_by(find_by_secret)
with_wait = opened_by(find_wait)
with_ticket = opened_by(find_ticket)


def facts_of(secret: str, found: Appointment) -> dict[str, Any]:
    """What every page of an appointment tells: never its advisor, nor whether it was overbooked."""
    local = found.starts_at.astimezone(found.site.tz)
    return {
        "secret": secret,
        "appointment": found,
        "code": found.code,
        "theme": found.service.theme,
        "title": found.service.title,
        "minutes": found.service.minutes,
        "site": found.site,
        "place": place_in_one_line(found),
        "channel": found.get_channel_display(),
        "is_on_site": found.channel == Channel.ON_SITE,
        "language_name": Language(found.language).label,
        "day": local.date(),
        "time": local.time(),
        "visitor": found.visitor,
        "left": shown_of(found.visitor),
        "can_tell": can_tell(found.visitor, network=found.site.network),
        "is_cancelled": found.state == State.CANCELLED,
        "is_to_move": found.state == State.TO_MOVE,
        "is_over": found.state in OVER,
    }
