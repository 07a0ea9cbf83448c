import pytest

from appointments.models import Appointment
from tests.appointments.mailing import MOBILE, NEXT_WEEK
from tests.factories.appointments import NOW, AppointmentFactory
from tests.factories.visitors import VisitorFactory
from tests.processes import told_by
from visitors.models import Visitor

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

ALL_OF_IT = ["alias=Kim", "email=kim@example.org", f"phone={MOBILE}"]


def at_once(appointment, *acts, options=()):
    asked = ["--appointment", str(appointment.pk), "--now", NOW.isoformat(), *options, "--acts", *acts]
    return told_by("tests.appointments.correcting_race", *asked)


def left():
    return [(row.alias, row.email, str(row.phone)) for row in Visitor.objects.order_by("pk")]


def known_to(appointment):
    return Appointment.objects.get(pk=appointment.pk).visitor


@pytest.mark.parametrize("has_left", [True, False])
def test_corrections_at_once_are_all_kept_in_one_row(has_left):
    visitor = VisitorFactory(alias="Robin", email="", phone="") if has_left else None
    appointment = AppointmentFactory(starts_at=NEXT_WEEK, visitor=visitor)

    found = at_once(appointment, *ALL_OF_IT, *ALL_OF_IT)

    assert set(found) == {"done"}
    assert left() == [("Kim", "kim@example.org", MOBILE)]
    assert known_to(appointment) == Visitor.objects.get()


def test_control_without_the_guard_one_visitor_has_several_rows():
    appointment = AppointmentFactory(starts_at=NEXT_WEEK)

    at_once(appointment, *ALL_OF_IT, options=["--unguarded"])

    assert Visitor.objects.count() == len(ALL_OF_IT)


@pytest.mark.parametrize("has_left", [True, False])
def test_erasure_among_corrections_leaves_nothing_that_the_next_one_does_not_find(has_left):
    visitor = VisitorFactory(alias="Robin", email="robin@example.org") if has_left else None
    appointment = AppointmentFactory(starts_at=NEXT_WEEK, visitor=visitor)

    found = at_once(appointment, "email=kim@example.org", "erase", "alias=Kim", "erase")

    assert set(found) == {"done"}
    assert "Robin" not in {alias for alias, _email, _phone in left()}
    assert list(Visitor.objects.all()) == [one for one in [known_to(appointment)] if one]
    assert at_once(appointment, "erase") == ["done"]
    assert not Visitor.objects.exists()
