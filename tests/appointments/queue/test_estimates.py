import datetime as dt

import pytest
from django.core.cache import cache

from appointments.enums import Outcome, State, TicketState
from appointments.services.queue import estimate_for, estimates_of, pause_desk
from appointments.services.queue.lengths import ENOUGH, GONE, GUESSES, MOST_KEPT, experience_at
from appointments.services.queue.scenes import scenes_of
from appointments.waiting_time import TURNOVER, Estimate
from citemetiers.kernel.dates import at_local
from sites.enums import Language
from tests.appointments.queue.lines import MINUTE, open_site, sit_down, wait
from tests.factories.appointments import NOW, AppointmentFactory, DutyFactory, ServiceFactory, ShiftFactory
from tests.factories.queue import QueueObservationFactory
from tests.factories.sites import SiteFactory, ThemeFactory, UserFactory

pytestmark = pytest.mark.django_db
LASTS = 20
TURN = LASTS + int(TURNOVER)
LATER = NOW + 60 * MINUTE


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


@pytest.fixture
def theme():
    return ThemeFactory(code="work")


@pytest.fixture
def site(theme):
    """Where every session so far took twenty minutes and everybody came."""
    site = open_site()
    _observe(site, theme, lasted=LASTS)
    return site


def _observe(site, theme, *, times=ENOUGH, **columns):
    columns.setdefault("day", NOW.date() - dt.timedelta(days=7))
    QueueObservationFactory.create_batch(times, site=site, theme=theme, **columns)


def _shift(site, theme, *, starts_at, minutes=180, advisor=None, **duty):
    made = DutyFactory(site=site, themes=[theme], advisor=advisor or UserFactory(), **duty)
    return ShiftFactory(duty=made, starts_at=starts_at, ends_at=starts_at + minutes * MINUTE)


def _estimate(site, theme, *, language="fr", now=LATER, **more):
    return estimate_for(site=site, theme=theme, language=language, now=now, **more)


def test_estimate_follows_the_line_and_the_sessions_of_the_site(site, theme):
    sit_down(site, theme)
    assert _estimate(site, theme) == Estimate(0, 0, 0)

    wait(site, theme)
    wait(site, theme)

    assert _estimate(site, theme) == Estimate(2 * TURN, 2 * TURN, 2 * TURN)


def test_estimates_of_all_who_wait_come_in_one_pass(site, theme):
    sit_down(site, theme)
    first, second = wait(site, theme), wait(site, theme, minutes=1)
    dutch = wait(site, theme, language="nl")
    wait(site, theme, state=TicketState.PARKED)

    estimates = estimates_of(site=site, now=LATER)

    assert {key: one.middle for key, one in estimates.items()} == {first.pk: 0, second.pk: TURN}
    assert dutch.pk not in estimates


def test_session_that_goes_on_is_counted_from_its_beginning(site, theme):
    seating = sit_down(site, theme)
    wait(site, theme, state=TicketState.RECEIVED, seating=seating, called_at=NOW, began_at=LATER - 5 * MINUTE)

    assert _estimate(site, theme).middle == TURN - 5


def test_visitor_who_is_called_has_a_whole_session_to_come(site, theme):
    wait(site, theme, state=TicketState.CALLED, seating=sit_down(site, theme), called_at=LATER)

    assert _estimate(site, theme).middle == TURN


def test_nobody_receives_for_it_today_and_so_nothing_is_said(site, theme):
    sit_down(site, theme)

    assert _estimate(site, ThemeFactory()) is None
    assert _estimate(site, theme, language="de") is None
    assert _estimate(open_site(), theme) is None


def test_word_of_a_network_counts_as_that_of_the_common_list(site, theme):
    sit_down(site, theme)

    assert _estimate(site, ThemeFactory(network=site.network, common=theme, code="jobs")) == Estimate(0, 0, 0)


def test_paused_desk_comes_back_in_a_while(site, theme):
    seating = sit_down(site, theme)
    pause_desk(seating=seating, by=seating.advisor, now=LATER - 4 * MINUTE)

    assert _estimate(site, theme).middle == 6
    assert _estimate(site, theme, now=LATER + 30 * MINUTE).middle == 1


def test_shift_to_come_opens_a_desk(site, theme):
    _shift(site, theme, starts_at=LATER + 30 * MINUTE)

    assert _estimate(site, theme).middle == 30


@pytest.mark.parametrize(("minutes", "expected"), [(5, 5), (20, None)])
def test_advisor_who_is_late_sits_down_soon_or_not_at_all(site, theme, minutes, expected):
    _shift(site, theme, starts_at=LATER - minutes * MINUTE)

    estimate = _estimate(site, theme)

    assert (estimate and estimate.middle) == expected


def test_shift_by_telephone_alone_or_of_tomorrow_opens_no_desk(site, theme):
    _shift(site, theme, starts_at=LATER + 30 * MINUTE, channels=("PHONE",))
    _shift(site, theme, starts_at=LATER + dt.timedelta(days=1))

    assert _estimate(site, theme) is None


def test_each_site_looks_at_its_own_day(site, theme):
    west = SiteFactory(timezone="Atlantic/Azores")
    half_past_midnight = at_local(NOW.date() + dt.timedelta(days=1), dt.time(0, 30), tz=site.tz)
    for place in (site, west):
        shift = _shift(place, theme, starts_at=half_past_midnight)
        _book(place, theme, shift.advisor, starts_at=half_past_midnight)

    scenes = scenes_of(sites=[site, west], now=LATER)

    assert [(len(scenes[one.pk].shifts), len(scenes[one.pk].appointments)) for one in (site, west)] == [(0, 0), (1, 1)]


def test_desk_calls_until_the_shift_of_its_advisor_ends(site, theme):
    seating = sit_down(site, theme)
    _shift(site, theme, starts_at=NOW, minutes=90, advisor=seating.advisor)
    for minute in range(3):
        wait(site, theme, minutes=minute)

    assert [one.is_past_closing for one in estimates_of(site=site, now=LATER).values()] == [False, False, True]
    assert _estimate(site, theme) == Estimate(30, 30, 30, is_past_closing=True)


def test_desk_without_a_shift_calls_until_the_site_closes(site, theme):
    sit_down(site, theme)
    nearly_five = NOW + dt.timedelta(hours=8, minutes=50)
    wait(site, theme)

    assert not _estimate(site, theme, now=nearly_five - 15 * MINUTE).is_past_closing
    assert _estimate(site, theme, now=nearly_five).is_past_closing


def _book(site, theme, advisor, **columns):
    service = ServiceFactory(network=site.network, theme=theme)
    return AppointmentFactory(site=site, service=service, advisor=advisor, **columns)


@pytest.mark.parametrize(
    ("columns", "is_counted"),
    [
        ({}, True),
        ({"channel": "PHONE"}, True),
        ({"state": State.CANCELLED, "cancelled_at": NOW}, False),
        ({"starts_at": LATER + dt.timedelta(days=1)}, False),
    ],
)
def test_booked_visitors_to_come_go_first(site, theme, columns, is_counted):
    seating = sit_down(site, theme)
    columns = {"starts_at": LATER + 5 * MINUTE} | columns
    _book(site, theme, seating.advisor, **columns)
    wait(site, theme)

    assert (_estimate(site, theme).high == 2 * TURN) is is_counted


def test_wait_of_a_booked_visitor_counts_from_the_hour_booked(site, theme):
    sit_down(site, theme)
    assert _estimate(site, theme, due_at=LATER + 30 * MINUTE) == Estimate(0, 0, 0)

    wait(site, theme)

    assert _estimate(site, theme, due_at=LATER + 15 * MINUTE) == Estimate(TURN - 15, TURN - 15, TURN - 15)
    assert _estimate(site, ThemeFactory(), due_at=LATER + 15 * MINUTE) is None


def test_booked_visitor_who_checks_in_is_not_expected_any_more(site, theme):
    seating = sit_down(site, theme)
    due_at = LATER + 30 * MINUTE
    _book(site, theme, seating.advisor, starts_at=due_at)

    assert _estimate(site, theme, due_at=due_at) == Estimate(0, 0, 0)


def test_booked_visitor_who_is_late_goes_before_the_line(site, theme):
    seating = sit_down(site, theme)
    wait(site, theme)
    wait(site, theme, state=TicketState.CALLED, seating=seating, called_at=LATER)

    assert _estimate(site, theme, due_at=LATER - 5 * MINUTE).middle == TURN
    assert _estimate(site, theme).middle == 2 * TURN


def test_lengths_of_the_network_count_where_the_site_has_few(site, theme):
    young = SiteFactory(network=site.network)
    _observe(young, theme, times=ENOUGH - 1 - ENOUGH // 2, lasted=50)

    lengths = experience_at([young], now=LATER)[young.pk].lengths["work"]

    assert sorted(set(lengths)) == [20.0, 50.0]


def test_first_guess_counts_where_nothing_is_known(theme):
    site = SiteFactory()
    _observe(SiteFactory(), theme, lasted=90)

    known = experience_at([site], now=LATER)[site.pk]

    assert sum(known.lengths["work"]) / len(known.lengths["work"]) == pytest.approx(GUESSES["work"], abs=0.5)
    assert sum(known.of("unheard of")) / len(known.of("unheard of")) == pytest.approx(30, abs=0.5)
    assert known.gone == GONE


def test_old_sessions_do_not_count_and_many_are_thinned(theme):
    site = SiteFactory()
    _observe(site, theme, lasted=5, day=NOW.date() - dt.timedelta(weeks=9))
    for lasted in range(10, 60):
        _observe(site, theme, times=3, lasted=lasted)

    lengths = experience_at([site], now=LATER)[site.pk].lengths["work"]

    assert (lengths[0], lengths[-1], len(lengths)) == (10.0, 59.0, MOST_KEPT)
    assert list(lengths) == sorted(lengths)


def test_share_of_those_who_go_is_that_of_the_site(site, theme):
    _observe(site, theme, times=3, outcome=Outcome.LEFT, waited=None, lasted=None)
    _observe(site, theme, times=2, outcome=Outcome.NO_SHOW, lasted=None)

    assert experience_at([site], now=LATER)[site.pk].gone == pytest.approx(5 / (ENOUGH + 5))


@pytest.mark.parametrize("number", [1, 3])
def test_estimate_asks_as_often_for_many_as_for_one(site, theme, number, django_assert_num_queries):
    for minute in range(number):
        seating = sit_down(site, theme, languages=Language.values)
        wait(site, theme, minutes=minute)
        _book(site, ThemeFactory(), seating.advisor, starts_at=LATER + minute * MINUTE)
        _shift(site, theme, starts_at=LATER + 30 * MINUTE)

    with django_assert_num_queries(6):
        estimates_of(site=site, now=LATER)
    with django_assert_num_queries(5):
        _estimate(site, theme)
