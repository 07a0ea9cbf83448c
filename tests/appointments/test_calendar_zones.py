import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from appointments.agenda_calendar import agenda_calendar
from citemetiers.kernel.calendar_zones import add_time_zones
from tests.factories.appointments import NOW, AppointmentFactory

NIGHTS = [(2026, 3, 29), (2027, 3, 28), (2026, 10, 25), (2027, 10, 31)]


def calendar_of(*moments):
    calendar = Calendar()
    for moment in moments:
        event = Event()
        event.add("dtstart", moment)
        calendar.add_component(event)
    add_time_zones(calendar, now=NOW)
    return calendar.to_ical().decode().replace("\r\n", "\n")


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("hour", [0, 1, 3, 4, 12])
def test_zone_in_the_file_gives_the_same_instants_around_the_clock_changes(night, hour):
    moment = dt.datetime(*night, hour, tzinfo=ZoneInfo("Europe/Brussels"))
    file = calendar_of(moment)

    zone = Calendar.from_ical(file).walk("VTIMEZONE")[0].to_tz(lookup_tzid=False)

    assert moment.replace(tzinfo=zone).astimezone(dt.UTC) == moment.astimezone(dt.UTC)


def test_zone_is_two_rules_that_hold_for_ever():
    file = calendar_of(dt.datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("Europe/Brussels")))

    assert "DTSTART:19701025T030000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10" in file
    assert "DTSTART:19700329T020000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3" in file
    assert "RDATE" not in file
    assert "COMMENT" not in file


def test_zone_of_another_rule_is_that_of_the_library():
    file = calendar_of(dt.datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("America/New_York")))

    assert "TZID:America/New_York" in file
    assert "BYMONTH=10" not in file


@pytest.mark.django_db
def test_calendar_of_an_advisor_names_the_rules_once():
    made = [AppointmentFactory() for _number in range(2)]

    file = agenda_calendar(made, now=NOW).decode()

    assert file.count("BEGIN:VTIMEZONE") == 1
    assert "RDATE" not in file
