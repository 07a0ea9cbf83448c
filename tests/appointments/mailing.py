"""Appointments whose visitors left an address."""

import datetime as dt

from appointments.services import VisitorDetails, book_appointment
from tests.factories.appointments import NOW, TUESDAY_AT_9, offer
from tests.factories.sites import ThemeFactory

NEXT_WEEK = TUESDAY_AT_9 + dt.timedelta(weeks=1)
MOBILE, LANDLINE = "+32470123456", "+3281123456"


def book(*, starts_at=NEXT_WEEK, language="en", email="robin@example.org", phone=LANDLINE, site=None, **more):
    """An appointment of Robin, by the public page."""
    _service, site, theme = offer(site=site, starts_at=starts_at, theme=ThemeFactory(name_en="Secret theme"))
    details = VisitorDetails(alias="Robin", email=email, phone=phone, language=language)
    return book_appointment(
        site=site, theme=theme, language="fr", starts_at=starts_at, now=NOW, details=details, **more
    )


def owed(appointment):
    """What is still owed, the next first."""
    rows = appointment.messages.filter(sent_at=None, given_up_at=None).order_by("due_at", "pk")
    return list(rows.values_list("kind", "due_at"))
