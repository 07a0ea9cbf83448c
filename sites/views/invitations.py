"""The page behind the link of an invitation, in the language of the invitation."""

import datetime as dt
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citemetiers.kernel.errors import error_page
from citemetiers.kernel.welcome import welcome_address
from sites import services
from sites.forms import AcceptForm
from sites.models import Invitation, User
from sites.rules import PeopleError
from sites.services import InvitationGoneError, Step

ONWARD = {Step.DONE, Step.WELCOME}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, secret: str) -> HttpResponse:
    by, now = request.user if request.user.is_authenticated else None, timezone.now()
    try:
        invitation = services.find_invitation(secret=secret, now=now)
        step = services.next_step(invitation=invitation, by=by)
        if step in ONWARD:
            return _onward(User.objects.get(email=invitation.email), by=by)
        with translation.override(invitation.language):
            return _page(request, invitation, step, secret=secret, now=now)
    except InvitationGoneError as gone:
        return _gone(gone)


def _page(request: HttpRequest, invitation: Invitation, step: Step, *, secret: str, now: dt.datetime) -> HttpResponse:
    by = request.user if request.user.is_authenticated else None
    asks_name = step == Step.NAME
    form = AcceptForm(request.POST or None) if asks_name else None
    if request.method == "POST" and (form is None or form.is_valid()):
        name = form.cleaned_data["display_name"] if form else ""
        try:
            user = services.accept_invitation(secret=secret, display_name=name, by=by, now=now)
        except InvitationGoneError:
            raise
        except PeopleError:
            return redirect(request.path)  # the page says what to do first
        if by is None:
            return _in_language(_onward(user, by=by), invitation.language)
        messages.success(request, _("Welcome: the invitation is accepted."))
        return _onward(user, by=by)
    context = {
        "invitation": invitation,
        "step": str(step),
        "form": form,
        "login_url": f"{reverse('account_login')}?next={request.path}",
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form and form.errors else None
    return render(request, "sites/invitation.html", context, status=status)


def _onward(user: User, *, by: User | None) -> HttpResponse:
    return redirect("staff-home") if by is not None else redirect(welcome_address(user))


def _in_language(response: HttpResponse, language: str) -> HttpResponse:
    """The pages that follow have no language in their address."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, secure=settings.LANGUAGE_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    return response


def _gone(gone: InvitationGoneError) -> HttpResponse:
    return error_page(
        404,
        title=_("This invitation no longer works"),
        text=str(gone),
        link_url=reverse("account_login"),
        link_label=_("Staff sign-in"),
    )
