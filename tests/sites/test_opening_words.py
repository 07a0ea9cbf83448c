import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from sites.opening import (
    ClosedDays,
    DayPeriod,
    OpenPeriod,
    Pause,
    Season,
    SpecialHours,
    Timetable,
    WeeklyHours,
    opening_at,
)
from sites.opening_words import OpeningWords, opening_words, when_words

BRUSSELS = ZoneInfo("Europe/Brussels")
MONDAY = dt.date(2026, 11, 23)
NINE, NOON, ONE, FIVE = dt.time(9), dt.time(12), dt.time(13), dt.time(17)
# Monday to Friday: the morning without an appointment, the afternoon with one.
WORKDAYS = tuple(
    row for day in range(1, 6) for row in (WeeklyHours(day, NINE, NOON), WeeklyHours(day, ONE, FIVE, True))
)


def said(clock: str, *, day: dt.date = MONDAY, tz: ZoneInfo = BRUSSELS, **rows: object) -> OpeningWords:
    timetable = Timetable(tz=tz, country="BE", **{"weekly": WORKDAYS, **rows})
    now = dt.datetime.combine(day, dt.time.fromisoformat(clock), tzinfo=tz).astimezone(dt.UTC)
    return opening_words(opening_at(timetable, now=now), now=now, tz=tz)


@pytest.mark.parametrize(
    ("clock", "kind", "text"),
    [
        ("08:59", "closed", "Closed, opens today at 09:00"),
        ("09:00", "open", "Open until 12:00"),
        ("11:59", "open", "Open until 12:00"),
        ("12:00", "closed", "Closed, by appointment today at 13:00"),
        ("13:00", "appointment", "By appointment only, until 17:00"),
        ("17:00", "closed", "Closed, opens tomorrow at 09:00"),
    ],
)
def test_opening_words_of_each_hour_of_a_day(clock: str, kind: str, text: str) -> None:
    words = said(clock)

    assert (words.kind, words.text) == (kind, text)


def test_opening_words_say_when_one_may_walk_in_again() -> None:
    assert said("14:00").details == ["Without an appointment: tomorrow at 09:00"]


def test_opening_words_say_that_the_rest_of_the_day_is_by_appointment() -> None:
    rows = (WeeklyHours(1, NINE, NOON), WeeklyHours(1, NOON, FIVE, True))

    assert said("10:00", weekly=rows).text == "Open until 12:00, then by appointment until 17:00"


def test_opening_words_stop_at_the_hour_when_anyone_may_walk_in() -> None:
    rows = (WeeklyHours(1, NINE, NOON, True), WeeklyHours(1, NOON, FIVE))

    words = said("10:00", weekly=rows)

    assert words.text == "By appointment only, until 12:00"
    assert words.details == ["Without an appointment: today at 12:00"]


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0, "Closed, opens Monday at 09:00"),
        (7, "Closed, opens Monday 30 November 2026 at 09:00"),
        (44, "Closed, opens Monday 4 January 2027 at 09:00"),
    ],
    ids=["within the week", "later", "next year"],
)
def test_opening_words_name_the_day(days: int, text: str) -> None:
    friday = MONDAY - dt.timedelta(days=3)
    closed = DayPeriod(friday, friday + dt.timedelta(days=days))

    words = said("18:00", day=friday, closures=(ClosedDays(closed, "Works"),) if days else ())

    assert words.text == text


@pytest.mark.parametrize(
    ("rows", "detail"),
    [
        ({"closures": (ClosedDays(DayPeriod(MONDAY, MONDAY), "Staff day"),)}, "Staff day"),
        ({"closures": (ClosedDays(DayPeriod(MONDAY, MONDAY), "", is_of_network=True),)}, "Closing day of all places"),
        ({"special": (SpecialHours(MONDAY, ONE, FIVE),)}, "Other hours than usual"),
    ],
    ids=["of the site", "of the network", "special"],
)
def test_opening_words_say_why_a_site_is_closed(rows: dict[str, object], detail: str) -> None:
    assert said("10:00", **rows).details == [detail]


def test_opening_words_name_the_holiday_in_the_readers_language() -> None:
    with translation.override("de"):
        words = said("10:00", day=dt.date(2026, 12, 25))

    assert words.details == ["Weihnachten"]


def test_opening_words_of_a_season_need_no_excuse() -> None:
    season = Season("summer", "Summer hours", DayPeriod(MONDAY, MONDAY))

    assert said("10:00", seasons=(season,)) == OpeningWords("closed", "Closed, opens tomorrow at 09:00", [])


def test_opening_words_during_a_pause_without_an_end_promise_no_walk_in() -> None:
    pause = Pause(dt.datetime(2026, 11, 1, tzinfo=dt.UTC), None, "Works")

    assert said("10:00", pauses=(pause,)) == OpeningWords("appointment", "By appointment only, until 12:00", [])


def test_opening_words_never_call_unknown_hours_closed() -> None:
    assert said("10:00", weekly=()) == OpeningWords("unknown", "Opening hours to be confirmed", [])


def test_opening_words_when_nothing_follows() -> None:
    closed = ClosedDays(DayPeriod(MONDAY, dt.date(2030, 1, 1)), "Building closed")

    assert said("10:00", closures=(closed,)) == OpeningWords("closed", "Closed", ["Building closed"])


def test_opening_words_keep_the_time_of_the_sites_walls() -> None:
    words = said("10:00", tz=ZoneInfo("Indian/Mauritius"))

    assert words.text == "Open until 12:00"


def test_when_words_call_the_first_of_a_month_as_the_language_does() -> None:
    first = dt.date(2027, 1, 1)
    moment = dt.datetime(2027, 1, 1, 8, tzinfo=dt.UTC)
    period = OpenPeriod(first, moment, moment, dt.time(9), dt.time(17), is_by_appointment=False)

    with translation.override("fr"):
        words = when_words(period, today=dt.date(2026, 11, 23))

    assert "vendredi 1er janvier 2027" in words
