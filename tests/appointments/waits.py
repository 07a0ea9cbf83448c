"""Somebody who waits, and a moment that was given back."""

import datetime as dt

from appointments.models import FreedSlot, Shift
from appointments.services import VisitorDetails, book_appointment, start_wait
from tests.factories.appointments import MINUTES, NOW, TUESDAY_AT_9

MINUTE = dt.timedelta(minutes=1)
# When every moment that was given back at NOW has come back.
LATER = NOW + 10 * MINUTE


def booked(site, theme, *, starts_at=TUESDAY_AT_9, now=NOW, **left):
    return book_appointment(
        site=site, theme=theme, language="fr", starts_at=starts_at, now=now, details=VisitorDetails(**left)
    )


def waiting(site, theme, *, now=NOW, email="", phone="", **more):
    asked = {"language": "fr", "first_on": dt.date(2026, 11, 23), "last_on": dt.date(2026, 11, 30)} | more
    details = VisitorDetails(email=email, phone=phone, language="en")
    return start_wait(site=site, theme=theme, now=now, details=details, **asked)


def freed(service, site, theme, *, starts_at=TUESDAY_AT_9):
    advisor = Shift.objects.on_theme(theme).filter(site=site).order_by("pk").first().advisor
    return FreedSlot.objects.create(
        advisor=advisor,
        site=site,
        service=service,
        starts_at=starts_at,
        free_again_at=starts_at + dt.timedelta(minutes=MINUTES),
        returns_at=LATER,
    )
