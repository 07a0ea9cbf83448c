import datetime as dt

import pytest
from django.utils import translation

from citemetiers.kernel.dates import zone
from sites.opening import (
    SEARCH_DAYS,
    ClosedDays,
    DayPeriod,
    Pause,
    Reason,
    Season,
    SpecialHours,
    Timetable,
    WeeklyHours,
    Why,
    hours_on,
    opening_at,
    week,
)
from tests.sites.test_holiday_calendar import BELGIAN_HOLIDAYS

BRUSSELS = zone("Europe/Brussels")
SATURDAY, SUNDAY = 6, 7
# Of November 2026; the 23rd is a Monday.
MONDAY, TUESDAY, WEDNESDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 24), dt.date(2026, 11, 25)
SEASON_DAYS = DayPeriod(dt.date(2026, 11, 16), dt.date(2026, 11, 29))


def hours(day, opens, closes, **more):
    return WeeklyHours(day, dt.time.fromisoformat(opens), dt.time.fromisoformat(closes), **more)


def special(day, opens, closes, **more):
    return SpecialHours(day, dt.time.fromisoformat(opens), dt.time.fromisoformat(closes), **more)


def at(day, time):
    return dt.datetime.combine(day, dt.time.fromisoformat(time), tzinfo=BRUSSELS).astimezone(dt.UTC)


def timetable(*weekly, country="BE", **rows):
    return Timetable(BRUSSELS, country, weekly=weekly, **rows)


def shown(day_hours):
    return [
        (f"{one.opens_at:%H:%M}", f"{one.closes_at:%H:%M}", "drop-in" if one.is_drop_in else "appointment")
        for one in day_hours.periods
    ]


OFFICE = [row for day in range(1, 6) for row in (hours(day, "09:00", "12:00"), hours(day, "13:00", "17:00"))]
EVERY_DAY = [hours(day, "09:00", "17:00") for day in range(1, 8)]


# --- The ordinary week ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "is_open"),
    [("08:59", False), ("09:00", True), ("11:59", True), ("12:00", False), ("13:00", True), ("17:00", False)],
)
def test_site_is_open_from_its_first_minute_and_no_longer_at_its_last(time, is_open):
    opening = opening_at(timetable(*OFFICE), now=at(MONDAY, time))

    assert opening.is_known
    assert opening.is_open is is_open
    assert opening.is_drop_in is is_open


def test_open_site_says_until_when_and_what_comes_next():
    opening = opening_at(timetable(*OFFICE), now=at(MONDAY, "10:00"))

    assert opening.until == opening.closes_at == at(MONDAY, "12:00")
    assert opening.next_opening.starts_at == at(MONDAY, "13:00")
    assert opening.next_drop_in == opening.next_opening
    assert opening.reason is None


def test_closed_site_says_when_it_opens_even_after_a_weekend():
    friday = dt.date(2026, 11, 20)

    opening = opening_at(timetable(*OFFICE), now=at(friday, "17:00"))

    assert (opening.until, opening.closes_at, opening.reason) == (None, None, None)
    assert opening.next_opening.day == MONDAY
    assert opening.next_opening.starts_at == at(MONDAY, "09:00")
    assert opening.next_opening.opens_at == dt.time(9)


def test_day_is_the_one_on_the_walls_of_the_site():
    toronto = Timetable(zone("America/Toronto"), "CA", weekly=(hours(1, "20:00", "23:00"),))

    opening = opening_at(toronto, now=dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC))

    assert opening.is_open
    assert opening.closes_at == dt.datetime(2026, 11, 24, 4, 0, tzinfo=dt.UTC)


def test_neighbours_of_one_kind_are_one_opening():
    rows = timetable(hours(1, "13:00", "17:00"), hours(1, "09:00", "13:00"))

    opening = opening_at(rows, now=at(MONDAY, "10:00"))

    assert opening.until == at(MONDAY, "17:00")
    assert shown(hours_on(rows, MONDAY)) == [("09:00", "17:00", "drop-in")]


def test_drop_in_ends_before_the_door_closes_where_appointments_follow():
    rows = timetable(hours(1, "09:00", "12:00"), hours(1, "12:00", "15:00", is_by_appointment=True))

    opening = opening_at(rows, now=at(MONDAY, "10:00"))

    assert opening.is_drop_in
    assert opening.until == at(MONDAY, "12:00")
    assert opening.closes_at == at(MONDAY, "15:00")
    assert opening.next_opening.starts_at == at(MONDAY + dt.timedelta(days=7), "09:00")
    assert opening.next_opening.is_drop_in


def test_open_by_appointment_says_when_anyone_may_walk_in():
    rows = timetable(hours(1, "09:00", "12:00", is_by_appointment=True), hours(1, "12:00", "15:00"))

    opening = opening_at(rows, now=at(MONDAY, "10:00"))

    assert opening.is_open
    assert not opening.is_drop_in
    assert opening.until == at(MONDAY, "12:00")
    assert opening.closes_at == at(MONDAY, "15:00")
    assert opening.next_drop_in.starts_at == at(MONDAY, "12:00")


def test_drop_in_wins_where_rows_overlap():
    rows = timetable(hours(1, "09:00", "17:00", is_by_appointment=True), hours(1, "10:00", "12:00"))

    assert shown(hours_on(rows, MONDAY)) == [
        ("09:00", "10:00", "appointment"),
        ("10:00", "12:00", "drop-in"),
        ("12:00", "17:00", "appointment"),
    ]


def test_next_opening_may_be_by_appointment_and_the_next_drop_in_later():
    rows = timetable(hours(1, "09:00", "12:00", is_by_appointment=True), hours(2, "09:00", "12:00"))

    opening = opening_at(rows, now=at(MONDAY, "08:00"))

    assert (opening.next_opening.starts_at, opening.next_opening.is_drop_in) == (at(MONDAY, "09:00"), False)
    assert opening.next_drop_in.starts_at == at(TUESDAY, "09:00")


def test_site_by_appointment_only_never_has_a_drop_in():
    opening = opening_at(timetable(hours(1, "09:00", "12:00", is_by_appointment=True)), now=at(MONDAY, "08:00"))

    assert opening.next_opening.starts_at == at(MONDAY, "09:00")
    assert opening.next_drop_in is None


# --- Seasons -------------------------------------------------------------------------------------


def test_season_replaces_the_ordinary_week_on_its_first_and_last_day_and_no_other():
    rows = timetable(
        *EVERY_DAY,
        *(hours(day, "10:00", "14:00", season="s") for day in range(1, 8)),
        seasons=(Season("s", "Autumn hours", SEASON_DAYS),),
    )
    days = [SEASON_DAYS.first_on, SEASON_DAYS.last_on]
    outside = [SEASON_DAYS.first_on - dt.timedelta(days=1), SEASON_DAYS.last_on + dt.timedelta(days=1)]

    assert [shown(hours_on(rows, day)) for day in days] == [[("10:00", "14:00", "drop-in")]] * 2
    assert [hours_on(rows, day).reason for day in days] == [Reason(Why.SEASON, "Autumn hours")] * 2
    assert [shown(hours_on(rows, day)) for day in outside] == [[("09:00", "17:00", "drop-in")]] * 2
    assert [hours_on(rows, day).reason for day in outside] == [None, None]


def test_season_without_rows_for_a_weekday_is_closed_on_it():
    season = Season("s", "Autumn hours", SEASON_DAYS)
    rows = timetable(*EVERY_DAY, hours(2, "10:00", "14:00", season="s"), seasons=(season,))

    opening = opening_at(rows, now=at(MONDAY, "10:00"))

    assert (opening.is_known, opening.is_open) == (True, False)
    assert opening.reason == Reason(Why.SEASON, "Autumn hours")
    assert opening.next_opening.starts_at == at(TUESDAY, "10:00")
    assert hours_on(rows, MONDAY).is_closed


def test_season_of_school_holidays_follows_the_calendar_of_the_site():
    holiday = DayPeriod(MONDAY, TUESDAY)
    rows = timetable(
        *EVERY_DAY, hours(1, "10:00", "14:00", season="h"), seasons=(Season("h", "H"),), school_holidays=(holiday,)
    )

    assert shown(hours_on(rows, MONDAY)) == [("10:00", "14:00", "drop-in")]
    assert hours_on(rows, TUESDAY).is_closed
    assert shown(hours_on(rows, WEDNESDAY)) == [("09:00", "17:00", "drop-in")]


def test_school_holidays_change_nothing_at_a_site_without_hours_for_them():
    rows = timetable(*EVERY_DAY, school_holidays=(DayPeriod(MONDAY, TUESDAY),))

    assert shown(hours_on(rows, MONDAY)) == [("09:00", "17:00", "drop-in")]
    assert hours_on(rows, MONDAY).reason is None


def test_dated_season_wins_over_school_holidays():
    rows = timetable(
        hours(1, "10:00", "14:00", season="h"),
        hours(1, "11:00", "15:00", season="d"),
        seasons=(Season("h", "Holidays"), Season("d", "Dated", SEASON_DAYS)),
        school_holidays=(DayPeriod(MONDAY, MONDAY),),
    )

    assert shown(hours_on(rows, MONDAY)) == [("11:00", "15:00", "drop-in")]
    assert hours_on(rows, MONDAY).reason == Reason(Why.SEASON, "Dated")


def test_shortest_of_several_dated_seasons_wins():
    short = Season("short", "Short", DayPeriod(MONDAY, MONDAY))
    rows = timetable(hours(1, "10:00", "14:00", season="short"), seasons=(Season("long", "Long", SEASON_DAYS), short))

    assert hours_on(rows, MONDAY).reason == Reason(Why.SEASON, "Short")
    assert hours_on(rows, TUESDAY).reason == Reason(Why.SEASON, "Long")


# --- Special hours, closures, holidays -----------------------------------------------------------


@pytest.mark.parametrize("day", sorted(BELGIAN_HOLIDAYS))
def test_site_is_closed_on_a_legal_holiday_whatever_the_week_says(day):
    opening = opening_at(timetable(*EVERY_DAY), now=at(day, "10:00"))

    assert (opening.is_known, opening.is_open) == (True, False)
    assert opening.reason.why == Why.HOLIDAY
    assert opening.next_opening.starts_at == at(day + dt.timedelta(days=1), "09:00")


@pytest.mark.parametrize(
    ("country", "is_open"), [("BE", False), ("CH", True), ("FR", True), ("CA", True), ("ZZ", True)]
)
def test_holidays_are_those_of_the_country_of_the_site(country, is_open):
    opening = opening_at(timetable(*EVERY_DAY, country=country), now=at(dt.date(2026, 7, 21), "10:00"))

    assert opening.is_open is is_open


def test_holiday_is_named_in_the_language_of_whoever_reads_a_kept_answer():
    reason = opening_at(timetable(*OFFICE), now=at(dt.date(2026, 12, 25), "10:00")).reason

    read = {}
    for language in ("fr", "nl", "de", "en"):
        with translation.override(language):
            read[language] = str(reason.text)
    with translation.override(None):
        read[None] = str(reason.text)

    assert read == {"fr": "Noël", "nl": "Kerstmis", "de": "Weihnachten", "en": "Christmas Day", None: ""}


def test_special_hours_replace_the_week_and_say_why():
    rows = timetable(
        *OFFICE, special=(special(MONDAY, "11:00", "12:00"), special(MONDAY, "18:00", "20:00", reason="Fair"))
    )

    assert shown(hours_on(rows, MONDAY)) == [("11:00", "12:00", "drop-in"), ("18:00", "20:00", "drop-in")]
    assert hours_on(rows, MONDAY).reason == Reason(Why.SPECIAL, "Fair")
    assert hours_on(rows, TUESDAY).reason is None


def test_special_hours_open_a_site_on_a_legal_holiday_and_while_its_network_is_closed():
    christmas, eve = dt.date(2026, 12, 25), dt.date(2026, 12, 24)
    closed = ClosedDays(DayPeriod(eve, eve), "Bridge", is_of_network=True)
    rows = timetable(
        *OFFICE, special=(special(christmas, "10:00", "11:00"), special(eve, "14:00", "15:00")), closures=(closed,)
    )

    assert shown(hours_on(rows, christmas)) == [("10:00", "11:00", "drop-in")]
    assert shown(hours_on(rows, eve)) == [("14:00", "15:00", "drop-in")]


def test_closure_of_the_site_wins_over_everything():
    rows = timetable(
        *OFFICE,
        special=(special(MONDAY, "10:00", "11:00"),),
        closures=(
            ClosedDays(DayPeriod(MONDAY, MONDAY), "Network day", is_of_network=True),
            ClosedDays(DayPeriod(MONDAY, TUESDAY), "Flood"),
        ),
    )

    opening = opening_at(rows, now=at(MONDAY, "10:30"))

    assert not opening.is_open
    assert opening.reason == Reason(Why.SITE_CLOSED, "Flood")
    assert opening.next_opening.starts_at == at(WEDNESDAY, "09:00")
    assert hours_on(rows, TUESDAY).reason == Reason(Why.SITE_CLOSED, "Flood")


def test_closure_of_the_network_wins_over_holiday_season_and_week():
    armistice = dt.date(2026, 11, 11)
    closure = ClosedDays(DayPeriod(armistice, MONDAY), "Moving", is_of_network=True)
    season = Season("s", "Autumn", SEASON_DAYS)
    rows = timetable(*OFFICE, hours(1, "10:00", "14:00", season="s"), seasons=(season,), closures=(closure,))

    found = [hours_on(rows, day) for day in (armistice, dt.date(2026, 11, 12), MONDAY)]

    assert [one.reason for one in found] == [Reason(Why.NETWORK_CLOSED, "Moving")] * 3
    assert all(one.is_closed for one in found)


def test_holiday_wins_over_a_season():
    armistice = dt.date(2026, 11, 11)
    season = Season("s", "Autumn", DayPeriod(armistice, MONDAY))
    rows = timetable(hours(3, "10:00", "14:00", season="s"), seasons=(season,))

    assert hours_on(rows, armistice).reason.why == Why.HOLIDAY
    assert hours_on(rows, armistice).is_closed


def test_week_gives_seven_days_from_the_one_asked():
    found = week(timetable(*OFFICE), dt.date(2026, 12, 21))

    assert [one.day.day for one in found] == [21, 22, 23, 24, 25, 26, 27]
    assert [len(one.periods) for one in found] == [2, 2, 2, 2, 0, 0, 0]
    assert [one.reason.why if one.reason else None for one in found] == [None] * 4 + [Why.HOLIDAY, None, None]
    assert all(one.is_known for one in found)


# --- How far one looks ---------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "is_found"), [(SEARCH_DAYS, True), (SEARCH_DAYS + 1, False)])
def test_search_looks_forward_so_far_and_no_farther(days, is_found):
    rows = timetable(special=(special(MONDAY + dt.timedelta(days=days), "10:00", "11:00"),))

    opening = opening_at(rows, now=at(MONDAY, "08:00"))

    assert (opening.next_opening is not None) is is_found
    assert (opening.next_drop_in is not None) is is_found


@pytest.mark.parametrize(
    "rows",
    [
        timetable(),
        timetable(*OFFICE),
        timetable(*(hours(day, "09:00", "12:00", is_by_appointment=True) for day in range(1, 6))),
        timetable(*OFFICE, pauses=(Pause(at(MONDAY, "08:00"), None, "Until further notice"),)),
    ],
    ids=["unknown", "ordinary", "by appointment", "suspended"],
)
def test_search_looks_no_farther_than_it_must(rows, monkeypatch):
    looked_at = []
    monkeypatch.setattr(
        "sites.opening.moment.hours_on", lambda table, day: looked_at.append(day) or hours_on(table, day)
    )

    opening_at(rows, now=at(MONDAY, "18:00"))

    assert len(looked_at) <= 2


def test_site_closed_for_years_has_no_next_opening():
    closed = ClosedDays(DayPeriod(dt.date(2026, 1, 1), dt.date(2030, 1, 1)), "Works")

    opening = opening_at(timetable(*OFFICE, closures=(closed,)), now=at(MONDAY, "10:00"))

    assert (opening.next_opening, opening.next_drop_in) == (None, None)
