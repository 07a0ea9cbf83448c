import datetime as dt

import pytest

from appointments.services import find_free_slots
from sites.models import Closure
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, offer
from tests.factories.sites import SiteFactory, ThemeFactory

pytestmark = pytest.mark.django_db

LENGTH = dt.timedelta(minutes=45)
TUESDAY = TUESDAY_AT_9.date()


def find(theme, site=None, language=None):
    return find_free_slots(theme=theme, site=site, language=language, now=NOW)


def close(network, site=None, day=TUESDAY):
    return Closure.objects.create(network=network, site=site, first_on=day, last_on=day, reason="Works")


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


@pytest.mark.parametrize("is_of_network", [True, False])
def test_free_slots_leave_a_day_out_as_soon_as_it_is_closed(is_of_network):
    _service, site, theme = offer()
    offer(site=site, theme=theme, starts_at=TUESDAY_AT_9 + dt.timedelta(weeks=1))

    close(site.network, None if is_of_network else site)

    assert {slot.starts_at.date() for slot in find(theme)} == {dt.date(2026, 12, 1)}


def test_free_slots_heed_no_closure_of_another_site_network_or_day():
    _service, site, theme = offer()
    close(site.network, SiteFactory(network=site.network))
    close(SiteFactory().network)
    close(site.network, site, day=dt.date(2026, 11, 25))

    assert len(find(theme)) == 4


def test_free_slots_go_by_the_day_on_the_wall_of_the_site():
    # Half past midnight of the 25th in Brussels is still the 24th in UTC.
    _service, site, theme = offer(starts_at=dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC))
    close(site.network, site, day=dt.date(2026, 11, 25))

    assert find(theme) == []


def test_free_slots_leave_out_a_legal_holiday_although_a_shift_stands():
    _service, _site, theme = offer(starts_at=dt.datetime(2026, 12, 25, 8, tzinfo=dt.UTC))

    assert find(theme) == []


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
def test_free_slots_cost_four_queries_however_many_sites(number, django_assert_num_queries):
    theme = ThemeFactory()
    for _site in range(number):
        _service, site, _theme = offer(theme=theme, advisors=2)
        close(site.network, site, day=dt.date(2026, 11, 25))

    with django_assert_num_queries(4):
        assert len(find(theme)) == 4 * number
