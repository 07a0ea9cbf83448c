"""What happens around every request."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.http import urlencode

from citemetiers.accounts import second_factor
from citemetiers.errors import method_refused
from citemetiers.kernel.access import refuse_script

ACCOUNT_PAGES = "/accounts/"

GetResponse = Callable[[HttpRequest], HttpResponse]


class StaffOnlyMiddleware(LoginRequiredMiddleware):
    """Asks for a sign-in where a view does not say otherwise, and reads no session where it does.

    Django's own reads the person first: every public page would then depend on the cookie,
    and no cache could serve it.
    """

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if not getattr(view, "login_required", True):
            return None
        if getattr(view, "is_for_scripts", False) and not request.user.is_authenticated:
            return refuse_script(HTTPStatus.UNAUTHORIZED, "signed-out")
        request.is_for_staff = True  # type: ignore[attr-defined]
        return super().process_view(request, view, args, kwargs)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """No shared cache keeps what is for staff; no browser keeps a page that shows the secrets of an account."""
        if getattr(request, "is_for_staff", False) and not response.has_header("Cache-Control"):
            if request.path.startswith(ACCOUNT_PAGES):
                add_never_cache_headers(response)
            else:
                patch_cache_control(response, private=True, no_cache=True)
        return response


class SecondFactorMiddleware:
    """Holds back whoever must sign in with a second factor and has not, until they have.

    Asked after the sign-in, of pages for staff alone: the session is read by then, and so are the memberships that
    every such page needs.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        is_asked = settings.PORTAL_SECOND_FACTOR_REQUIRED and getattr(view, "login_required", True)
        if not is_asked or not second_factor.holds_back(request):
            return None
        if getattr(view, "is_for_scripts", False):
            return refuse_script(HTTPStatus.UNAUTHORIZED, "signed-out")
        # What was sent is not sent again: the person starts from the page before it.
        onward = urlencode({"next": request.get_full_path()}) if request.method in {"GET", "HEAD"} else ""
        return redirect(f"{reverse('second-factor')}?{onward}" if onward else "second-factor")


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
        return method_refused(allowed=response["Allow"])
