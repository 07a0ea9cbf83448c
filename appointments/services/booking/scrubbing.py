"""What leads to a visitor's appointment goes by date; the appointment itself stays to be counted."""

import datetime as dt

from django.conf import settings

from appointments.models import Appointment
from appointments.rules import LINK_LASTS_AFTER_END


def scrub_past_appointments(*, now: dt.datetime) -> int:
    """Write over, as ``Privacy`` declares, what is personal in appointments long over; how many were."""
    kept = max(dt.timedelta(days=settings.PORTAL_RETENTION_DAYS), LINK_LASTS_AFTER_END)
    return Appointment.objects.to_scrub(ended_by=now - kept).update(**Appointment.Privacy.personal)
