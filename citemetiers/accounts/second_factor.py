"""Who must sign in with a second factor, and which sessions were made with one."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from sites.enums import SECOND_FACTOR_ROLES
from sites.models import User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

# What a person may still open: nothing here shows or removes a factor.
ALWAYS_OPEN = frozenset(
    {
        "second-factor",
        "account-home",
        "account_logout",
        "account_reauthenticate",
        "account_change_password",
        "account_set_password",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "usersessions_list",
        "account-session-end",
    }
)
# Open to whoever has none yet. With a password alone, nobody adds a factor beside that of the owner.
OPEN_TO_SET_UP = frozenset({"mfa_index", "mfa_activate_totp", "mfa_add_webauthn"})


def is_required_of(user: User) -> bool:
    """Whether what this person may do asks for a second factor."""
    return user.is_superuser or any(held.role in SECOND_FACTOR_ROLES for held in user.held_memberships)


def was_used(request: HttpRequest) -> bool:
    """Whether this session was made, or confirmed, with a code of an app, a recovery code or a passkey."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def factors_of(user: User) -> set[str]:
    """The kinds of second factor that this person has set up, recovery codes among them."""
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def holds_back(request: HttpRequest) -> bool:
    """Whether this page must wait until the person has used a second factor."""
    user = request.user
    if not user.is_authenticated or was_used(request) or not is_required_of(user):
        return False
    name = request.resolver_match.view_name if request.resolver_match else ""
    if name in OPEN_TO_SET_UP:
        return not factors_of(user).isdisjoint(FACTORS)
    return name not in ALWAYS_OPEN


def remember_set_up(*, request: HttpRequest, user: User, authenticator: Authenticator, **_signal: Any) -> None:
    """Whoever has just set up a first factor has shown that it works: this session counts as made with it."""
    is_first = not Authenticator.objects.filter(user=user, type__in=FACTORS).exclude(pk=authenticator.pk).exists()
    if authenticator.type in FACTORS and is_first:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
