import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from sites.models import Site, User


def label_reminders(site: Site, *, readers: Iterable[User], today: dt.date) -> list[EmailMessage]:
    """One message for each reader, in that person's language: the label of a site runs out."""
    return [_reminder(site, reader, today) for reader in readers]


def _reminder(site: Site, reader: User, today: dt.date) -> EmailMessage:
    with translation.override(reader.language):
        context = {
            "site": site,
            "reader": reader,
            "has_ended": bool(site.label_until_on and site.label_until_on < today),
            "base": settings.PORTAL_BASE_URL,
        }
        return EmailMessage(
            subject=_("The label of %(site)s is due for renewal") % {"site": site.name},
            body=render_to_string("sites/emails/label_reminder.txt", context),
            to=[reader.email],
        )
