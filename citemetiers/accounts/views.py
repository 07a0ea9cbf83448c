"""The pages that allauth does not have: one's own account, the wait for a second factor, the first way in."""

from http import HTTPStatus

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import activate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citemetiers import demo
from citemetiers.accounts import second_factor
from citemetiers.accounts.forms import ProfileForm
from citemetiers.kernel.errors import error_page
from citemetiers.kernel.welcome import welcomed_key
from sites.models import User

ONWARD = "second_factor_onward"  # session: where the person wanted to go


@require_http_methods(["GET", "HEAD", "POST"])
def account_home(request: HttpRequest) -> HttpResponse:
    user = User.objects.get(pk=_person(request).pk)  # apart from the person in the header, who keeps the saved name
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        activate(user.language)
        messages.success(request, _("Your account is up to date."))
        return redirect("account-home")
    factors = second_factor.factors_of(user)
    context = {
        "form": form,
        "is_shared": demo.is_shared(user.email),
        "memberships": user.held_memberships,
        "factors": factors,
        "has_factor": not factors.isdisjoint(second_factor.FACTORS),
        "needs_factor": second_factor.is_required_of(user),
        "is_enforced": settings.PORTAL_SECOND_FACTOR_REQUIRED,
        "session_count": len(UserSession.objects.purge_and_list(user)),
    }
    return render(
        request, "account/home.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else None
    )


@require_safe
@never_cache
def wait_for_second_factor(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("next", "")
    if asked and _is_ours(request, asked):
        request.session[ONWARD] = asked
    user = _person(request)
    if second_factor.was_used(request) or not second_factor.is_required_of(user):
        return redirect(request.session.pop(ONWARD, None) or "staff-home")
    factors = second_factor.factors_of(user)
    context = {"factors": factors, "has_factor": not factors.isdisjoint(second_factor.FACTORS)}
    return render(request, "account/second_factor.html", context)


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    if session.is_current():
        return redirect("account_logout")
    session.end()
    messages.success(request, _("That device is signed out."))
    return redirect("usersessions_list")


@login_not_required
@require_safe
@never_cache
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    user = User.objects.filter(pk=welcomed_key(token) or 0, is_active=True, last_login=None).first()
    if user is None or user.has_usable_password():
        return error_page(
            404,
            title=_("This link no longer works"),
            text=_("You have chosen how to sign in already, or the link is too old. Sign in, or ask for a code."),
            link_url=reverse("account_login"),
            link_label=_("Staff sign-in"),
        )
    names = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    password_url = reverse("account_reset_password_from_key", kwargs=names)
    return render(request, "account/welcome.html", {"person": user, "password_url": password_url})


def address_is_given(_request: HttpRequest, **_names: str) -> HttpResponse:
    """People do not change the address that they were invited by: whoever vouches for it does."""
    return redirect("account-home")


def nobody_signs_up(_request: HttpRequest) -> HttpResponse:
    """There is no other road to an account than an invitation."""
    raise Http404


def _person(request: HttpRequest) -> User:
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def _is_ours(request: HttpRequest, address: str) -> bool:
    is_safe = url_has_allowed_host_and_scheme(address, allowed_hosts=None, require_https=request.is_secure())
    return is_safe and address.startswith("/") and not address.startswith(request.path)
