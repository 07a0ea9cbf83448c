import datetime as dt

import pytest
from django.utils import translation

from sites.enums import HolidayCalendar, SeasonKind, Weekday
from sites.models import Closure, DropInPause, OpeningHours, SchoolHoliday, Season, Site, SpecialHours
from sites.opening import (
    ClosedDays,
    DayPeriod,
    Pause,
    Timetable,
    WeeklyHours,
)
from sites.opening import Season as SeasonRow
from sites.opening import SpecialHours as SpecialRow
from sites.timetables import timetables
from tests.factories.sites import NetworkFactory, SiteFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)
NINE, NOON = dt.time(9), dt.time(12)


def timetable_of(site: Site) -> Timetable:
    return timetables([site], now=NOW)[site.pk]


def fill(site: Site) -> Season:
    season = Season.objects.create(site=site, name_en="Summer", first_on=TODAY + DAY, last_on=TODAY + 60 * DAY)
    for row in (None, season):
        OpeningHours.objects.create(
            site=site, season=row, weekday=Weekday.MONDAY, opens_at=NINE, closes_at=NOON, is_by_appointment=True
        )
    SpecialHours.objects.create(site=site, day=TODAY, opens_at=NINE, closes_at=NOON, reason_en="Fair")
    Closure.objects.create(network=site.network, site=site, first_on=TODAY, last_on=TODAY + DAY, reason_en="Works")
    DropInPause.objects.create(site=site, starts_at=NOW, ends_at=NOW + DAY, message_en="Training")
    return season


def test_timetables_carry_every_kind_of_row() -> None:
    site = SiteFactory()
    season = fill(site)
    holidays = Season.objects.create(site=site, kind=SeasonKind.SCHOOL_HOLIDAYS, name_en="Holidays")
    OpeningHours.objects.create(site=site, season=holidays, weekday=Weekday.TUESDAY, opens_at=NINE, closes_at=NOON)
    Season.objects.create(site=SiteFactory(), kind=SeasonKind.SCHOOL_HOLIDAYS, name_en="Without hours: not ready")
    Closure.objects.create(network=site.network, first_on=TODAY, last_on=TODAY, reason_en="All closed")
    SchoolHoliday.objects.create(calendar=HolidayCalendar.FWB, name="Winter", first_on=TODAY + DAY, last_on=TODAY + DAY)

    found = timetable_of(site)

    assert found == Timetable(
        tz=site.tz,
        country="BE",
        weekly=(
            WeeklyHours(1, NINE, NOON, is_by_appointment=True),
            WeeklyHours(1, NINE, NOON, is_by_appointment=True, season=season.pk),
            WeeklyHours(2, NINE, NOON, season=holidays.pk),
        ),
        seasons=(
            SeasonRow(season.pk, "Summer", DayPeriod(TODAY + DAY, TODAY + 60 * DAY)),
            SeasonRow(holidays.pk, "Holidays", None),
        ),
        school_holidays=(DayPeriod(TODAY + DAY, TODAY + DAY),),
        special=(SpecialRow(TODAY, NINE, NOON, is_by_appointment=False, reason="Fair"),),
        closures=(
            ClosedDays(DayPeriod(TODAY, TODAY + DAY), "Works"),
            ClosedDays(DayPeriod(TODAY, TODAY), "All closed", is_of_network=True),
        ),
        pauses=(Pause(NOW, NOW + DAY, "Training"),),
    )


def test_timetables_hold_nothing_of_another_site_or_network() -> None:
    site = SiteFactory(school_calendar=HolidayCalendar.VLAANDEREN)
    fill(SiteFactory(network=site.network))
    stranger = NetworkFactory()
    Closure.objects.create(network=stranger, first_on=TODAY, last_on=TODAY, reason_en="Elsewhere")
    SchoolHoliday.objects.create(calendar=HolidayCalendar.FWB, name="Winter", first_on=TODAY, last_on=TODAY)

    assert timetable_of(site) == Timetable(tz=site.tz, country="BE")


def test_timetables_leave_out_what_is_over() -> None:
    site = SiteFactory()
    past = {"first_on": TODAY - 9 * DAY, "last_on": TODAY - DAY}
    Season.objects.create(site=site, name_en="Past", **past)
    Closure.objects.create(network=site.network, site=site, reason_en="Past", **past)
    SpecialHours.objects.create(site=site, day=TODAY - DAY, opens_at=NINE, closes_at=NOON)
    DropInPause.objects.create(site=site, starts_at=NOW - 2 * DAY, ends_at=NOW, message_en="Past")
    SchoolHoliday.objects.create(calendar=HolidayCalendar.FWB, name="Past", **past)

    assert timetable_of(site) == Timetable(tz=site.tz, country="BE")


@pytest.mark.parametrize(("language", "text"), [("nl", "Werken"), ("de", "Travaux"), ("fr", "Travaux")])
def test_timetables_speak_the_readers_language_or_the_first_there_is(language: str, text: str) -> None:
    site = SiteFactory()
    Closure.objects.create(
        network=site.network, site=site, first_on=TODAY, last_on=TODAY, reason_fr="Travaux", reason_nl="Werken"
    )

    with translation.override(language):
        found = timetable_of(site)

    assert [closure.reason for closure in found.closures] == [text]


@pytest.mark.parametrize("count", [1, 30])
def test_timetables_take_one_query(django_assert_num_queries, count: int) -> None:
    sites = [SiteFactory() for _ in range(count)]
    for site in sites:
        fill(site)
    read = list(Site.objects.select_related("network"))

    with django_assert_num_queries(1):
        found = timetables(read, now=NOW)

    assert all(found[site.pk].weekly and found[site.pk].special for site in sites)


def test_timetables_of_nothing_ask_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert timetables([], now=NOW) == {}
