"""Sign-in by a partner organisation: allauth's views, and a clear page where the partner cannot be understood."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from requests import RequestException

logger = logging.getLogger(__name__)

View = Callable[[HttpRequest, str], HttpResponse]

# What an answer that is down, cut off or not what the standard says can make of the code that reads it.
UNINTELLIGIBLE = (RequestException, OAuth2Error, KeyError, TypeError, ValueError, AttributeError)


def _explained(request: HttpRequest, provider_id: str, view: View) -> HttpResponse:
    try:
        return view(request, provider_id)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except UNINTELLIGIBLE as error:
        logger.warning("Sign-in by %s failed: %s", provider_id, type(error).__name__)
        return render(request, "socialaccount/authentication_error.html", status=HTTPStatus.UNAUTHORIZED)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _explained(request, provider_id, openid_connect.login)


@login_not_required
@require_http_methods(["GET", "HEAD"])
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _explained(request, provider_id, openid_connect.callback)
