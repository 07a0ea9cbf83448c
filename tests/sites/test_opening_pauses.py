"""Drop-in suspended, and hours that nobody has told yet."""

import datetime as dt

import pytest

from sites.opening import ClosedDays, DayPeriod, Pause, Season, Why, hours_on, opening_at
from tests.sites.test_opening import (
    MONDAY,
    OFFICE,
    SEASON_DAYS,
    TUESDAY,
    WEDNESDAY,
    at,
    hours,
    shown,
    special,
    timetable,
)

# --- Pauses --------------------------------------------------------------------------------------


def test_pause_leaves_what_is_open_by_appointment_only():
    pause = Pause(at(MONDAY, "10:00"), at(MONDAY, "11:00"), "A colleague is ill")
    rows = timetable(*OFFICE, pauses=(pause,))

    before, during, after = (opening_at(rows, now=at(MONDAY, time)) for time in ("09:30", "10:00", "11:00"))

    assert (before.is_drop_in, before.until, before.closes_at) == (True, at(MONDAY, "10:00"), at(MONDAY, "12:00"))
    assert (during.is_open, during.is_drop_in, during.until) == (True, False, at(MONDAY, "11:00"))
    assert during.next_drop_in.starts_at == at(MONDAY, "11:00")
    assert (before.pause, during.pause, after.pause) == (None, pause, None)
    assert (after.is_drop_in, after.until) == (True, at(MONDAY, "12:00"))


def test_week_shows_what_a_pause_leaves():
    pause = Pause(at(MONDAY, "11:00"), at(MONDAY, "18:00"), "Works")
    day = hours_on(timetable(*OFFICE, pauses=(pause,)), MONDAY)

    assert shown(day) == [
        ("09:00", "11:00", "drop-in"),
        ("11:00", "12:00", "appointment"),
        ("13:00", "17:00", "appointment"),
    ]
    assert day.pauses == (pause,)


def test_pause_outside_the_hours_of_a_day_is_not_named_on_it():
    pause = Pause(at(MONDAY, "17:00"), at(TUESDAY, "09:00"), "Night")
    rows = timetable(*OFFICE, pauses=(pause,))

    assert [hours_on(rows, day).pauses for day in (MONDAY, TUESDAY)] == [(), ()]
    assert opening_at(rows, now=at(MONDAY, "20:00")).pause == pause


def test_appointments_go_on_through_a_pause_without_a_break():
    pause = Pause(at(MONDAY, "10:00"), at(MONDAY, "11:00"), "Works")
    rows = timetable(hours(1, "09:00", "12:00", is_by_appointment=True), pauses=(pause,))

    assert shown(hours_on(rows, MONDAY)) == [("09:00", "12:00", "appointment")]


def test_pause_until_further_notice_leaves_no_next_drop_in():
    pause = Pause(at(MONDAY, "10:00"), None, "Until further notice")

    opening = opening_at(timetable(*OFFICE, pauses=(pause,)), now=at(MONDAY, "10:30"))

    assert opening.pause == pause
    assert opening.next_drop_in is None
    assert (opening.next_opening.starts_at, opening.next_opening.is_drop_in) == (at(MONDAY, "13:00"), False)


def test_drop_in_before_a_pause_without_an_end_is_still_found():
    pause = Pause(at(TUESDAY, "10:00"), None, "From Tuesday")

    opening = opening_at(timetable(*OFFICE, pauses=(pause,)), now=at(MONDAY, "17:00"))

    assert (opening.next_drop_in.starts_at, opening.next_drop_in.ends_at) == (
        at(TUESDAY, "09:00"),
        at(TUESDAY, "10:00"),
    )


def test_next_drop_in_begins_where_the_pause_ends():
    pause = Pause(at(MONDAY, "10:00"), at(WEDNESDAY, "10:30"), "Works")

    opening = opening_at(timetable(*OFFICE, pauses=(pause,)), now=at(MONDAY, "18:00"))

    assert opening.next_opening.starts_at == at(TUESDAY, "09:00")
    assert opening.next_drop_in.starts_at == at(WEDNESDAY, "10:30")


@pytest.mark.parametrize("order", [1, -1])
def test_pause_that_lasts_longest_is_the_one_named(order):
    start = at(MONDAY, "09:00")
    short, long, endless = (
        Pause(start, at(MONDAY, "11:00"), "Short"),
        Pause(start, at(MONDAY, "12:00"), "Long"),
        Pause(start, None, "Endless"),
    )

    assert timetable(pauses=(short, long)[::order]).pause_at(at(MONDAY, "10:00")) == long
    assert timetable(pauses=(short, endless)[::order]).pause_at(at(MONDAY, "10:00")) == endless


def test_pause_that_ends_before_it_starts_suspends_nothing():
    pause = Pause(at(MONDAY, "11:00"), at(MONDAY, "10:00"), "Wrong")

    assert shown(hours_on(timetable(*OFFICE, pauses=(pause,)), MONDAY))[0] == ("09:00", "12:00", "drop-in")


# --- Hours that nobody has told ------------------------------------------------------------------


def test_site_without_rows_is_neither_open_nor_closed():
    rows = timetable()

    opening = opening_at(rows, now=at(MONDAY, "10:00"))

    assert (opening.is_known, opening.is_open, opening.next_opening) == (False, False, None)
    assert not hours_on(rows, MONDAY).is_closed


@pytest.mark.parametrize("is_of_network", [True, False])
def test_closure_is_known_even_where_the_hours_are_not(is_of_network):
    closed = ClosedDays(DayPeriod(MONDAY, MONDAY), "Works", is_of_network=is_of_network)
    rows = timetable(closures=(closed,))

    opening = opening_at(rows, now=at(MONDAY, "10:00"))

    assert (opening.is_known, opening.is_open, opening.reason.text) == (True, False, "Works")
    assert not hours_on(rows, TUESDAY).is_known


def test_holiday_is_known_even_where_the_hours_are_not():
    opening = opening_at(timetable(), now=at(dt.date(2027, 7, 21), "10:00"))

    assert (opening.is_known, opening.reason.why, opening.reason.text) == (True, Why.HOLIDAY, "National Day")


def test_season_alone_tells_no_hours():
    rows = timetable(seasons=(Season("s", "Autumn", SEASON_DAYS),))

    assert not opening_at(rows, now=at(MONDAY, "10:00")).is_known


def test_one_special_day_tells_nothing_of_the_other_days():
    rows = timetable(special=(special(WEDNESDAY, "10:00", "11:00"),))

    opening = opening_at(rows, now=at(MONDAY, "10:00"))

    assert (opening.is_known, opening.is_open) == (False, False)
    assert opening.next_opening.starts_at == at(WEDNESDAY, "10:00")
    assert opening_at(rows, now=at(WEDNESDAY, "10:30")).is_open
