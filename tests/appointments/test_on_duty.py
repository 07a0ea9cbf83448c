import datetime as dt

import pytest
from django.db import connection, transaction

from appointments.enums import State
from appointments.models import FreedSlot
from appointments.services import is_illustrative, on_duty_at, taken_periods
from sites.models import Closure
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, offer
from tests.factories.sites import SiteFactory, UserFactory

pytestmark = pytest.mark.django_db

LENGTH = dt.timedelta(minutes=45)
DAY = dt.timedelta(days=1)
NINE = (TUESDAY_AT_9, TUESDAY_AT_9 + LENGTH)
SOON = (NOW, NOW + dt.timedelta(days=3))


def ask(service, site, *, period=NINE, language="fr", **more):
    return on_duty_at(service=service, site=site, language=language, period=period, **more)


def later(minutes, period=NINE):
    return tuple(edge + dt.timedelta(minutes=minutes) for edge in period)


def held(starts_at, length=LENGTH):
    return starts_at, starts_at + length


def test_on_duty_are_all_who_offer_exactly_this_moment():
    service, site, _theme = offer(advisors=2)
    offer(site=SiteFactory(network=site.network), theme=service.theme)

    found = ask(service, site)

    assert {shift.advisor_id for shift in found} == set(site.shifts.values_list("advisor_id", flat=True))
    assert [(shift.languages, shift.channels) for shift in found] == [(("fr",), ("ON_SITE",))] * 2


@pytest.mark.parametrize(("minutes", "number"), [(0, 1), (45, 1), (20, 0), (-45, 0), (135, 1), (180, 0)])
def test_on_duty_is_nobody_beside_the_grid_or_outside_the_shift(minutes, number):
    service, site, _theme = offer()

    assert len(ask(service, site, period=later(minutes))) == number


def test_on_duty_is_nobody_for_a_session_of_another_length():
    service, site, _theme = offer()

    assert ask(service, site, period=(NINE[0], NINE[1] + LENGTH)) == []


def test_on_duty_is_nobody_in_the_share_for_drop_in():
    service, site, _theme = offer(drop_in_percent=50)

    assert [len(ask(service, site, period=later(minutes))) for minutes in (0, 45, 90, 135)] == [1, 0, 1, 0]


def test_on_duty_follow_the_buffer():
    service, site, _theme = offer(buffer_minutes=15)

    assert [len(ask(service, site, period=later(minutes))) for minutes in (0, 45, 60)] == [1, 0, 1]


def test_on_duty_follow_language_and_channel():
    service, site, _theme = offer(languages=("fr", "nl"), channels=("ON_SITE", "PHONE"))
    site.duties.update(channels=("PHONE",))

    assert ask(service, site, language="nl", channel="PHONE")
    assert not ask(service, site, language="de")
    assert not ask(service, site, channel="ON_SITE")


def test_on_duty_is_nobody_on_a_closed_day_unless_the_asker_knows_better():
    service, site, _theme = offer()
    day = TUESDAY_AT_9.date()
    Closure.objects.create(network=site.network, first_on=day, last_on=day, reason="Works")

    assert ask(service, site) == []
    assert len(ask(service, site, is_open=True)) == 1
    assert ask(service, site, is_open=False) == []


@pytest.mark.parametrize(("is_open", "number"), [(None, 2), (True, 1)])
def test_on_duty_cost_one_query_and_one_for_the_openings(is_open, number, django_assert_num_queries):
    service, site, _theme = offer(advisors=3)

    with django_assert_num_queries(number):
        assert len(ask(service, site, is_open=is_open)) == 3


def test_on_duty_are_locked_in_one_order(django_assert_num_queries):
    service, site, _theme = offer(advisors=3)

    with transaction.atomic(), django_assert_num_queries(2) as sent:
        found = ask(service, site, lock=True)

    assert [shift.advisor_id for shift in found] == sorted(shift.advisor_id for shift in found)
    last = sent.captured_queries[-1]["sql"]
    assert ("FOR NO KEY UPDATE" in last) is connection.features.has_select_for_update


def test_taken_are_active_appointments_with_what_follows_them_and_no_overbooked_ones():
    advisor = UserFactory()
    service, site, _theme = offer(buffer_minutes=15)
    same = {"advisor": advisor, "service": service, "site": site}
    AppointmentFactory(**same, starts_at=TUESDAY_AT_9 + DAY, state=State.ARRIVED)
    AppointmentFactory(**same)
    AppointmentFactory(**same, starts_at=TUESDAY_AT_9 + 2 * LENGTH, is_overbooked=True)
    for state in (State.DONE, State.NO_SHOW, State.TO_MOVE):
        AppointmentFactory(**same, starts_at=TUESDAY_AT_9 + 4 * LENGTH, state=state)
    AppointmentFactory(**same, starts_at=TUESDAY_AT_9 + 4 * LENGTH, state=State.CANCELLED, cancelled_at=NOW)
    AppointmentFactory()

    taken = taken_periods([advisor.pk], within=SOON, now=NOW)

    hour = dt.timedelta(hours=1)
    assert taken == {advisor.pk: [held(TUESDAY_AT_9, hour), held(TUESDAY_AT_9 + DAY, hour)]}


def test_taken_are_moments_given_back_as_long_as_they_are_kept():
    advisor = UserFactory()
    service, site, _theme = offer()
    for number, minutes in enumerate((5, -5, -11)):
        FreedSlot.objects.create(
            advisor=advisor,
            site=site,
            service=service,
            starts_at=TUESDAY_AT_9 + number * DAY,
            free_again_at=TUESDAY_AT_9 + number * DAY + LENGTH,
            returns_at=NOW + dt.timedelta(minutes=minutes),
        )

    taken = taken_periods([advisor.pk], within=(NOW, NOW + 9 * DAY), now=NOW)
    but_one = taken_periods([advisor.pk], within=SOON, now=NOW, but_slot=FreedSlot.objects.order_by("pk")[0])

    assert taken == {advisor.pk: [held(TUESDAY_AT_9), held(TUESDAY_AT_9 + DAY)]}
    assert but_one == {advisor.pk: [held(TUESDAY_AT_9 + DAY)]}


def test_taken_leave_out_the_appointment_of_who_asks_and_what_lies_elsewhere_in_time():
    advisor = UserFactory()
    mine = AppointmentFactory(advisor=advisor)
    AppointmentFactory(advisor=advisor, starts_at=TUESDAY_AT_9 + DAY)
    asked = {"advisor_ids": [advisor.pk], "now": NOW}

    assert taken_periods(**asked, within=SOON, but=mine) == {advisor.pk: [held(TUESDAY_AT_9 + DAY)]}
    assert taken_periods(**asked, within=NINE) == {advisor.pk: [NINE]}
    assert taken_periods(**asked, within=later(45)) == {}


def test_taken_cost_one_query(django_assert_num_queries):
    advisors = [AppointmentFactory().advisor_id for _number in range(3)]

    with django_assert_num_queries(1):
        assert len(taken_periods(advisors, within=SOON, now=NOW)) == 3


def test_moment_is_illustrative_when_every_duty_that_offers_it_is():
    service, site, _theme = offer(advisors=2)
    asked = {"service": service, "site": site, "language": "fr", "period": NINE}
    invented, real = site.duties.order_by("pk")
    invented.is_illustrative = True
    invented.save()

    assert not is_illustrative(**asked)
    assert is_illustrative(**asked, advisor_id=invented.advisor_id)
    assert not is_illustrative(**asked, advisor_id=real.advisor_id)

    site.duties.update(is_illustrative=True)

    assert is_illustrative(**asked)
