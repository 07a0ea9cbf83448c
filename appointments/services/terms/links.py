"""The secret link: recomputed for messages, found again by its fingerprint."""

import datetime as dt

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from appointments.enums import Channel
from appointments.models import Appointment, Offer, Shift, Wait
from appointments.models.policies import ROOM
from appointments.rules import AppointmentError, is_call_open, is_link_expired
from appointments.services.terms.policies import video_address_of
from citemetiers.kernel.codes import fingerprint, secret_for
from citemetiers.kernel.questions import Given, Question

# 96 bits: nobody guesses it.
LENGTH_OF_ROOM = 16


class UnknownLinkError(AppointmentError):
    """No appointment has this secret."""


class ExpiredLinkError(AppointmentError):
    """The appointment was over long ago."""


def secret_of(appointment: Appointment) -> str:
    """The secret of an appointment; only its fingerprint is stored."""
    return secret_for("appointment", appointment.pk)


def secret_url(appointment: Appointment, *, language: str, page: str = "appointment") -> str:
    """The whole address of the secret link, or of another page behind it, in one language."""
    with translation.override(language):
        path = reverse(f"appointments:{page}", args=[secret_of(appointment)])
    return f"{settings.PORTAL_BASE_URL}{path}"


def video_url(appointment: Appointment) -> str:
    """Where the video call takes place, in a room of its own that nobody can guess; stored nowhere.

    Empty for every other way to meet, and where the network has no address for calls.
    """
    if appointment.channel != Channel.VIDEO:
        return ""
    return video_address_of(appointment.site.network).replace(
        ROOM, secret_for("video", appointment.pk)[:LENGTH_OF_ROOM]
    )


def call_of(appointment: Appointment, *, now: dt.datetime) -> str:
    """Where the video call takes place, as long as there is one to come to: nothing once it is over or called off."""
    return video_url(appointment) if is_call_open(appointment, now=now) else ""


def wait_secret_of(wait: Wait) -> str:
    """The secret of a wait; only its fingerprint is stored."""
    return secret_for("wait", wait.pk)


def offer_url(offer: Offer, *, language: str) -> str:
    """The whole address at which an offer is taken: the page of the appointment to move, else that of the wait."""
    wait = offer.wait
    if wait.appointment is not None:
        return secret_url(wait.appointment, language=language)
    with translation.override(language):
        path = reverse("appointments:wait", args=[wait_secret_of(wait)])
    return f"{settings.PORTAL_BASE_URL}{path}"


def find_by_secret(*, secret: str, now: dt.datetime) -> Appointment:
    """The appointment of a secret link, with all that its page asks for, in one query.

    Raises UnknownLinkError or ExpiredLinkError.
    """
    found = next(iter(OPENED.ask(fingerprint=fingerprint(secret))), None)
    if found is None:
        raise UnknownLinkError(_("No appointment has this link. Check that you copied it whole."))
    if is_link_expired(found, now=now):
        raise ExpiredLinkError(_("This appointment is over, so its link no longer works. You can book a new one."))
    return found


def _ask_opened() -> QuerySet[Appointment, Appointment]:
    held_in = Shift.objects.filter(
        advisor=OuterRef("advisor"),
        site=OuterRef("site"),
        starts_at__lte=OuterRef("starts_at"),
        ends_at__gte=OuterRef("ends_at"),
    )
    read_along = {
        "is_illustrative": Exists(held_in.filter(duty__is_illustrative=True)),
        "has_open_wait": Exists(Wait.objects.filter(appointment=OuterRef("pk"), ended_at=None)),
    }
    rows = Appointment.objects.select_related("site__network__booking_policy", "service__theme", "visitor")
    return rows.annotate(**read_along).filter(secret_fingerprint=Given("fingerprint", CharField()))


OPENED = Question(_ask_opened)
