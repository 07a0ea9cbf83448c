"""How allauth behaves here: nobody signs up, secrets are encrypted, a partner vouches for its own people only."""

import logging
import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citemetiers.accounts import encryption, partners
from sites.models import User

logger = logging.getLogger(__name__)

PORTAL_NAME = "Cité des métiers"


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are for staff, made by invitation: nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  the signature is allauth's
        """Nobody signs up."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """The last door of every road: who was deactivated between password and second factor stays out too."""
        if not user.is_active:
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        super().login(request, user)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in within the last minutes is not asked who they are again."""
        request = context.request
        records = get_authentication_records(request, request.user)
        latest = max((record["at"] for record in records), default=0)
        if time.time() - latest < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The same, in the words of the portal."""
        words = {
            "reauthenticate": _("Use my password"),
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        methods = super().get_reauthentication_methods(user)
        return [{**method, "description": words[method["id"]]} for method in methods]

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tells the owner of an account what changed in it, at the address they sign in with."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)


class StaffSecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: encrypted in the database, named after the portal, explained in plain words."""

    error_messages = {
        "add_email_blocked": gettext_lazy("The coordinator of your site changes the e-mail address."),
        "cannot_delete_authenticator": gettext_lazy("This second factor cannot be removed."),
        "cannot_generate_recovery_codes": gettext_lazy("Set up an authenticator app or a passkey first."),
        "incorrect_code": gettext_lazy("This code or passkey is not right, or was used already. Try once more."),
        "unverified_email": gettext_lazy("The coordinator of your site changes the e-mail address."),
    }

    def encrypt(self, text: str) -> str:
        """What is written to the database."""
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """What was encrypted, with this or an earlier key."""
        return encryption.decrypt(encrypted_text)

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002  allauth names it
        """A name to begin with; the person may write a better one."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """What the browser shows when it asks for a passkey."""
        return {**super().get_public_key_credential_rp_entity(), "name": PORTAL_NAME}


class PartnerSignInAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A partner organisation says who somebody is; only the portal says who has an account."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002  allauth's
        """Nobody signs up."""
        return False

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Providers come from the environment alone: a row in the database opens no door."""
        return [app for app in super().list_apps(request, provider, client_id) if app.pk is None]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Finds the person's account by the address that the partner vouches for, each time anew; nothing is stored."""
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise ImmediateHttpResponse(_refusal(request, _("An account of a partner can be used to sign in only.")))
        try:
            address = partners.vouched_address(sociallogin)
        except partners.NotVouchedForError as error:
            raise ImmediateHttpResponse(_refusal(request, str(error))) from None
        user = User.objects.filter(email=address).first()
        if user is None:
            text = _("There is no account for %(address)s. Ask your coordinator for an invitation.")
            raise ImmediateHttpResponse(_refusal(request, text % {"address": address}))
        sociallogin.user = user

    def on_authentication_error(
        self,
        request: HttpRequest,  # noqa: ARG002
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,  # noqa: ARG002
    ) -> None:
        """Leaves a line for whoever runs the portal: which provider, what kind of trouble, nobody's name."""
        if error != AuthError.CANCELLED:
            logger.warning("Sign-in by %s failed: %s", provider.sub_id, type(exception).__name__)


def _refusal(request: HttpRequest, text: str) -> HttpResponse:
    return render(request, "socialaccount/refused.html", {"reason": text}, status=403)
