"""The error pages: one template, a clear sentence, the right status, in the reader's language."""

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

Texts = tuple[str, str]


def _page(status: int, texts: Texts) -> HttpResponse:
    # Without the request: no session, no user, no query. The page must stand when all else has fallen.
    title, text = texts
    return HttpResponse(render_to_string("error.html", {"title": title, "text": text, "status": status}), status=status)


def bad_request(_request: HttpRequest, _exception: Any = None) -> HttpResponse:
    """400: what the browser sent cannot be read."""
    return _page(400, (_("We could not read this request"), _("Go back, check what you entered and try again.")))


def permission_denied(_request: HttpRequest, _exception: Any = None) -> HttpResponse:
    """403: signed in, yet not for this."""
    return _page(
        403,
        (_("This page is not yours to open"), _("Your role does not include it. Ask the coordinator of your site.")),
    )


def csrf_failure(_request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django passes it
    """403: the form was opened too long ago, or by another site."""
    return _page(
        403, (_("This form has expired"), _("Go back, reload the page and send the form again. Nothing was saved."))
    )


def page_not_found(_request: HttpRequest, _exception: Any = None) -> HttpResponse:
    """404: nothing lives at this address."""
    return _page(404, (_("This page does not exist"), _("The address may be mistyped, or the page may have moved.")))


def server_error(_request: HttpRequest) -> HttpResponse:
    """500: our fault; 503 with Retry-After when the database cannot be reached."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        response = _page(
            503,
            (_("The portal is resting for a moment"), _("Our database cannot be reached. Try again in a few minutes.")),
        )
        response["Retry-After"] = "60"
        return response
    return _page(
        500, (_("Something went wrong on our side"), _("It has been recorded. Please try again in a few minutes."))
    )
