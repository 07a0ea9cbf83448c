"""Tell me if one frees up: start to wait, find the wait again, stop."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from appointments.enums import Channel, WhoBooks
from appointments.models import Appointment, Service, Shift, Wait
from appointments.rules import (
    LONGEST_WAIT,
    check_asker,
    check_change,
    check_channel,
    check_wait_days,
    not_waited_for,
    too_many_waits,
)
from appointments.services.booking.offers import decline_offer, open_offer_of
from appointments.services.finding.catalogue import service_at
from appointments.services.terms.details import NOTHING_LEFT, VisitorDetails, of_same_address
from appointments.services.terms.links import ExpiredLinkError, UnknownLinkError, wait_secret_of
from appointments.services.terms.policies import policy_of, ways_of
from citemetiers.kernel.codes import fingerprint
from citemetiers.kernel.dates import local_day
from sites.enums import Language
from sites.models import Site, Theme
from visitors.services import erase_visitor, register_visitor


def start_wait(  # noqa: PLR0913  what a visitor chooses, one by one
    *,
    site: Site,
    theme: Theme,
    language: str,
    first_on: dt.date,
    last_on: dt.date,
    now: dt.datetime,
    channel: str = Channel.ON_SITE,
    details: VisitorDetails | None = None,
    token: uuid.UUID | None = None,
) -> Wait:
    """Wait for a moment on some days, for a visitor who may stay nobody. The same token twice is one wait.

    Raises WaitError, ChannelError or AskerError.
    """
    given = details or NOTHING_LEFT
    _check_wanted(service_at(theme, site=site), site=site, language=language, channel=channel, details=given)
    check_wait_days(first_on=first_on, last_on=last_on, today=local_day(now, tz=site.tz))
    wait = Wait(
        site=site,
        theme=theme,
        language=language,
        channel=channel,
        first_on=first_on,
        last_on=last_on,
        asked_at=now,
    )
    wait.pk = uuid.uuid5(token, f"{theme.pk} {site.pk}") if token else wait.pk
    wait.secret_fingerprint = fingerprint(wait_secret_of(wait))
    twin = Wait.objects.filter(pk=wait.pk).first() if token else None
    try:
        return twin or _write(wait, details=given, now=now)
    except IntegrityError:
        # The button was pressed twice at once.
        return Wait.objects.get(pk=wait.pk)


def start_wait_for(*, appointment: Appointment, now: dt.datetime) -> Wait:
    """Wait for a moment earlier than an appointment; asking twice is asking once. Raises TooLateError."""
    check_change(appointment, now=now)
    tz = appointment.site.tz
    today = local_day(now, tz=tz)
    wait, _is_new = Wait.objects.get_or_create(
        appointment=appointment,
        ended_at=None,
        defaults={
            "site": appointment.site,
            "theme": appointment.service.theme,
            "language": appointment.language,
            "channel": appointment.channel,
            "first_on": today,
            # The appointment may still be moved to a later day: any earlier moment than it is wanted.
            "last_on": max(today + LONGEST_WAIT, local_day(appointment.starts_at, tz=tz)),
            "visitor": appointment.visitor,
            "asked_at": now,
        },
    )
    return wait


def find_wait(*, secret: str, now: dt.datetime) -> Wait:
    """The wait of a secret link. Raises UnknownLinkError or ExpiredLinkError."""
    rows = Wait.objects.select_related("site__network__booking_policy", "theme", "visitor", "appointment")
    wait = rows.filter(secret_fingerprint=fingerprint(secret)).first()
    if wait is None:
        raise UnknownLinkError(_("Nobody waits with this link. Check that you copied it whole."))
    if local_day(now, tz=wait.site.tz) > wait.last_on:
        raise ExpiredLinkError(_("The days you waited for are over, so this link no longer works."))
    return wait


def open_wait_of(*, appointment: Appointment, now: dt.datetime) -> Wait | None:
    """The wait for a moment earlier than this appointment, if there is one."""
    today = local_day(now, tz=appointment.site.tz)
    return Wait.objects.open(today=today).select_related("site").filter(appointment=appointment).first()


def languages_at(*, service: Service, site: Site, now: dt.datetime) -> list[str]:
    """The languages in which this session is held at a place from now on; every one where nobody receives yet."""
    shifts = Shift.objects.for_service(service).filter(site=site, starts_at__gt=now)
    spoken = {code for codes in shifts.values_list("duty__languages", flat=True).distinct() for code in codes}
    allowed = service.languages or Language.values
    return [code for code in Language.values if code in allowed and code in (spoken or allowed)] or list(allowed)


@transaction.atomic
def end_wait(*, wait: Wait, now: dt.datetime) -> None:
    """Stop waiting: what is offered goes to the next one, what was left to be told by is erased at once."""
    if wait.ended_at is not None:
        return
    offer = open_offer_of(wait=wait, now=now)
    if offer is not None:
        decline_offer(offer=offer, now=now)
    wait.ended_at = now
    wait.save(update_fields=["ended_at"])
    if wait.appointment_id is None and wait.visitor is not None:
        erase_visitor(visitor=wait.visitor)


def wait_erased_on(wait: Wait) -> dt.date:
    """The day on which what was left with a wait goes."""
    return wait.last_on + dt.timedelta(days=settings.PORTAL_RETENTION_DAYS)


def scrub_past_waits(*, now: dt.datetime) -> int:
    """Write over, as ``Privacy`` declares, what is personal in waits long over; how many were."""
    ended_by = now - dt.timedelta(days=settings.PORTAL_RETENTION_DAYS)
    return Wait.objects.to_scrub(ended_by=ended_by).update(**Wait.Privacy.personal)


def check_waits(details: VisitorDetails, *, site: Site, now: dt.datetime, but: Wait | None = None) -> None:
    """Refuse one wait more than the network lets one address have. Who leaves no address is not counted.

    ``but``: the wait that is to have this address does not count twice.
    """
    of_address = of_same_address(details)
    if not of_address:
        return
    most = policy_of(site.network).most_upcoming
    standing = Wait.objects.open(today=local_day(now, tz=site.tz)).filter(of_address, site__network=site.network_id)
    others = standing.exclude(pk=but.pk) if but else standing
    if others.count() >= most:
        raise too_many_waits(most)


@transaction.atomic
def _write(wait: Wait, *, details: VisitorDetails, now: dt.datetime) -> Wait:
    check_waits(details, site=wait.site, now=now)
    wait.visitor = register_visitor(
        alias=details.alias,
        email=details.email,
        phone=details.phone,
        language=details.language or wait.language,
        erase_on=wait_erased_on(wait),
    )
    wait.save(force_insert=True)
    return wait


def _check_wanted(service: Service | None, *, site: Site, language: str, channel: str, details: VisitorDetails) -> None:
    """Refuse to wait for what nobody could book here."""
    if service is None or not site.is_open_to_public:
        raise not_waited_for()
    check_asker(service, who=WhoBooks.ANYONE)
    check_channel(ways_of(service), channel=channel, phone=details.phone)
    if service.languages and language not in service.languages:
        raise not_waited_for()
