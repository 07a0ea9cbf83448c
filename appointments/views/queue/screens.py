"""The devices of a place: a display or a kiosk that somebody of the place made known with its key."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare

from appointments.models import SiteQueue
from appointments.services.queue import is_screen, sign_screen
from sites.models import Site

COOKIE = "screen"
# The longest that a browser keeps one; the screens of a place end earlier when its key is renewed.
COOKIE_SECONDS = 400 * 24 * 60 * 60


def enrol(request: HttpRequest, *, queue: SiteQueue) -> HttpResponse | None:
    """The way to the clean address, with the device made known; None where the address holds no key that fits."""
    key = request.GET.get("key", "")
    if not key or not constant_time_compare(key, queue.screen_key):
        return None
    response = redirect(request.path)
    response.set_cookie(
        COOKIE, sign_screen(queue), max_age=COOKIE_SECONDS, secure=request.is_secure(), httponly=True, samesite="Lax"
    )
    response["Cache-Control"] = "no-store"
    return response


def screen_of(request: HttpRequest, *, site: Site) -> SiteQueue | None:
    """The queue of the site when this device is one of its screens."""
    value = request.COOKIES.get(COOKIE, "")
    if not value:
        return None
    queue = SiteQueue.objects.filter(site=site).first()
    return queue if queue and is_screen(queue, value) else None
