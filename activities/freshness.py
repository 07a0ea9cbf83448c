"""Which version of a public page an HTTP cache may keep."""

import hashlib
from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import get_language

from citemetiers.kernel.look import look

# Short: a new release is to be seen at once on the day itself; afterwards the ETag saves the transfer.
MAX_AGE_SECONDS = 60


def etag_of(request: HttpRequest, shown: Iterable[object]) -> str:
    """The tag of a page: its address and language, what it shows, and how it looks."""
    parts = [request.get_full_path(), get_language(), look(), *shown]
    return quote_etag(hashlib.sha256(repr(parts).encode()).hexdigest()[:32])


def unchanged(request: HttpRequest, etag: str) -> HttpResponse | None:
    """The answer 304 when the browser already has this version."""
    response = get_conditional_response(request, etag=etag)
    return None if response is None else cacheable(response, etag)


def cacheable(response: HttpResponse, etag: str) -> HttpResponse:
    """The response, marked as fit for any cache."""
    response["ETag"] = etag
    patch_cache_control(response, public=True, max_age=MAX_AGE_SECONDS)
    return response
