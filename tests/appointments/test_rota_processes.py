import contextlib

import pytest
from django.db import connection

from appointments.models import Duty, Shift
from tests.factories.appointments import NOW, TUESDAY_AT_9
from tests.factories.sites import RoomFactory, ThemeFactory, UserFactory
from tests.processes import outcomes_of, told_by

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

ONCE_AT_A_TIME = next(one for one in Shift._meta.constraints if one.name == "shift_room_used_once_at_a_time")


def race(room, advisors, *options):
    asked = ["--room", str(room.pk), "--now", NOW.isoformat(), "--theme", str(ThemeFactory().pk), *options]
    return told_by("tests.appointments.rota_race", *asked, "--advisors", *[str(advisor.pk) for advisor in advisors])


@contextlib.contextmanager
def without_constraint():
    with connection.schema_editor() as editor:
        editor.remove_constraint(Shift, ONCE_AT_A_TIME)
    try:
        yield
    finally:
        Duty.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Shift, ONCE_AT_A_TIME)


def test_room_given_to_several_advisors_at_once_is_given_to_one():
    room, advisors = RoomFactory(name="Salle Meuse"), [UserFactory() for _number in range(4)]

    found = race(room, advisors)

    assert outcomes_of(found) == {"saved": 1, "taken": 3}
    assert all("Salle Meuse" in one["text"] for one in found if one["outcome"] == "taken")
    assert Duty.objects.count() == 1
    assert Shift.objects.filter(room=room, starts_at=TUESDAY_AT_9).count() == 1


def test_control_without_the_guard_the_room_is_given_twice():
    room, advisors = RoomFactory(), [UserFactory(), UserFactory()]

    with without_constraint():
        found = race(room, advisors, "--unguarded")

        assert outcomes_of(found) == {"saved": 2}
        assert Shift.objects.filter(room=room, starts_at=TUESDAY_AT_9).count() == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such constraint")
def test_control_without_the_guard_the_database_itself_refuses():
    room, advisors = RoomFactory(), [UserFactory(), UserFactory()]

    found = race(room, advisors, "--unguarded")

    assert outcomes_of(found) == {"saved": 1, "refused by the database": 1}
