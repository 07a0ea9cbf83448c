"""What happens around every request."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _

from citemetiers.kernel.errors import error_page

GetResponse = Callable[[HttpRequest], HttpResponse]


class StaffOnlyMiddleware(LoginRequiredMiddleware):
    """Asks for a sign-in where a view does not say otherwise, and reads no session where it does.

    Django's own reads the person first: every public page would then depend on the cookie,
    and no cache could serve it.
    """

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if not getattr(view, "login_required", True):
            return None
        return super().process_view(request, view, args, kwargs)


class StaffLanguageMiddleware:
    """Shows pages without a language prefix in the language that the signed-in person chose."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        has_prefix = translation.get_language_from_path(request.path_info)
        if not has_prefix and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class MethodRefusedMiddleware:
    """Gives a refused method (405) the same clear page as every other error."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        page = error_page(
            HTTPStatus.METHOD_NOT_ALLOWED,
            title=_("This page cannot be used this way"),
            text=_("Open it from a link or a form of the portal. Nothing was changed."),
        )
        page["Allow"] = response["Allow"]
        return page
