import datetime as dt

import pytest

from appointments.services import find_free_slots, on_duty_at
from appointments.services.finding.openings import closed_days, is_open_at
from sites.enums import Weekday
from sites.models import Closure, DropInPause, OpeningHours, SpecialHours
from tests.factories.appointments import NOW, TUESDAY_AT_9, offer
from tests.factories.sites import SiteFactory

pytestmark = pytest.mark.django_db

LENGTH = dt.timedelta(minutes=45)
TUESDAY = dt.date(2026, 11, 24)
CHRISTMAS = dt.date(2026, 12, 25)


def at(clock, day=TUESDAY):
    """An hour on the wall in Brussels, in winter."""
    return dt.datetime.combine(day, dt.time.fromisoformat(clock), tzinfo=dt.UTC) - dt.timedelta(hours=1)


def find(theme, now=NOW):
    return [slot.starts_at for slot in find_free_slots(theme=theme, sites=None, now=now)]


def close(network, site=None, day=TUESDAY):
    return Closure.objects.create(network=network, site=site, first_on=day, last_on=day, reason="Works")


def open_weekly(site, *periods, weekday=Weekday.TUESDAY, **more):
    for opens, closes in periods:
        times = {"opens_at": dt.time.fromisoformat(opens), "closes_at": dt.time.fromisoformat(closes)}
        OpeningHours.objects.create(site=site, weekday=weekday, **times, **more)


def open_on(site, day, opens, closes):
    times = {"opens_at": dt.time.fromisoformat(opens), "closes_at": dt.time.fromisoformat(closes)}
    SpecialHours.objects.create(site=site, day=day, **times)


@pytest.mark.parametrize("is_of_network", [True, False])
def test_day_is_left_out_as_soon_as_it_is_closed(is_of_network):
    _service, site, theme = offer()
    offer(site=site, theme=theme, starts_at=TUESDAY_AT_9 + dt.timedelta(weeks=1))

    close(site.network, None if is_of_network else site)

    assert {moment.date() for moment in find(theme)} == {dt.date(2026, 12, 1)}


def test_closure_of_another_site_network_or_day_changes_nothing():
    _service, site, theme = offer()
    close(site.network, SiteFactory(network=site.network))
    close(SiteFactory().network)
    close(site.network, site, day=dt.date(2026, 11, 25))

    assert len(find(theme)) == 4


def test_day_is_that_on_the_wall_of_the_site():
    # Half past midnight of the 25th in Brussels is still the 24th in UTC.
    _service, site, theme = offer(starts_at=dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC))
    close(site.network, site, day=dt.date(2026, 11, 25))

    assert find(theme) == []


def test_legal_holiday_is_left_out_although_a_shift_stands():
    _service, _site, theme = offer(starts_at=at("09:00", CHRISTMAS))

    assert find(theme) == []


def test_special_hours_open_a_legal_holiday_for_as_long_as_they_say():
    _service, site, theme = offer(starts_at=at("09:00", CHRISTMAS))
    open_on(site, CHRISTMAS, "10:00", "11:30")

    assert find(theme) == [at("10:30", CHRISTMAS)]


def test_special_hours_open_a_closure_of_the_network_but_none_of_the_site():
    _service, site, theme = offer()
    open_on(site, TUESDAY, "09:00", "12:00")
    close(site.network)

    assert len(find(theme)) == 4

    close(site.network, site)

    assert find(theme) == []


def test_session_lies_wholly_inside_the_opening_hours():
    # 09:00, 09:45, 10:30 and 11:15; open from half past nine to a quarter past eleven.
    _service, site, theme = offer()
    open_weekly(site, ("09:30", "11:15"))

    assert find(theme) == [at("09:45"), at("10:30")]


def test_session_lies_not_across_a_break_but_across_hours_that_adjoin_of_either_kind():
    _service, site, theme = offer()
    open_weekly(site, ("09:00", "10:00"), ("10:50", "12:00"))

    assert find(theme) == [at("09:00"), at("11:15")]

    open_weekly(site, ("10:00", "10:50"), is_by_appointment=True)

    assert find(theme) == [at("09:00"), at("09:45"), at("10:30"), at("11:15")]


def test_day_without_hours_is_closed_where_the_hours_of_the_week_are_known():
    _service, site, theme = offer()
    open_weekly(site, ("09:00", "17:00"), weekday=Weekday.MONDAY)

    assert find(theme) == []


def test_special_hours_replace_those_of_the_week():
    _service, site, theme = offer()
    open_weekly(site, ("09:00", "12:00"))
    open_on(site, TUESDAY, "10:30", "16:00")

    assert find(theme) == [at("10:30"), at("11:15")]


def test_drop_in_pause_stops_no_booking():
    _service, site, theme = offer()
    open_weekly(site, ("09:00", "12:00"))
    DropInPause.objects.create(site=site, starts_at=at("09:30"), ends_at=None)

    assert len(find(theme)) == 4


def test_session_by_telephone_keeps_to_the_same_hours():
    service, site, theme = offer(channels=("PHONE",))
    open_weekly(site, ("09:30", "11:15"))
    asked = {"service": service, "site": site, "language": "fr", "channel": "PHONE"}

    assert find(theme) == [at("09:45"), at("10:30")]
    assert on_duty_at(**asked, period=(at("09:45"), at("10:30")))
    assert not on_duty_at(**asked, period=(at("09:00"), at("09:45")))


@pytest.mark.parametrize(
    ("night", "moments"),
    [
        # At two o'clock it is three: from 01:00 to 04:00 are two hours.
        (dt.date(2027, 3, 27), ["00:30", "01:15"]),
        # At three o'clock it is two once more: from 01:00 to 04:00 are four hours.
        (dt.date(2027, 10, 30), ["23:00", "23:45", "00:30", "01:15", "02:00"]),
    ],
)
def test_openings_of_the_nights_on_which_the_clock_changes_are_as_long_as_they_are(night, moments):
    eleven = dt.datetime.combine(night, dt.time(23), tzinfo=dt.UTC)
    _service, site, theme = offer(starts_at=eleven)
    site.shifts.update(ends_at=eleven + dt.timedelta(hours=6))

    open_weekly(site, ("01:00", "04:00"), weekday=Weekday.SUNDAY)

    assert [f"{moment:%H:%M}" for moment in find(theme, now=eleven - dt.timedelta(days=1))] == moments


def test_open_at_a_moment_means_from_its_start_to_its_end():
    site = SiteFactory()

    assert is_open_at(site, period=(at("03:00"), at("04:00")))

    open_weekly(site, ("09:00", "12:00"))

    assert is_open_at(site, period=(at("09:00"), at("12:00")))
    assert not is_open_at(site, period=(at("08:59"), at("12:00")))
    assert not is_open_at(site, period=(at("09:00"), at("12:01")))


def test_closed_days_are_those_of_closures_and_holidays_not_those_without_hours():
    site = SiteFactory()
    open_weekly(site, ("09:00", "12:00"), weekday=Weekday.MONDAY)
    close(site.network, day=dt.date(2026, 11, 25))
    days = [TUESDAY, dt.date(2026, 11, 25), CHRISTMAS]

    assert closed_days(site, days=days, now=NOW) == {dt.date(2026, 11, 25), CHRISTMAS}


@pytest.mark.parametrize("number", [1, 3])
def test_openings_cost_one_query_however_many_sites(number, django_assert_num_queries):
    theme = None
    for _site in range(number):
        _service, site, theme = offer(theme=theme)
        open_weekly(site, ("09:00", "12:00"))
        close(site.network, site, day=dt.date(2026, 11, 25))

    with django_assert_num_queries(5):
        assert len(find(theme)) == 4 * number
