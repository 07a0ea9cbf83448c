import datetime as dt

import pytest

from tests.factories.appointments import AppointmentFactory
from tests.factories.visitors import VisitorFactory
from visitors import tasks
from visitors.models import Visitor
from visitors.services import erase_expired_visitors, erase_visitor, postpone_erasure, register_visitor

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)
NOTHING = {"alias": "", "email": "", "phone": ""}


def test_visitor_who_leaves_nothing_is_nobody():
    visitor = register_visitor(**NOTHING, language="fr", erase_on=TODAY)

    assert visitor is None
    assert Visitor.objects.count() == 0


@pytest.mark.parametrize("left", [{"alias": "Robin"}, {"email": "r@example.org"}, {"phone": "+3281123456"}])
def test_visitor_who_leaves_one_thing_is_kept_until_a_day(left):
    register_visitor(**NOTHING | left, language="nl", erase_on=TODAY)

    visitor = Visitor.objects.get()
    assert {name: str(getattr(visitor, name)) for name in NOTHING} == NOTHING | left
    assert (visitor.language, visitor.erase_on) == ("nl", TODAY)


def test_erasing_a_visitor_leaves_the_appointment_without_a_name():
    appointment = AppointmentFactory(visitor=VisitorFactory())

    erase_visitor(visitor=appointment.visitor)
    erase_visitor(visitor=appointment.visitor)

    appointment.refresh_from_db()
    assert appointment.visitor is None
    assert Visitor.objects.count() == 0


def test_postponed_visitor_stays_until_the_new_day():
    visitor = VisitorFactory(erase_on=TODAY)

    postpone_erasure(visitor=visitor, erase_on=TODAY + dt.timedelta(days=7))

    assert erase_expired_visitors(today=TODAY) == 0
    assert erase_expired_visitors(today=TODAY + dt.timedelta(days=7)) == 1


def test_expired_visitors_go_on_their_day_and_the_others_stay():
    staying = VisitorFactory(erase_on=TODAY + dt.timedelta(days=1))
    appointment = AppointmentFactory(visitor=VisitorFactory(erase_on=TODAY))
    VisitorFactory(erase_on=TODAY - dt.timedelta(days=30))

    gone = erase_expired_visitors(today=TODAY)

    appointment.refresh_from_db()
    assert gone == 2
    assert list(Visitor.objects.order_by("pk")) == [staying]
    assert appointment.visitor is None


def test_nobody_expired_is_nobody_erased():
    assert erase_expired_visitors(today=TODAY) == 0


def test_task_erases_by_the_local_day(monkeypatch):
    asked = []
    monkeypatch.setattr("visitors.services.erase_expired_visitors", lambda **given: asked.append(given))

    tasks.erase_expired_visitors(anything="an older beat may pass")

    assert set(asked[0]) == {"today"}
