"""Mail to people who are invited, in the language chosen for them. No subject names anybody."""

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from sites.models import Invitation


class NotSentError(Exception):
    """The mail server did not take a mail; the text names the kind of trouble, never an address."""


def build_invitation(invitation: Invitation, *, link: str) -> EmailMessage:
    """The mail that invites: by whom, where, to what, until when, and the link."""
    with translation.override(invitation.language):
        return EmailMessage(
            subject=_("Your invitation to the staff portal"),
            body=render_to_string("sites/emails/invitation.txt", {"invitation": invitation, "link": link}),
            to=[invitation.email],
        )
