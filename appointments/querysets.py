import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from appointments.enums import ACTIVE_STATES
from citemetiers.kernel.fields import holding

if TYPE_CHECKING:
    from appointments.models import Appointment, Message, Shift  # noqa: F401  named in the annotations below

CLAIM_LASTS = dt.timedelta(minutes=5)


class ShiftQuerySet(models.QuerySet["Shift"]):
    def for_service(self, service: Any) -> Self:
        """Shifts of advisors who serve the theme of this service, in its network."""
        return self.filter(site__network=service.network_id, duty__themes=service.theme_id)

    def speaking(self, language: str) -> Self:
        """Shifts held in this language."""
        return self.filter(duty__languages__contains=holding(language))

    def within(self, first: dt.datetime, until: dt.datetime) -> Self:
        """Shifts that overlap the half-open period [first, until)."""
        return self.filter(starts_at__lt=until, ends_at__gt=first)

    def covering(self, first: dt.datetime, until: dt.datetime) -> Self:
        """Shifts that contain the whole half-open period [first, until)."""
        return self.filter(starts_at__lte=first, ends_at__gte=until)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def active(self) -> Self:
        """Appointments that hold an advisor's time."""
        return self.filter(state__in=ACTIVE_STATES)

    def within(self, first: dt.datetime, until: dt.datetime) -> Self:
        """Appointments that overlap the half-open period [first, until)."""
        return self.filter(starts_at__lt=until, ends_at__gt=first)

    def to_scrub(self, *, ended_by: dt.datetime) -> Self:
        """Appointments over by a moment that still have a code or the fingerprint of a link."""
        has_key = Q(code__isnull=False) | Q(secret_fingerprint__isnull=False)
        return self.filter(has_key, ends_at__lte=ended_by)


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, *, now: dt.datetime) -> Self:
        """Messages still owed whose time has come and that no living worker holds."""
        is_free = Q(claimed_at__isnull=True) | Q(claimed_at__lte=now - CLAIM_LASTS)
        return self.filter(is_free, due_at__lte=now, sent_at__isnull=True, given_up_at__isnull=True)
