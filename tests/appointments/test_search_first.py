import datetime as dt

import pytest

from appointments.services import count_free_by_day, find_first_slots, find_free_slots, find_next_slots
from sites.models import Site
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, ShiftFactory, offer
from tests.factories.sites import SiteFactory, ThemeFactory

pytestmark = pytest.mark.django_db

LENGTH = dt.timedelta(minutes=45)
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)


def first(theme, *, sites=None, a_site=3, **more):
    found = find_first_slots(theme=theme, sites=sites, now=NOW, a_site=a_site, **more)
    return {site_id: [slot.starts_at for slot in slots] for site_id, slots in found.items()}


def after(theme, site, moment, **more):
    slots = find_next_slots(theme=theme, site=site, language="fr", after=moment, now=NOW, **more)
    return [(slot.site_id, slot.starts_at) for slot in slots]


def fill(site, *numbers):
    for number in numbers:
        AppointmentFactory(site=site, advisor=site.shifts.first().advisor, starts_at=TUESDAY_AT_9 + LENGTH * number)


def test_first_slots_are_the_first_few_of_each_site():
    _service, near, theme = offer()
    _service, far, _theme = offer(theme=theme, starts_at=TUESDAY_AT_9 + WEEK * 5)
    _service, _full, _theme = offer(theme=theme, site=SiteFactory(), horizon_days=1)

    found = first(theme)

    assert found == {
        near.pk: [TUESDAY_AT_9 + LENGTH * number for number in range(3)],
        far.pk: [TUESDAY_AT_9 + WEEK * 5 + LENGTH * number for number in range(3)],
    }


def test_first_slots_add_up_over_several_looks():
    _service, site, theme = offer()
    fill(site, 0, 1)
    ShiftFactory(duty=site.duties.get(), starts_at=TUESDAY_AT_9 + WEEK)

    found = first(theme)

    assert found == {site.pk: [TUESDAY_AT_9 + LENGTH * 2, TUESDAY_AT_9 + LENGTH * 3, TUESDAY_AT_9 + WEEK]}


@pytest.mark.parametrize("a_site", [1, 3, 40])
def test_first_slots_are_those_with_which_the_free_slots_begin(a_site):
    theme = ThemeFactory()
    for days in (0, 3, 4, 5, 19, 20, 38):
        offer(theme=theme, starts_at=TUESDAY_AT_9 + DAY * days, advisors=2)
    site = SiteFactory()
    for days in (0, 4, 30):
        offer(theme=theme, site=site, starts_at=TUESDAY_AT_9 + DAY * days)

    found = first(theme, a_site=a_site)

    everything = find_free_slots(theme=theme, sites=None, now=NOW)
    for site in Site.objects.all():
        assert found.get(site.pk, []) == [slot.starts_at for slot in everything if slot.site_id == site.pk][:a_site]


def test_first_slots_keep_to_language_and_channel():
    _service, site, theme = offer(languages=("nl",), channels=("PHONE",))
    offer(theme=theme)

    assert list(first(theme, language="nl", channel="PHONE")) == [site.pk]


def test_first_slots_where_no_service_is_offered_are_none():
    assert first(ThemeFactory()) == {}


@pytest.mark.parametrize("number", [1, 3])
def test_first_slots_in_the_next_days_cost_five_queries_however_many_sites(number, django_assert_num_queries):
    theme = ThemeFactory()
    for _site in range(number):
        offer(theme=theme, advisors=2)

    with django_assert_num_queries(5):
        assert len(find_first_slots(theme=theme, sites=None, now=NOW)) == number


def test_first_slots_of_sites_at_hand_cost_four_queries(django_assert_num_queries):
    _service, site, theme = offer()

    with django_assert_num_queries(4):
        assert find_first_slots(theme=theme, sites=[site], now=NOW)


def test_next_slots_are_those_at_this_site_from_the_moment_on():
    _service, site, theme = offer()
    offer(theme=theme)

    assert after(theme, site, TUESDAY_AT_9 + LENGTH) == [
        (site.pk, TUESDAY_AT_9 + LENGTH * number) for number in (1, 2, 3)
    ]


def test_next_slots_after_the_last_one_are_the_earliest_of_this_site():
    _service, site, theme = offer()
    offer(theme=theme)

    assert after(theme, site, TUESDAY_AT_9 + DAY) == [(site.pk, TUESDAY_AT_9 + LENGTH * number) for number in range(3)]


def test_next_slots_of_a_site_with_few_go_on_elsewhere():
    _service, site, theme = offer()
    _service, other, _theme = offer(theme=theme)
    fill(site, 1, 2)

    assert after(theme, site, TUESDAY_AT_9 + LENGTH) == [
        (site.pk, TUESDAY_AT_9 + LENGTH * 3),
        (site.pk, TUESDAY_AT_9),
        (other.pk, TUESDAY_AT_9),
    ]


def test_next_slots_of_a_full_site_are_elsewhere():
    _service, site, theme = offer()
    _service, other, _theme = offer(theme=theme)
    fill(site, 0, 1, 2, 3)

    assert after(theme, site, TUESDAY_AT_9) == [(other.pk, TUESDAY_AT_9 + LENGTH * number) for number in range(3)]


def test_month_counts_the_free_slots_of_each_day():
    _service, site, theme = offer()
    offer(theme=theme)
    fill(site, 1)
    for days in (1, 6, 7):
        offer(theme=theme, site=site, starts_at=TUESDAY_AT_9 + DAY * days)

    found = count_free_by_day(
        theme=theme, site=site, first_on=dt.date(2026, 11, 24), last_on=dt.date(2026, 11, 30), now=NOW
    )

    assert found == {dt.date(2026, 11, 24): 3, dt.date(2026, 11, 25): 4, dt.date(2026, 11, 30): 4}


def test_month_goes_by_the_days_on_the_wall_of_the_site():
    # Half past midnight of the 25th in Brussels is still the 24th in UTC.
    _service, site, theme = offer(starts_at=dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC))
    on = dt.date(2026, 11, 25)

    assert count_free_by_day(theme=theme, site=site, first_on=on, last_on=on, now=NOW) == {on: 4}


def test_month_costs_the_same_however_much_is_free(django_assert_num_queries):
    _service, site, theme = offer(advisors=3)
    offer(theme=theme, site=site, starts_at=TUESDAY_AT_9 + WEEK)

    with django_assert_num_queries(4):
        count_free_by_day(theme=theme, site=site, first_on=dt.date(2026, 11, 1), last_on=dt.date(2026, 12, 31), now=NOW)
