"""What may be booked, moved and cancelled, and when; the errors that say so to a visitor."""

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appointments.enums import Channel, State
from appointments.models import Appointment, Service
from appointments.slots import Slot
from citemetiers.kernel.errors import DomainError

LINK_LASTS_AFTER_END = dt.timedelta(days=1)


class AppointmentError(DomainError):
    """The base of every refusal of this app."""


class MomentError(AppointmentError):
    """A moment cannot be booked; the error carries free moments to offer instead."""

    def __init__(self, text: str, *, next_slots: Sequence[Slot] = ()) -> None:
        super().__init__(text)
        self.next_slots = tuple(next_slots)


class SlotTaken(MomentError):  # noqa: N818  the name says it all
    """The moment was free a moment ago and is no longer."""

    def __init__(self, *, next_slots: Sequence[Slot] = ()) -> None:
        super().__init__(_("This time was just taken. Nothing is lost: choose another one."), next_slots=next_slots)


class ChannelError(AppointmentError):
    """The service is not given in this way, or lacks the address it needs."""


class TooLateError(AppointmentError):
    """The appointment was cancelled or its time has come: it cannot be changed any more."""


def bookable_period(service: Service, *, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """The half-open period in which a session of this service may start."""
    return now + dt.timedelta(hours=service.notice_hours), now + dt.timedelta(days=service.horizon_days)


def check_moment(service: Service, *, starts_at: dt.datetime, now: dt.datetime) -> None:
    """Refuse a moment that is past, too close or too far ahead."""
    earliest, latest = bookable_period(service, now=now)
    if starts_at < now:
        raise MomentError(_("This time is already past. Choose a later one."))
    if starts_at < earliest:
        raise MomentError(
            ngettext(
                "This time is too close: book at least %(hours)d hour ahead, or simply drop in.",
                "This time is too close: book at least %(hours)d hours ahead, or simply drop in.",
                service.notice_hours,
            )
            % {"hours": service.notice_hours}
        )
    if starts_at >= latest:
        raise MomentError(_("This time is too far ahead. Choose an earlier one."))


def not_offered() -> MomentError:
    """The refusal of a moment at which nobody receives."""
    return MomentError(_("Nobody receives at this time. Choose one of the free times."))


def check_channel(service: Service, *, channel: str, email: str, phone: str) -> None:
    """Refuse a channel that the service does not have, or that lacks the address it needs."""
    if channel not in service.channels:
        raise ChannelError(_("This session is not offered in this way. Choose another one."))
    if channel == Channel.PHONE and not phone:
        raise ChannelError(_("Give a telephone number: we call you at the chosen time."))
    if channel == Channel.VIDEO and not email:
        raise ChannelError(_("Give an e-mail address: we send the link of the video call to it."))


def can_change(appointment: Appointment, *, now: dt.datetime) -> bool:
    """Whether the visitor may still move or cancel."""
    return appointment.state == State.BOOKED and now < appointment.starts_at


def check_change(appointment: Appointment, *, now: dt.datetime) -> None:
    """Refuse to move or cancel what is cancelled or has begun."""
    if appointment.state == State.CANCELLED:
        raise TooLateError(_("This appointment is cancelled. You can book a new one."))
    if now >= appointment.starts_at:
        raise TooLateError(_("This appointment has already begun. It cannot be changed any more."))


def is_link_expired(appointment: Appointment, *, now: dt.datetime) -> bool:
    """Whether the secret link has died: a day after the end of the appointment."""
    return now >= appointment.ends_at + LINK_LASTS_AFTER_END
