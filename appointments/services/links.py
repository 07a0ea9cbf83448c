"""The secret link: recomputed for messages, found again by its fingerprint."""

import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from appointments.models import Appointment
from appointments.rules import AppointmentError, is_link_expired
from citemetiers.kernel.codes import fingerprint, secret_for


class UnknownLinkError(AppointmentError):
    """No appointment has this secret."""


class ExpiredLinkError(AppointmentError):
    """The appointment was over long ago."""


def secret_of(appointment: Appointment) -> str:
    """The secret of an appointment; only its fingerprint is stored."""
    return secret_for("appointment", appointment.pk)


def secret_url(appointment: Appointment, *, language: str) -> str:
    """The whole address of the secret link, in one language."""
    with translation.override(language):
        path = reverse("appointments:appointment", args=[secret_of(appointment)])
    return f"{settings.PORTAL_BASE_URL}{path}"


def find_by_secret(*, secret: str, now: dt.datetime) -> Appointment:
    """The appointment of a secret link. Raises UnknownLinkError or ExpiredLinkError."""
    found = (
        Appointment.objects.select_related("site__network", "service__theme", "visitor")
        .filter(secret_fingerprint=fingerprint(secret))
        .first()
    )
    if found is None:
        raise UnknownLinkError(_("No appointment has this link. Check that you copied it whole."))
    if is_link_expired(found, now=now):
        raise ExpiredLinkError(_("This appointment is over, so its link no longer works. You can book a new one."))
    return found
