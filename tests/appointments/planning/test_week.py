"""The week of a site on one page."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.models import Absence, Duty, Service, Shift
from appointments.services import find_horizon
from appointments.staff_views.planning.grid import hours
from citemetiers.kernel.dates import date_words
from sites.enums import Role
from sites.models import Closure, Site, Theme, User
from tests.appointments.planning.steps import (
    DAY,
    THIS,
    TODAY,
    TUESDAY,
    WEDNESDAY,
    WEEK,
    advisor_of,
    planned,
    text,
    url,
)
from tests.factories.appointments import AppointmentFactory, DutyFactory
from tests.factories.sites import DeskFactory, MembershipFactory, SiteFactory


@pytest.mark.parametrize(
    ("length", "said"),
    [(dt.timedelta(hours=12), "12"), (dt.timedelta(hours=7, minutes=5), "7:05"), (dt.timedelta(), "0")],
)
def test_whole_hours_are_not_said_as_a_time_of_the_day(length: dt.timedelta, said: str) -> None:
    assert hours(length) == said


def test_planning_leads_to_the_only_site(staff: Client) -> None:
    answer = staff.get(reverse("planning:week"))

    assert answer.url == url("site-week")


def test_planning_of_several_sites_lists_them_with_their_people(client: Client, site: Site, duty: Duty) -> None:
    other = SiteFactory(network=site.network, name="Carrefour de Dinant")
    client.force_login(MembershipFactory(site=None, network=site.network, role=Role.COORDINATOR).user)

    answer = client.get(reverse("planning:week"))

    assert {row[0]: row[2] for row in answer.context["rows"]} == {site: 1, other: 0}
    assert "nobody" in text(answer)


@pytest.mark.parametrize("sites", [2, 4])
def test_list_of_sites_takes_the_same_queries_for_two_and_four(
    client: Client, site: Site, theme: Theme, django_assert_num_queries: Any, sites: int
) -> None:
    for number in range(1, sites):
        other = SiteFactory(network=site.network)
        planned(DutyFactory(site=other, advisor=advisor_of(other, f"Person {number}"), themes=[theme]))
    client.force_login(MembershipFactory(site=None, network=site.network, role=Role.COORDINATOR).user)

    with django_assert_num_queries(7):
        client.get(reverse("planning:week"))


def test_week_shows_who_receives_when_where_and_for_what(staff: Client, site: Site, duty: Duty) -> None:
    Duty.objects.filter(pk=duty.pk).update(desk=DeskFactory(site=site, name="Desk 2"))
    AppointmentFactory(site=site, advisor=duty.advisor, starts_at=Shift.objects.get(stands_for_on=TUESDAY).starts_at)
    planned(Duty.objects.get(pk=duty.pk))

    page = text(staff.get(url("site-week") + THIS))

    assert all(words in page for words in ("Anna", "09:00–12:00", "Desk 2", "Work", "1 appointment", "1 person"))
    assert reverse("planning:day-change", args=["namur", duty.pk, TUESDAY]) in page


def test_week_without_anybody_helps_on(staff: Client) -> None:
    page = text(staff.get(url("site-week")))

    assert "Nobody receives this week" in page
    assert url("duty-add") in page


def week_around(day: dt.date) -> str:
    return f"{url('site-week')}?day={day}"


def test_week_after_the_horizon_is_not_planned_yet_and_says_until_when_it_is(staff: Client, site: Site) -> None:
    until = find_horizon(site=site, now=timezone.now())

    page = text(staff.get(week_around(until + WEEK)))

    assert "This week is not planned yet" in page
    assert page.count(f"Planned until {date_words(until)};") == 1
    assert not re.search("nobody", page, re.IGNORECASE)


@pytest.mark.parametrize("later", range(7))
def test_days_after_the_horizon_are_not_planned_yet(staff: Client, site: Site, duty: Duty, later: int) -> None:
    Service.objects.update(horizon_days=70 + later)
    planned(duty)
    until = find_horizon(site=site, now=timezone.now())

    answer = staff.get(week_around(until))

    columns = answer.context["grid"].columns
    monday = until - until.weekday() * DAY
    assert [column.is_planned for column in columns] == [monday + number * DAY <= until for number in range(5)]
    assert ("not planned yet" in text(answer)) == (not columns[-1].is_planned)


def test_week_shades_a_closed_day_with_its_reason(staff: Client, site: Site, anna: User) -> None:
    Closure.objects.create(
        network=site.network, site=site, first_on=WEDNESDAY, last_on=WEDNESDAY, reason_en="Staff day"
    )

    page = text(staff.get(url("site-week") + THIS))

    assert "closed: Staff day" in page


def test_week_shows_absences_and_days_switched_off(staff: Client, site: Site, duty: Duty) -> None:
    staff.post(url("day-change", duty.pk, TUESDAY), {"off": "1"})
    staff.post(url("absence-add"), {"advisor": duty.advisor_id, "first_on": WEDNESDAY.isoformat()})

    page = text(staff.get(url("site-week") + THIS))

    assert "off on this day only" in page
    assert "away" in page
    assert url("absence-remove", Absence.objects.get().pk) in page


@pytest.mark.parametrize("asked", ["week=2026-W99", "week=x", "day=0001-01-01", "week=9999-W52", "day="])
def test_week_that_is_none_is_this_week(staff: Client, asked: str) -> None:
    answer = staff.get(f"{url('site-week')}?{asked}")

    assert answer.context["is_now"]


@pytest.mark.parametrize("people", [1, 3])
def test_week_takes_the_same_queries_for_one_and_three_people(
    staff: Client, site: Site, theme: Theme, django_assert_num_queries: Any, people: int
) -> None:
    for number in range(people):
        duty = DutyFactory(site=site, advisor=advisor_of(site, f"Person {number}"), themes=[theme], first_on=TODAY)
        planned(duty)

    with django_assert_num_queries(15):
        staff.get(url("site-week") + THIS)


def test_other_site_is_not_there(staff: Client, theme: Theme) -> None:
    other = DutyFactory(site=SiteFactory(slug="elsewhere"))

    assert staff.get(reverse("planning:site-week", args=["elsewhere"])).status_code == 404
    assert staff.get(reverse("planning:duty-edit", args=["namur", other.pk])).status_code == 404


def test_advisor_may_not_plan(client: Client, anna: User) -> None:
    client.force_login(anna)

    assert client.get(url("site-week")).status_code == 403
