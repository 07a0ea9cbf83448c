"""What may be booked, moved and cancelled, and when; the errors that say so to a visitor."""

import datetime as dt
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appointments.enums import Channel, State, WhoBooks
from appointments.models import Appointment, Offer, Service
from appointments.slots import Slot
from citemetiers.kernel.dates import date_words, local_day
from citemetiers.kernel.errors import DomainError

LINK_LASTS_AFTER_END = dt.timedelta(days=1)
LONGEST_WAIT = dt.timedelta(days=90)
# An offer that stands for less is of no use to anybody who is not looking just now.
LEAST_OFFER = dt.timedelta(minutes=10)
MAY_USE = {
    WhoBooks.ANYONE: (WhoBooks.ANYONE,),
    WhoBooks.PRESCRIBER: (WhoBooks.ANYONE, WhoBooks.PRESCRIBER),
    WhoBooks.RECEPTION: tuple(WhoBooks),
}


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
    """The service is not given in this way, or lacks the number it needs."""


class AskerError(AppointmentError):
    """The service is booked by others than who asks."""


class UpcomingError(AppointmentError):
    """One address holds as many appointments to come as the network allows."""


class AdvisorError(AppointmentError):
    """The advisor cannot receive at this moment, or does not work at this place."""


class FreeTimeError(AppointmentError):
    """A moment is given on purpose that can be booked in the usual way."""

    def __init__(self) -> None:
        super().__init__(_("This time is free: book it as usual."))


class NotOnDutyError(AdvisorError):
    """The advisor does not receive then, or not for this: it is given all the same only when that is said."""


class TooLateError(AppointmentError):
    """The appointment was cancelled or its time has come: it cannot be changed any more."""


class StateError(AppointmentError):
    """The appointment does not stand where the act expects it."""


class RotaError(AppointmentError):
    """The rota cannot be changed in this way; the error names the field at which a form says so, if there is one."""

    def __init__(self, text: str, *, field: str = "") -> None:
        super().__init__(text)
        self.field = field


class RoomTaken(RotaError):  # noqa: N818  the name says it all
    """The room or desk is used by somebody else at this time."""

    def __init__(self, *, place: str, day: dt.date, field: str) -> None:
        text = _("%(place)s is already used on %(day)s at this time. Choose another place or other times.")
        super().__init__(text % {"place": place, "day": date_words(day)}, field=field)


class ChangedMeanwhile(RotaError):  # noqa: N818  the name says it all
    """Somebody else changed it since it was shown."""

    def __init__(self) -> None:
        said = _("Somebody changed this duty meanwhile: see above how it is now.")
        super().__init__(said + " " + _("Save again to put what you entered instead."))


class ProofError(AppointmentError):
    """The form came without the work that keeps robots out, or a limit against hoarding is reached."""


class WaitError(AppointmentError):
    """One cannot wait for such a moment."""


class OfferError(AppointmentError):
    """The offer does not stand any more."""


def may_book(service: Service, *, who: str) -> bool:
    """Whether somebody may book this service: reception each one, others as the service says."""
    return service.who_books in MAY_USE[WhoBooks(who)]


def bookable_period(
    service: Service, *, now: dt.datetime, who: str = WhoBooks.ANYONE
) -> tuple[dt.datetime, dt.datetime]:
    """The half-open period in which a session of this service may start; reception needs no notice."""
    notice = dt.timedelta() if who == WhoBooks.RECEPTION else dt.timedelta(hours=service.notice_hours)
    return now + notice, now + dt.timedelta(days=service.horizon_days)


def check_not_past(starts_at: dt.datetime, *, now: dt.datetime) -> None:
    """Refuse a moment that is past."""
    if starts_at < now:
        raise MomentError(_("This time is already past. Choose a later one."))


def check_moment(service: Service, *, starts_at: dt.datetime, now: dt.datetime, who: str = WhoBooks.ANYONE) -> None:
    """Refuse a moment that is past, too close or too far ahead for who asks."""
    check_not_past(starts_at, now=now)
    earliest, latest = bookable_period(service, now=now, who=who)
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


def check_channel(ways: Collection[str], *, channel: str, phone: str) -> None:
    """Refuse a channel in which the session cannot be had, or that lacks the number it needs."""
    if channel not in ways:
        raise ChannelError(_("This session is not offered in this way. Choose another one."))
    if channel == Channel.PHONE and not phone:
        raise ChannelError(_("Give a telephone number: we call you at the chosen time."))


def check_asker(service: Service, *, who: str) -> None:
    """Refuse a service that only others may book."""
    if may_book(service, who=who):
        return
    if service.who_books == WhoBooks.PRESCRIBER:
        raise AskerError(_("A school, a partner organisation or somebody close to you books this session for you."))
    raise AskerError(_("Only reception books this session. Call us or come by."))


def too_many_upcoming(most: int) -> UpcomingError:
    """The refusal of one appointment more than an address may hold."""
    text = ngettext(
        "This e-mail address or telephone number already has %(most)d appointment to come. "
        "Move it or cancel it with its link, or call us.",
        "This e-mail address or telephone number already has %(most)d appointments to come. "
        "Move one or cancel one with its link, or call us.",
        most,
    )
    return UpcomingError(text % {"most": most})


def can_change(appointment: Appointment, *, now: dt.datetime) -> bool:
    """Whether the visitor may still move or cancel."""
    if appointment.state == State.TO_MOVE:
        return not is_link_expired(appointment, now=now)
    return appointment.state == State.BOOKED and now < appointment.starts_at


def check_change(appointment: Appointment, *, now: dt.datetime) -> None:
    """Refuse to move or cancel what is cancelled or has begun; what we asked to move can be moved long after."""
    if appointment.state == State.CANCELLED:
        raise TooLateError(_("This appointment is cancelled. You can book a new one."))
    if not can_change(appointment, now=now):
        raise TooLateError(_("This appointment has already begun. It cannot be changed any more."))


def check_state(appointment: Appointment, *, states: Collection[str]) -> None:
    """Refuse an act on an appointment that does not stand where the act expects it."""
    if appointment.state not in states:
        raise StateError(
            _("This appointment is in another state by now: %(state)s. Look at it again.")
            % {"state": appointment.get_state_display()}
        )


def check_standing(appointment: Appointment, *, now: dt.datetime, states: Collection[str] = (State.BOOKED,)) -> None:
    """Refuse that staff change an appointment which stands no more, or is over."""
    check_state(appointment, states=states)
    if now >= appointment.ends_at:
        raise TooLateError(_("This appointment is over. It cannot be changed any more."))


def check_arrival(appointment: Appointment, *, now: dt.datetime) -> None:
    """Refuse to mark an arrival before the day of the appointment."""
    if _day_of(now, appointment) < _day_of(appointment.starts_at, appointment):
        raise StateError(_("This appointment is on a later day. Mark the arrival when the visitor comes."))


def check_begun(appointment: Appointment, *, now: dt.datetime) -> None:
    """Refuse to mark the end, or an absence, of what has not begun."""
    if now < appointment.starts_at:
        raise StateError(_("This appointment has not begun. Mark it from its start on."))


def check_same_day(appointment: Appointment, *, now: dt.datetime) -> None:
    """Refuse to take a mark back after the day of the appointment."""
    if _day_of(now, appointment) > _day_of(appointment.starts_at, appointment):
        raise TooLateError(_("A mark can be taken back on the day of the appointment only."))


def _day_of(moment: dt.datetime, appointment: Appointment) -> dt.date:
    return local_day(moment, tz=appointment.site.tz)


def is_call_open(appointment: Appointment, *, now: dt.datetime) -> bool:
    """Whether a call belongs to this moment: it stands and is not over."""
    return appointment.state in (State.BOOKED, State.ARRIVED) and now < appointment.ends_at


def is_link_expired(appointment: Appointment, *, now: dt.datetime) -> bool:
    """Whether the secret link has died: a day after the end of the appointment."""
    return now >= appointment.ends_at + LINK_LASTS_AFTER_END


def proof_failed() -> ProofError:
    """The refusal of work that is wrong, too old or already used."""
    return ProofError(_("This page had been open for too long. Nothing is saved yet, nothing is lost: press again."))


def too_many_here() -> ProofError:
    """The refusal where too many acts came from one place within an hour."""
    return ProofError(
        _("Too many requests came from this place within an hour. Try again later, call us, or simply drop in.")
    )


def too_many_unproven() -> ProofError:
    """The refusal when the few acts without a script are used up for this hour."""
    return ProofError(
        _("We cannot take more requests without JavaScript this hour. Try again later, call us, or simply drop in.")
    )


def last_call(service: Service, *, starts_at: dt.datetime) -> dt.datetime:
    """Until when a moment that was given back may still be offered to those who wait."""
    return starts_at - dt.timedelta(hours=service.notice_hours)


def check_wait_days(*, first_on: dt.date, last_on: dt.date, today: dt.date) -> None:
    """Refuse to wait for days that are past, in the wrong order or too far ahead."""
    if last_on < first_on:
        raise WaitError(_("The last day cannot be before the first day."))
    if last_on < today:
        raise WaitError(_("These days are already past. Choose later ones."))
    if last_on > today + LONGEST_WAIT:
        raise WaitError(_("You can wait for a moment within the next %(days)d days.") % {"days": LONGEST_WAIT.days})


def not_waited_for() -> WaitError:
    """The refusal to wait for what nobody can book at this place."""
    return WaitError(_("This session cannot be booked at this place in this way. Choose another place."))


def too_many_waits(most: int) -> WaitError:
    """The refusal of one wait more than an address may have."""
    text = ngettext(
        "This e-mail address or telephone number already waits for %(most)d moment. Stop that first, or call us.",
        "This e-mail address or telephone number already waits for %(most)d moments. Stop one first, or call us.",
        most,
    )
    return WaitError(text % {"most": most})


def check_offer(offer: Offer, *, now: dt.datetime) -> None:
    """Refuse an offer that was declined or has expired."""
    if offer.answer or offer.slot_id is None or now >= offer.expires_at:
        raise offer_gone()


def offer_gone() -> OfferError:
    """The refusal of an offer that is over."""
    return OfferError(_("This offer does not stand any more: the time to answer is over."))
