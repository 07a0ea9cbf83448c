import datetime as dt

import pytest
from django.conf import settings

from appointments.enums import State
from appointments.models import Appointment
from appointments.services import UnknownLinkError, find_by_secret, scrub_past_appointments, secret_of
from tests.factories.appointments import NOW, AppointmentFactory

pytestmark = pytest.mark.django_db

KEPT = dt.timedelta(days=settings.PORTAL_RETENTION_DAYS)
LENGTH = dt.timedelta(minutes=45)


def test_scrubbing_takes_code_and_link_of_appointments_long_over():
    past = [AppointmentFactory(starts_at=NOW - KEPT - LENGTH) for _number in range(2)]

    done = scrub_past_appointments(now=NOW)

    stored = set(Appointment.objects.values_list("code", "secret_fingerprint", "visitor"))
    assert (done, stored) == (2, {(None, None, None)})
    assert str(Appointment.objects.first()) == "–"
    with pytest.raises(UnknownLinkError):
        find_by_secret(secret=secret_of(past[0]), now=NOW)


@pytest.mark.parametrize("state", State.values)
def test_scrubbing_does_not_ask_what_became_of_the_appointment(state):
    cancelled = {"cancelled_at": NOW - KEPT} if state == State.CANCELLED else {}
    AppointmentFactory(starts_at=NOW - KEPT - LENGTH, state=state, **cancelled)

    assert scrub_past_appointments(now=NOW) == 1
    assert Appointment.objects.get().state == state


def test_scrubbing_leaves_what_is_counted():
    past = AppointmentFactory(starts_at=NOW - KEPT - LENGTH)
    neutral = [*Appointment.Privacy.neutral, "advisor"]
    before = Appointment.objects.values(*neutral).get()

    scrub_past_appointments(now=NOW)

    assert Appointment.objects.values(*neutral).get(pk=past.pk) == before


def test_scrubbing_leaves_appointments_of_late_alone():
    recent = AppointmentFactory(starts_at=NOW - KEPT - LENGTH + dt.timedelta(seconds=1))

    done = scrub_past_appointments(now=NOW)

    assert done == 0
    assert Appointment.objects.get().code == recent.code


def test_scrubbing_never_comes_before_the_link_has_died(settings):
    settings.PORTAL_RETENTION_DAYS = 0
    AppointmentFactory(starts_at=NOW - dt.timedelta(hours=24))

    assert scrub_past_appointments(now=NOW) == 0


def test_scrubbing_twice_is_scrubbing_once():
    AppointmentFactory(starts_at=NOW - KEPT - LENGTH)

    assert [scrub_past_appointments(now=NOW) for _night in range(2)] == [1, 0]
