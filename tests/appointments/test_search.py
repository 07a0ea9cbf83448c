import datetime as dt

import pytest

from appointments.services import find_free_slots
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, offer
from tests.factories.sites import SiteFactory, ThemeFactory

pytestmark = pytest.mark.django_db

LENGTH = dt.timedelta(minutes=45)


def find(theme, site=None, language=None, **more):
    return find_free_slots(theme=theme, site=site, language=language, now=NOW, **more)


def test_free_slots_of_a_site_follow_the_grid():
    _service, site, theme = offer()

    slots = find(theme, site)

    assert [slot.starts_at for slot in slots] == [TUESDAY_AT_9 + LENGTH * n for n in range(4)]


def test_free_slots_leave_out_booked_ones_but_not_overbooked_or_cancelled_ones():
    service, site, theme = offer()
    held = {"service": service, "site": site, "advisor": site.shifts.get().advisor}
    AppointmentFactory(**held)
    AppointmentFactory(**held, starts_at=TUESDAY_AT_9 + LENGTH, is_overbooked=True)
    AppointmentFactory(**held, starts_at=TUESDAY_AT_9 + LENGTH * 2, state="CANCELLED", cancelled_at=NOW)

    slots = find(theme, site)

    assert [slot.starts_at for slot in slots] == [TUESDAY_AT_9 + LENGTH * n for n in (1, 2, 3)]


def test_free_slots_anywhere_come_first_one_first_across_sites():
    _service, late, theme = offer(starts_at=TUESDAY_AT_9 + dt.timedelta(days=1))
    _service, early, _theme = offer(theme=theme)

    slots = find(theme)

    assert [slot.site_id for slot in slots] == [early.pk] * 4 + [late.pk] * 4


def test_free_slots_follow_the_length_of_each_network():
    _service, short, theme = offer(minutes=30)
    _service, long, _theme = offer(theme=theme, minutes=90)

    slots = find(theme)

    assert [slot.ends_at - slot.starts_at for slot in slots if slot.site_id == short.pk] == [
        dt.timedelta(minutes=30)
    ] * 6
    assert [slot.ends_at - slot.starts_at for slot in slots if slot.site_id == long.pk] == [
        dt.timedelta(minutes=90)
    ] * 2


@pytest.mark.parametrize(("language", "number"), [("fr", 4), ("nl", 4), ("de", 0), (None, 4)])
def test_free_slots_follow_the_language(language, number):
    _service, site, theme = offer(languages=("fr", "nl"))

    assert len(find(theme, site, language)) == number


def test_free_slots_respect_notice_and_horizon():
    _service, site, theme = offer(notice_hours=25, horizon_days=7)
    offer(site=site, theme=theme, starts_at=TUESDAY_AT_9 + dt.timedelta(weeks=1))

    slots = find(theme, site)

    # 09:00 is 25 hours away exactly; the Tuesday after lies beyond the week.
    assert [slot.starts_at for slot in slots] == [TUESDAY_AT_9 + LENGTH * n for n in range(4)]


def test_free_slots_in_a_window_only():
    _service, site, theme = offer()
    offer(site=site, theme=theme, starts_at=TUESDAY_AT_9 + dt.timedelta(weeks=1))

    slots = find(theme, site, first_at=NOW + dt.timedelta(days=3), until=NOW + dt.timedelta(days=14))

    assert {slot.starts_at.date() for slot in slots} == {dt.date(2026, 12, 1)}


def test_free_slots_leave_out_sites_not_shown_to_the_public():
    _service, _site, theme = offer(site=SiteFactory(is_open_to_public=False))

    assert find(theme) == []


def test_free_slots_of_a_theme_nobody_serves_are_none():
    offer()

    assert find(ThemeFactory()) == []


def test_free_slots_see_the_advisors_appointments_at_other_sites():
    _service, site, theme = offer()
    AppointmentFactory(advisor=site.shifts.get().advisor, starts_at=TUESDAY_AT_9)

    assert find(theme, site)[0].starts_at == TUESDAY_AT_9 + LENGTH


@pytest.mark.parametrize("number", [1, 3])
def test_free_slots_cost_three_queries_however_many_sites(number, django_assert_num_queries):
    theme = ThemeFactory()
    for _site in range(number):
        offer(theme=theme, advisors=2)

    with django_assert_num_queries(3):
        assert len(find(theme)) == 4 * number
