"""What a visitor chose to leave with an appointment, and for how long; how many appointments one address holds."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from appointments.enums import State
from appointments.models import Appointment
from appointments.rules import too_many_upcoming
from appointments.services.terms.policies import policy_of
from citemetiers.kernel.dates import local_day
from sites.models import Site
from visitors.models import Visitor

UPCOMING_STATES = (State.BOOKED, State.TO_MOVE)


@dataclass(frozen=True, slots=True)
class VisitorDetails:
    """What a visitor chose to leave; all of it may be empty."""

    alias: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""


NOTHING_LEFT = VisitorDetails()


@dataclass(frozen=True, slots=True)
class Correction:
    """What a visitor wants changed of what they left: ``None`` stays as it is, empty goes."""

    alias: str | None = None
    email: str | None = None
    phone: str | None = None

    def upon(self, visitor: Visitor | None) -> VisitorDetails:
        """What is left after it."""
        before = _left(visitor)
        return VisitorDetails(
            alias=before.alias if self.alias is None else self.alias,
            email=before.email if self.email is None else self.email,
            phone=before.phone if self.phone is None else self.phone,
        )

    def new_to(self, visitor: Visitor | None) -> VisitorDetails:
        """The addresses that were not there before: only these are counted against hoarding."""
        before, after = _left(visitor), self.upon(visitor)
        return VisitorDetails(
            email="" if after.email.lower() == before.email.lower() else after.email,
            phone="" if after.phone == before.phone else after.phone,
        )


def shown_of(visitor: Visitor | None) -> VisitorDetails:
    """What a visitor left, as the page of their secret link shows it.

    The link is passed on to family, to a school: e-mail and number are shown so far as their owner recognises
    them, and sees a slip in the name of the server, and nobody else can use them. Whoever holds the link may
    replace or remove them, as they may cancel; reading them whole is nobody's need.
    """
    left = _left(visitor)
    name, _at, host = left.email.rpartition("@")
    country = f"+{visitor.phone.country_code} " if visitor is not None and left.phone else ""
    return VisitorDetails(
        alias=left.alias,
        email=f"{name[:1]}…@{host}" if left.email else "",
        phone=f"{country}… {left.phone[-2:]}" if left.phone else "",
    )


def _left(visitor: Visitor | None) -> VisitorDetails:
    if visitor is None:
        return NOTHING_LEFT
    return VisitorDetails(alias=visitor.alias, email=visitor.email, phone=str(visitor.phone or ""))


def check_upcoming(details: VisitorDetails, *, site: Site, now: dt.datetime, but: Appointment | None = None) -> None:
    """Refuse one appointment more than the network lets one address hold. Who leaves no address is not counted.

    ``but``: the appointment that is to have this address does not count twice.
    """
    if not (details.email or details.phone):
        return
    most = policy_of(site.network).most_upcoming
    if _count_upcoming(details, network_id=site.network_id, now=now, but=but) >= most:
        raise too_many_upcoming(most)


def of_same_address(details: VisitorDetails) -> Q:
    """What belongs to a visitor with the same e-mail address or number; an empty Q where neither is left."""
    of_address = Q()
    if details.email:
        of_address |= Q(visitor__email__iexact=details.email)
    if details.phone:
        of_address |= Q(visitor__phone=details.phone)
    return of_address


def erase_on(appointment: Appointment) -> dt.date:
    """The day on which what the visitor left goes."""
    last_day = local_day(appointment.ends_at, tz=appointment.site.tz)
    return last_day + dt.timedelta(days=settings.PORTAL_RETENTION_DAYS)


def _count_upcoming(details: VisitorDetails, *, network_id: int, now: dt.datetime, but: Appointment | None) -> int:
    upcoming = Appointment.objects.filter(of_same_address(details), state__in=UPCOMING_STATES, starts_at__gt=now)
    others = upcoming.exclude(pk=but.pk) if but else upcoming
    return others.filter(site__network=network_id).count()
