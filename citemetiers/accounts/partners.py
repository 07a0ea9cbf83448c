"""What a partner's word is worth: an address of its own domains that it has checked."""

from typing import Any

from allauth.socialaccount.models import SocialLogin
from django.utils.translation import gettext as _

from citemetiers.kernel.errors import DomainError

YES = (True, "true")


class NotVouchedForError(DomainError):
    """The partner does not vouch for this address, or may not."""


def vouched_address(sociallogin: SocialLogin) -> str:
    """The checked address in what the provider said, in lower case; anything less is refused with a sentence."""
    claims = _claims(sociallogin.account.extra_data)
    address = str(claims.get("email") or "").strip().lower()
    if not address or claims.get("email_verified") not in YES:
        raise NotVouchedForError(_("Your organisation has not confirmed your e-mail address to us."))
    if address.rpartition("@")[2] not in sociallogin.provider.app.settings["domains"]:
        raise NotVouchedForError(_("Your organisation may not sign in people with this e-mail address."))
    return address


def _claims(said: dict[str, Any]) -> dict[str, Any]:
    """What the provider says of the person; both of its answers must be about the same one."""
    answers = [answer for answer in (said.get("userinfo"), said.get("id_token")) if answer]
    if not answers or len({answer.get("sub") for answer in answers}) > 1:
        raise NotVouchedForError(_("Your organisation gave two different answers about who you are."))
    return dict(answers[0])
