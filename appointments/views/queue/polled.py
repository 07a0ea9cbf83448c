"""Pages of which a piece is asked for again and again: the answer is 304, at next to no cost, while nothing changes.

The piece carries its own mark and sends it back (hx-headers), so that the browser hands on the 304 and nothing moves.
"""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django_htmx.middleware import HtmxDetails

from citemetiers.kernel.look import look

# The pages show nothing of the session, so that one copy serves everybody.
NO_MESSAGES: dict[str, Any] = {"messages": ()}


class PolledRequest(HttpRequest):
    """A request for a page or for its piece."""

    htmx: HtmxDetails


def mark_of(*shown: object) -> str:
    """The tag of a piece: what it shows, in which language, and how it looks."""
    return quote_etag(hashlib.sha256(repr([get_language(), look(), *shown]).encode()).hexdigest()[:24])


def page_mark(request: PolledRequest, mark: str) -> str:
    """The tag of the whole page around a piece, or of the piece alone where it is asked for."""
    return mark if request.htmx else f'{mark[:-1]}-page"'


def unchanged(request: HttpRequest, tag: str, *, kept: str) -> HttpResponse | None:
    """The answer 304 when the browser already has this version."""
    response = get_conditional_response(request, etag=tag)
    return None if response is None else marked(response, tag, kept=kept)


def marked(response: HttpResponse, tag: str, *, kept: str) -> HttpResponse:
    """The response with its tag and how long who may keep it; the piece and its page share an address."""
    response["ETag"] = tag
    response["Cache-Control"] = kept
    patch_vary_headers(response, ["HX-Request"])
    return response
