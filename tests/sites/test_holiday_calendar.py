import datetime as dt

import pytest

from sites.holiday_calendar import holiday_name, holidays_among, public_holidays

# Written out by hand: ten days by law; Easter is on 5 April 2026, 28 March 2027 and 16 April 2028.
BELGIAN = {
    2026: ["01-01", "04-06", "05-01", "05-14", "05-25", "07-21", "08-15", "11-01", "11-11", "12-25"],
    2027: ["01-01", "03-29", "05-01", "05-06", "05-17", "07-21", "08-15", "11-01", "11-11", "12-25"],
    2028: ["01-01", "04-17", "05-01", "05-25", "06-05", "07-21", "08-15", "11-01", "11-11", "12-25"],
}
BELGIAN_HOLIDAYS = frozenset(dt.date.fromisoformat(f"{year}-{day}") for year, days in BELGIAN.items() for day in days)


@pytest.mark.parametrize("year", BELGIAN)
def test_belgium_has_its_ten_legal_holidays(year):
    expected = {day for day in BELGIAN_HOLIDAYS if day.year == year}

    days = public_holidays("BE", year)

    assert len(expected) == 10
    assert days == expected


@pytest.mark.parametrize(
    ("country", "own", "foreign"),
    [
        ("CH", dt.date(2026, 8, 1), dt.date(2026, 7, 21)),
        ("FR", dt.date(2026, 7, 14), dt.date(2026, 7, 21)),
        ("CA", dt.date(2026, 7, 1), dt.date(2026, 7, 21)),
        ("LU", dt.date(2026, 6, 23), dt.date(2026, 7, 21)),
    ],
)
def test_other_countries_have_their_own_holidays(country, own, foreign):
    assert holidays_among([own, foreign], country=country) == {own}


@pytest.mark.parametrize("country", ["ZZ", ""])
def test_unknown_country_has_no_holidays_and_no_names(country):
    day = dt.date(2026, 12, 25)

    assert public_holidays(country, 2026) == frozenset()
    assert holiday_name(day, country=country, language="fr") == ""


@pytest.mark.parametrize(
    ("country", "language", "name"),
    [
        ("BE", "fr", "Fête nationale"),
        ("BE", "nl", "Nationale feestdag"),
        ("BE", "de", "Nationalfeiertag"),
        ("BE", "en", "National Day"),
        ("BE", "fr-be", "Fête nationale"),
        ("FR", "fr", ""),
        ("BE", "it", ""),
        ("BE", "", ""),
    ],
)
def test_holiday_name_is_in_the_language_of_the_reader_or_empty(country, language, name):
    assert holiday_name(dt.date(2026, 7, 21), country=country, language=language) == name


@pytest.mark.parametrize(
    ("country", "day", "language", "name"),
    [
        ("FR", dt.date(2026, 7, 14), "fr", "Fête nationale"),
        ("FR", dt.date(2026, 7, 14), "nl", ""),
        ("CH", dt.date(2026, 8, 1), "de", "Nationalfeiertag"),
        ("CA", dt.date(2026, 7, 1), "en", "Canada Day"),
    ],
)
def test_holiday_name_is_known_where_the_country_speaks_the_language(country, day, language, name):
    assert holiday_name(day, country=country, language=language) == name


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_each_belgian_holiday_has_a_name_in_each_language_of_the_portal(language):
    names = {day: holiday_name(day, country="BE", language=language) for day in BELGIAN_HOLIDAYS}

    assert "" not in names.values()
    assert len(set(names.values())) == 10


@pytest.mark.parametrize("day", [dt.date(2026, 4, 5), dt.date(2027, 5, 16)])
def test_the_two_sundays_of_belgium_are_no_legal_holidays(day):
    assert holidays_among([day], country="BE") == set()
    assert holiday_name(day, country="BE", language="fr") == ""
