"""Book: one act, whole or not at all."""

import datetime as dt
import uuid

from django.db import transaction

from appointments.enums import BookedBy, Channel, WhoBooks
from appointments.models import Appointment, Offer, Service
from appointments.rules import check_channel, check_moment
from appointments.services.booking.advisors import find_advisor
from appointments.services.booking.overbooking import check_overbooking
from appointments.services.finding.moments import first_that_fits, wanted_appointment
from appointments.services.messages import due
from appointments.services.terms.details import NOTHING_LEFT, VisitorDetails, check_upcoming, erase_on
from appointments.services.terms.links import secret_of
from appointments.services.terms.policies import ways_of
from appointments.services.terms.wording import keep_service
from citemetiers.kernel.codes import fingerprint, new_reference
from sites.models import Site, Theme, User
from visitors.services import register_visitor


def book_appointment(  # noqa: PLR0913  what a visitor chooses, one by one
    *,
    site: Site,
    theme: Theme,
    language: str,
    starts_at: dt.datetime,
    now: dt.datetime,
    channel: str = Channel.ON_SITE,
    details: VisitorDetails | None = None,
    token: uuid.UUID | None = None,
    booked_by: BookedBy = BookedBy.VISITOR,
    who: WhoBooks = WhoBooks.ANYONE,
    offer: Offer | None = None,
    service: Service | None = None,
) -> Appointment:
    """Book one moment for a visitor who may stay nobody. The same token and moment twice is one appointment.

    ``who`` says what the asker may use; ``offer`` opens the moment that is kept for its holder;
    ``service`` is what service_at answered, when the caller has asked already.
    Raises MomentError, SlotTaken among them, with free moments to offer instead.
    """
    wanted = wanted_appointment(
        site=site, theme=theme, language=language, starts_at=starts_at, channel=channel, who=who, service=service
    )
    details = details or NOTHING_LEFT
    check_channel(ways_of(wanted.service), channel=channel, phone=details.phone)
    wanted.booked_by = booked_by
    _name(wanted, token=token)
    # An offer is a promise: the notice that others must give does not undo it.
    notice_of = WhoBooks.RECEPTION if offer else who

    @transaction.atomic
    def write() -> Appointment:
        check_moment(wanted.service, starts_at=starts_at, now=now, who=notice_of)
        if who != WhoBooks.RECEPTION:
            check_upcoming(details, site=site, now=now)
        wanted.advisor_id = find_advisor(wanted, now=now, slot=offer.slot if offer else None)
        return _insert(wanted, details=details, now=now)

    return first_that_fits(write, wanted=wanted, now=now, who=who)


def overbook_appointment(  # noqa: PLR0913  what reception chooses, one by one
    *,
    site: Site,
    theme: Theme,
    language: str,
    starts_at: dt.datetime,
    advisor: User,
    now: dt.datetime,
    channel: str = Channel.ON_SITE,
    details: VisitorDetails | None = None,
    token: uuid.UUID | None = None,
    is_sure: bool = False,
) -> Appointment:
    """Give a taken moment on purpose. It is marked as such, and keeps nobody else from booking.

    ``is_sure``: all the same, although the advisor is not on duty then or not for this. Raises FreeTimeError where
    the moment can be booked as usual, NotOnDutyError, or MomentError.
    """
    wanted = wanted_appointment(
        site=site, theme=theme, language=language, starts_at=starts_at, channel=channel, who=WhoBooks.RECEPTION
    )
    details = details or NOTHING_LEFT
    check_channel(ways_of(wanted.service), channel=channel, phone=details.phone)
    wanted.advisor, wanted.is_overbooked, wanted.booked_by = advisor, True, BookedBy.RECEPTION
    _name(wanted, token=token)

    @transaction.atomic
    def write() -> Appointment:
        check_overbooking(wanted, advisor=advisor, now=now, is_sure=is_sure)
        return _insert(wanted, details=details, now=now)

    return first_that_fits(write, wanted=wanted, now=now, who=WhoBooks.RECEPTION)


def preview_appointment(  # noqa: PLR0913  what a visitor chooses, one by one
    *,
    site: Site,
    theme: Theme,
    language: str,
    starts_at: dt.datetime,
    now: dt.datetime,
    channel: str = Channel.ON_SITE,
    who: WhoBooks = WhoBooks.ANYONE,
) -> Appointment:
    """What booking this moment would give, unsaved. Raises like book_appointment; holds nothing."""
    wanted = wanted_appointment(
        site=site, theme=theme, language=language, starts_at=starts_at, channel=channel, who=who
    )

    def look() -> Appointment:
        check_moment(wanted.service, starts_at=starts_at, now=now, who=who)
        find_advisor(wanted, now=now, is_locked=False)
        return wanted

    return first_that_fits(look, wanted=wanted, now=now, who=who)


def _name(wanted: Appointment, *, token: uuid.UUID | None) -> None:
    """Give it the id that the same press of the button gives again; one form may ask for several moments."""
    wanted.service = keep_service(wanted.service)
    if token:
        wanted.pk = uuid.uuid5(token, f"{wanted.service_id} {wanted.site_id} {wanted.starts_at.timestamp()}")


def _insert(appointment: Appointment, *, details: VisitorDetails, now: dt.datetime) -> Appointment:
    appointment.code = new_reference()
    appointment.secret_fingerprint = fingerprint(secret_of(appointment))
    appointment.visitor = register_visitor(
        alias=details.alias,
        email=details.email,
        phone=details.phone,
        language=details.language or appointment.language,
        erase_on=erase_on(appointment),
    )
    appointment.save(force_insert=True)
    due.plan_booked(appointment=appointment, now=now)
    return appointment
