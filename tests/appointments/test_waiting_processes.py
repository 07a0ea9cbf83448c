import pytest
from django.db import connection

from appointments.models import Offer
from tests.appointments.waits import LATER, MINUTE, freed, waiting
from tests.factories.appointments import NOW, offer
from tests.processes import told_by

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

ONE_AT_A_TIME = next(one for one in Offer._meta.constraints if one.name == "offer_of_a_slot_to_one_at_a_time")


def tend(*options, workers):
    asked = ["--now", LATER.isoformat(), "--workers", str(workers), *options]
    return told_by("tests.appointments.tending", *asked)


def two_who_wait():
    service, site, theme = offer()
    for number in range(2):
        waiting(site, theme, now=NOW + number * MINUTE)
    freed(service, site, theme)


def test_two_beats_at_once_offer_a_moment_once():
    two_who_wait()

    found = tend(workers=4)

    assert sorted(found) == [0, 0, 0, 1]
    assert Offer.objects.count() == 1


def test_control_without_the_guard_a_moment_is_offered_twice():
    two_who_wait()
    with connection.schema_editor() as editor:
        editor.remove_constraint(Offer, ONE_AT_A_TIME)
    try:
        tend("--unguarded", workers=2)

        assert Offer.objects.count() == 2
    finally:
        Offer.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Offer, ONE_AT_A_TIME)
