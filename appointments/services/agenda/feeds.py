"""An advisor's own agenda at a secret address that a calendar program reads. Only its fingerprint is kept."""

import datetime as dt
import secrets

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from appointments.enums import State
from appointments.models import Appointment, CalendarFeed
from citemetiers.kernel.codes import SECRET_BYTES, fingerprint
from sites.models import Site, User

KEEP_AGENDA = "appointments.keep_agenda"
DAYS_BEHIND = dt.timedelta(days=7)
# The furthest that a service may be booked ahead is a year; half of it is what a person plans with.
DAYS_AHEAD = dt.timedelta(days=180)
NOT_IN_IT = (State.CANCELLED, State.TO_MOVE)


def make_feed(*, user: User, now: dt.datetime) -> str:
    """Make a new secret address and return it whole, this once. An address made before opens nothing any more."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    made = {"fingerprint": fingerprint(secret), "made_on": timezone.localdate(now)}
    CalendarFeed.objects.update_or_create(user=user, defaults=made)
    return f"{settings.PORTAL_BASE_URL}{reverse('feeds:agenda', args=[secret])}"


def revoke_feed(*, user: User) -> None:
    """Let the address of this person open nothing any more; without one, nothing changes."""
    CalendarFeed.objects.filter(user=user).delete()


def find_feed(*, secret: str) -> User | None:
    """Whose agenda an address opens: nobody's when it is unknown, or when the person no longer works anywhere."""
    feed = CalendarFeed.objects.select_related("user").filter(fingerprint=fingerprint(secret)).first()
    works_somewhere = feed is not None and feed.user.held_memberships and feed.user.has_perm(KEEP_AGENDA)
    return feed.user if feed and works_somewhere else None


def feed_appointments(*, user: User, now: dt.datetime) -> QuerySet[Appointment]:
    """The person's own appointments from last week on, at sites where they still work; nothing of the visitors."""
    own = Appointment.objects.filter(advisor=user, site__in=Site.objects.for_user(user).values("pk"))
    bounded = own.filter(ends_at__gte=now - DAYS_BEHIND, starts_at__lt=now + DAYS_AHEAD).exclude(state__in=NOT_IN_IT)
    shown = bounded.select_related("site").only(
        "id", "channel", "starts_at", "ends_at", "revision", "site__name", "site__timezone"
    )
    return shown.order_by("starts_at", "pk")
