import datetime as dt

import pytest

from citemetiers.kernel import dates

BRUSSELS = dates.zone("Europe/Brussels")


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [
        (dt.date(2026, 7, 1), 9, dt.datetime(2026, 7, 1, 7, tzinfo=dt.UTC)),
        (dt.date(2026, 12, 1), 9, dt.datetime(2026, 12, 1, 8, tzinfo=dt.UTC)),
        (dt.date(2026, 3, 29), 9, dt.datetime(2026, 3, 29, 7, tzinfo=dt.UTC)),
        (dt.date(2026, 10, 25), 9, dt.datetime(2026, 10, 25, 8, tzinfo=dt.UTC)),
    ],
)
def test_at_local_follows_the_clock_on_the_wall(day: dt.date, hour: int, expected: dt.datetime) -> None:
    instant = dates.at_local(day, dt.time(hour), tz=BRUSSELS)

    assert instant == expected


@pytest.mark.parametrize(
    ("day", "time"),
    [(dt.date(2026, 3, 29), dt.time(2, 30)), (dt.date(2026, 10, 25), dt.time(2, 30))],
)
def test_at_local_refuses_an_hour_that_is_skipped_or_repeated(day: dt.date, time: dt.time) -> None:
    with pytest.raises(ValueError, match="not one single instant"):
        dates.at_local(day, time, tz=BRUSSELS)


@pytest.mark.parametrize(
    ("name", "local", "first", "last"),
    [
        ("Europe/Brussels", "2026-07-01 09:00", "2026-07-01 07:00", "2026-07-01 07:00"),
        ("Europe/Brussels", "2026-03-29 02:00", "2026-03-29 01:00", "2026-03-29 01:00"),
        ("Europe/Brussels", "2026-03-29 02:30", "2026-03-29 01:00", "2026-03-29 01:00"),
        ("Europe/Brussels", "2026-03-29 02:59:59.999999", "2026-03-29 01:00", "2026-03-29 01:00"),
        ("Europe/Brussels", "2026-03-29 03:00", "2026-03-29 01:00", "2026-03-29 01:00"),
        ("Europe/Brussels", "2026-10-25 02:00", "2026-10-25 00:00", "2026-10-25 01:00"),
        ("Europe/Brussels", "2026-10-25 02:30", "2026-10-25 00:30", "2026-10-25 01:30"),
        ("Europe/Brussels", "2026-10-25 03:00", "2026-10-25 02:00", "2026-10-25 02:00"),
        ("America/Toronto", "2026-03-08 02:30", "2026-03-08 07:00", "2026-03-08 07:00"),
        ("America/Toronto", "2026-11-01 01:30", "2026-11-01 05:30", "2026-11-01 06:30"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30", "2026-10-03 15:30"),
        ("Africa/Cairo", "2026-04-24 00:15", "2026-04-23 22:00", "2026-04-23 22:00"),
        # A whole day that never was.
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 10:00", "2011-12-30 10:00"),
    ],
)
def test_first_and_last_at_knows_skipped_and_repeated_hours(name: str, local: str, first: str, last: str) -> None:
    wall = dt.datetime.fromisoformat(local)

    found = dates.first_and_last_at(wall.date(), wall.time(), tz=dates.zone(name))

    assert found == tuple(dt.datetime.fromisoformat(f"{instant}+00:00") for instant in (first, last))


def test_local_day_is_the_date_on_the_wall_after_midnight() -> None:
    late = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)

    assert dates.local_day(late, tz=BRUSSELS) == dt.date(2026, 11, 24)


def test_days_between_leaves_out_the_last_day() -> None:
    days = list(dates.days_between(dt.date(2026, 2, 27), dt.date(2026, 3, 2)))

    assert days == [dt.date(2026, 2, 27), dt.date(2026, 2, 28), dt.date(2026, 3, 1)]


def test_year_bounds_are_half_open() -> None:
    assert dates.year_bounds(2026) == (dt.date(2026, 1, 1), dt.date(2027, 1, 1))
