"""The error pages: one template, a clear sentence, the right status, in the reader's language."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from citemetiers.kernel.errors import error_page


def bad_request(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django names it
    """400: what the browser sent cannot be read."""
    return error_page(
        400, title=_("We could not read this request"), text=_("Go back, check what you entered and try again.")
    )


def permission_denied(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django names it
    """403: signed in, yet not for this."""
    return error_page(
        403,
        title=_("This page is not yours to open"),
        text=_("Your role does not include it. Ask whoever gives out the roles at your place."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django passes it
    """403: the form was opened too long ago, or by another site; 405 for a method that no form has.

    A script that sends JSON fetches a fresh token and sends again.
    """
    if request.method != "POST" and request.content_type != "application/json":
        return method_refused(allowed="GET, HEAD, POST")
    return error_page(
        403,
        title=_("This form has expired"),
        text=_("Go back, reload the page and send the form again. Nothing was saved."),
    )


def method_refused(*, allowed: str) -> HttpResponse:
    """405: the address is not asked this way."""
    page = error_page(
        405,
        title=_("This page cannot be used this way"),
        text=_("Open it from a link or a form of the portal. Nothing was changed."),
    )
    page["Allow"] = allowed
    return page


def page_not_found(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django names it
    """404: nothing lives at this address."""
    return error_page(
        404, title=_("This page does not exist"), text=_("The address may be mistyped, or the page may have moved.")
    )


def too_many_attempts(_request: HttpRequest) -> HttpResponse:
    """429: so many attempts that it could be a machine."""
    return error_page(
        429,
        title=_("Too many attempts"),
        text=_("Wait a few minutes, then try again. Nothing is wrong with your account."),
    )


def server_error(_request: HttpRequest) -> HttpResponse:
    """500: our fault; 503 with Retry-After when the database cannot be reached."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        response = error_page(
            503,
            title=_("The portal is resting for a moment"),
            text=_("Our database cannot be reached. Try again in a few minutes."),
        )
        response["Retry-After"] = "60"
        return response
    return error_page(
        500,
        title=_("Something went wrong on our side"),
        text=_("It has been recorded. Please try again in a few minutes."),
    )
