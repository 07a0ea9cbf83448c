import datetime as dt
import uuid

import pytest

from appointments.enums import State
from appointments.services.agenda.agenda import agenda_of, find_by_code, free_stretches
from appointments.services.agenda.no_shows import NoShowRate, no_show_rate
from appointments.staff_views.agenda_grid import rows_of
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory, offer
from tests.factories.sites import SiteFactory, UserFactory

pytestmark = pytest.mark.django_db

TUESDAY = dt.date(2026, 11, 24)
HOUR = dt.timedelta(hours=1)


def at(hours, minutes=0):
    return TUESDAY_AT_9 + dt.timedelta(hours=hours, minutes=minutes)


def advisor_of(site):
    return site.shifts.get().advisor


def test_day_has_a_column_for_each_advisor_with_a_shift_or_an_appointment():
    _service, site, _theme = offer(advisors=2)
    extra = AppointmentFactory(site=site, advisor__display_name="Aaron")
    AppointmentFactory(site=SiteFactory())
    UserFactory()

    (day,) = agenda_of(site=site, first_on=TUESDAY, last_on=TUESDAY)

    assert day.on == TUESDAY
    assert len(day.columns) == 3
    assert day.columns[0].advisor == extra.advisor
    assert day.appointments == [extra]


def test_day_of_one_advisor_holds_nothing_of_a_colleague():
    service, site, _theme = offer(advisors=2)
    one, other = (shift.advisor for shift in site.shifts.order_by("pk"))
    mine = AppointmentFactory(site=site, service=service, advisor=one)
    AppointmentFactory(site=site, service=service, advisor=other)

    (day,) = agenda_of(site=site, first_on=TUESDAY, last_on=TUESDAY, advisor=one)

    assert [column.advisor for column in day.columns] == [one]
    assert day.appointments == [mine]


def test_free_stretches_are_the_shift_without_what_is_booked_and_what_stays_free_after_it():
    service, site, _theme = offer(buffer_minutes=15)
    AppointmentFactory(site=site, service=service, advisor=advisor_of(site), starts_at=at(1))

    (day,) = agenda_of(site=site, first_on=TUESDAY, last_on=TUESDAY)

    assert day.columns[0].free == ((at(0), at(1)), (at(2), at(3)))


@pytest.mark.parametrize("state", [State.CANCELLED, State.TO_MOVE])
def test_time_that_nobody_holds_any_more_is_free(state):
    service, site, _theme = offer()
    cancelled_at = NOW if state == State.CANCELLED else None
    AppointmentFactory(site=site, service=service, advisor=advisor_of(site), state=state, cancelled_at=cancelled_at)

    (day,) = agenda_of(site=site, first_on=TUESDAY, last_on=TUESDAY)

    assert day.columns[0].free == ((at(0), at(3)),)
    assert len(day.appointments) == (state == State.TO_MOVE)


def test_stretch_too_short_to_fill_is_left_out():
    shift = (at(0), at(1))
    taken = [(at(0, 10), at(0, 50))]

    assert free_stretches([shift], taken) == []


@pytest.mark.parametrize(
    "day", [dt.date(2026, 10, 25), dt.date(2027, 3, 28), dt.date(2026, 3, 29), dt.date(2027, 10, 31)]
)
def test_days_of_the_clock_changes_hold_their_own_appointments_only(day):
    site = SiteFactory()
    midnight = dt.datetime.combine(day, dt.time(), tzinfo=site.tz).astimezone(dt.UTC)
    next_midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=site.tz).astimezone(dt.UTC)
    first = AppointmentFactory(site=site, starts_at=midnight)
    last = AppointmentFactory(site=site, starts_at=next_midnight - HOUR)
    AppointmentFactory(site=site, starts_at=next_midnight)
    AppointmentFactory(site=site, starts_at=midnight - dt.timedelta(minutes=1))

    (shown,) = agenda_of(site=site, first_on=day, last_on=day)

    assert shown.appointments == [first, last]


@pytest.mark.parametrize(("advisors", "days"), [(1, 1), (3, 7)])
def test_agenda_takes_three_queries_however_much_it_shows(advisors, days, django_assert_num_queries):
    service, site, _theme = offer(advisors=advisors)
    for shift in site.shifts.all():
        AppointmentFactory(site=site, service=service, advisor=shift.advisor)

    with django_assert_num_queries(3):
        shown = agenda_of(site=site, first_on=TUESDAY, last_on=TUESDAY + dt.timedelta(days=days - 1))
        _all = [
            str((one.advisor, one.visitor, one.service.theme, one.site.tz)) for day in shown for one in day.appointments
        ]

    assert len(shown) == days


def test_rows_stand_at_each_start_and_span_what_goes_on():
    service, site, _theme = offer(advisors=2)
    one, other = (column.advisor for column in agenda_of(site=site, first_on=TUESDAY, last_on=TUESDAY)[0].columns)
    long = AppointmentFactory(site=site, service=service, advisor=one, starts_at=at(0), ends_at=at(3))
    AppointmentFactory(site=site, service=service, advisor=other, starts_at=at(0), ends_at=at(1))
    AppointmentFactory(site=site, service=service, advisor=other, starts_at=at(1), ends_at=at(3))

    rows = rows_of(agenda_of(site=site, first_on=TUESDAY, last_on=TUESDAY)[0], now=at(1, 30))

    assert [row.starts_at for row in rows] == [at(0), at(1)]
    assert [cell.rows for cell in rows[0].cells] == [2, 1]
    assert [cell.rows for cell in rows[1].cells] == [1]
    assert rows[0].cells[0].items[0].appointment == long
    assert [row.is_now for row in rows] == [False, True]


def test_every_row_of_the_table_is_filled_whatever_overlaps():
    service, site, _theme = offer(advisors=2)
    one, other = (column.advisor for column in agenda_of(site=site, first_on=TUESDAY, last_on=TUESDAY)[0].columns)
    AppointmentFactory(site=site, service=service, advisor=one, starts_at=at(1))
    over = AppointmentFactory(site=site, service=service, advisor=one, starts_at=at(1, 15), is_overbooked=True)
    AppointmentFactory(site=site, service=service, advisor=other, starts_at=at(-2))
    AppointmentFactory(site=site, service=service, advisor=other, starts_at=at(5))

    rows = rows_of(agenda_of(site=site, first_on=TUESDAY, last_on=TUESDAY)[0], now=NOW)

    assert sum(cell.rows for row in rows for cell in row.cells) == 2 * len(rows)
    (together,) = [cell.items for row in rows for cell in row.cells if len(cell.items) == 2]
    assert together[1].appointment == over
    assert not any(row.is_now for row in rows)


@pytest.mark.parametrize("said", ["ABC234", "abc234", " abc 234 ", "ABC-234"])
def test_code_is_found_however_it_is_written(said):
    appointment = AppointmentFactory(code="ABC234")

    assert find_by_code(said, sites=[appointment.site]) == appointment


@pytest.mark.parametrize("said", ["", "ABC23", "ABC2345", "ABC235", "ÀBC234", "\x00BC234", "0ABC234"])
def test_code_that_is_not_the_code_finds_nothing(said):
    appointment = AppointmentFactory(code="ABC234")

    assert find_by_code(said, sites=[appointment.site]) is None


def test_code_of_another_site_finds_nothing():
    AppointmentFactory(code="ABC234")

    assert find_by_code("ABC234", sites=[SiteFactory()]) is None


# --- How often nobody came -------------------------------------------------------------------------


def fill(site, *, kept, no_shows, starts_at=TUESDAY_AT_9):
    service = AppointmentFactory(site=site, starts_at=starts_at).service
    for number in range(kept + no_shows):
        state = State.NO_SHOW if number < no_shows else (State.DONE if number % 2 else State.ARRIVED)
        AppointmentFactory(id=uuid.uuid4(), site=site, service=service, state=state, starts_at=starts_at)


NOVEMBER = {"first_on": dt.date(2026, 11, 1), "last_on": dt.date(2026, 11, 30)}


def test_no_show_rate_counts_what_was_marked_and_nothing_else():
    site = SiteFactory()
    fill(site, kept=22, no_shows=3)
    fill(site, kept=5, no_shows=5, starts_at=TUESDAY_AT_9 + dt.timedelta(days=30))
    AppointmentFactory(site=site, state=State.CANCELLED, cancelled_at=NOW)
    fill(SiteFactory(), kept=5, no_shows=5)

    assert no_show_rate(sites=[site], **NOVEMBER) == NoShowRate(kept=22, no_shows=3, base=25, rate=12)


def test_no_show_rate_is_not_told_on_a_small_base():
    site = SiteFactory()
    fill(site, kept=12, no_shows=12)

    assert no_show_rate(sites=[site], **NOVEMBER) == NoShowRate(kept=12, no_shows=12, base=24, rate=None)


def test_no_show_rate_of_no_site_is_nothing(django_assert_num_queries):
    assert no_show_rate(sites=[], **NOVEMBER) == NoShowRate(0, 0, 0, None)


@pytest.mark.parametrize(
    ("first_on", "last_on"),
    [
        (TUESDAY, TUESDAY),
        (dt.date(2026, 11, 1), dt.date(2026, 11, 29)),
        (dt.date(2026, 11, 2), dt.date(2026, 11, 30)),
        (dt.date(2026, 12, 1), dt.date(2026, 11, 30)),
    ],
)
def test_no_show_rate_of_days_is_refused(first_on, last_on):
    with pytest.raises(ValueError, match="whole months"):
        no_show_rate(sites=[SiteFactory()], first_on=first_on, last_on=last_on)


@pytest.mark.parametrize("sites", [1, 3])
def test_no_show_rate_takes_one_query(sites, django_assert_num_queries):
    wanted = [SiteFactory(timezone=zone) for zone in ("Europe/Brussels", "Europe/Paris", "Europe/Lisbon")[:sites]]

    with django_assert_num_queries(1):
        no_show_rate(sites=wanted, **NOVEMBER)


def test_no_show_rate_counts_the_months_of_each_clock():
    site = SiteFactory(timezone="Europe/Lisbon")
    fill(site, kept=25, no_shows=0, starts_at=dt.datetime(2026, 10, 31, 23, 30, tzinfo=dt.UTC))

    assert no_show_rate(sites=[site], **NOVEMBER).base == 0
