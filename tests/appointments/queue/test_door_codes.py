import datetime as dt

import pytest

from appointments.services.queue import door_code, is_door_code, is_screen, renew_screen_key, sign_screen
from citemetiers.kernel.codes import REFERENCE_ALPHABET
from tests.factories.appointments import NOW
from tests.factories.queue import SiteQueueFactory
from tests.factories.sites import UserFactory

pytestmark = pytest.mark.django_db


def test_code_at_the_door_changes_each_minute():
    queue = SiteQueueFactory()

    codes = [door_code(queue, now=NOW + dt.timedelta(seconds=seconds)) for seconds in (0, 59, 60)]

    assert codes[0] == codes[1] != codes[2]
    assert all(len(code) == 6 and set(code) <= set(REFERENCE_ALPHABET) for code in codes)


@pytest.mark.parametrize(("minutes", "is_right"), [(0, True), (1, True), (2, True), (3, False), (-1, False)])
def test_code_is_right_in_its_minute_and_the_two_after(minutes, is_right):
    queue = SiteQueueFactory()
    code = door_code(queue, now=NOW)

    assert is_door_code(queue, f" {code.lower()} ", now=NOW + dt.timedelta(minutes=minutes)) is is_right


def test_code_of_another_site_or_in_strange_signs_is_wrong():
    queue = SiteQueueFactory()

    for code in (door_code(SiteQueueFactory(), now=NOW), "", "é", "ABCDEF"):
        assert not is_door_code(queue, code, now=NOW)


def test_screens_are_enrolled_until_the_key_is_renewed():
    queue, other = SiteQueueFactory(), SiteQueueFactory()
    value, code = sign_screen(queue), door_code(queue, now=NOW)
    assert is_screen(queue, value)
    assert not is_screen(other, value)
    assert not is_screen(queue, "é")

    renew_screen_key(queue=queue, by=UserFactory())

    queue.refresh_from_db()
    assert not is_screen(queue, value)
    assert not is_door_code(queue, code, now=NOW)
    assert queue.screen_key not in value
