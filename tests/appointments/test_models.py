import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from appointments.models import Duty, Service, Shift
from sites.models import Site
from tests.factories.appointments import (
    NOW,
    TUESDAY_AT_9,
    AppointmentFactory,
    DutyFactory,
    ServiceFactory,
    ShiftFactory,
)
from tests.factories.sites import DeskFactory, RoomFactory

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif("sqlite" in str(connection.vendor), reason="PostgreSQL keeps this promise itself")


def refused():
    return pytest.raises(IntegrityError)


def test_service_is_one_a_network_and_theme():
    service = ServiceFactory()

    with refused(), transaction.atomic():
        ServiceFactory(network=service.network, theme=service.theme)


@pytest.mark.parametrize("minutes", [0, 241])
def test_service_has_a_sensible_length(minutes):
    with refused(), transaction.atomic():
        ServiceFactory(minutes=minutes)


def test_service_tells_what_is_wrong():
    service = ServiceFactory()

    with pytest.raises(ValidationError, match="5 to 240 minutes"):
        Service(network=service.network, theme=service.theme, minutes=1, channels=("ON_SITE",)).full_clean()


@pytest.mark.parametrize("wrong", [{"ends_at": dt.time(9)}, {"last_on": dt.date(2025, 1, 1)}])
def test_duty_ends_after_it_starts(wrong):
    with refused(), transaction.atomic():
        DutyFactory(**wrong)


@pytest.mark.parametrize("make", [ShiftFactory, AppointmentFactory])
def test_period_ends_after_it_starts(make):
    with refused(), transaction.atomic():
        make(ends_at=TUESDAY_AT_9)


def test_shift_is_one_a_duty_and_time():
    shift = ShiftFactory()

    with refused(), transaction.atomic():
        ShiftFactory(duty=shift.duty, starts_at=shift.starts_at)


@pytest.mark.parametrize("wrong", [{"state": "CANCELLED"}, {"cancelled_at": NOW}])
def test_cancelled_appointment_says_when_and_another_does_not(wrong):
    with refused(), transaction.atomic():
        AppointmentFactory(**wrong)


@on_postgresql
def test_shifts_of_one_advisor_do_not_overlap():
    shift = ShiftFactory()

    with refused(), transaction.atomic():
        ShiftFactory(duty=DutyFactory(advisor=shift.advisor), starts_at=TUESDAY_AT_9 + dt.timedelta(hours=1))


@on_postgresql
def test_raw_overlapping_appointment_is_refused_by_the_database():
    first = AppointmentFactory()
    second = AppointmentFactory()

    with (
        pytest.raises(IntegrityError, match="appointment_one_at_a_time"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE appointments_appointment SET advisor_id = %s, starts_at = %s, ends_at = %s WHERE id = %s",
            [first.advisor_id, first.starts_at + dt.timedelta(minutes=5), first.ends_at, second.pk],
        )


@on_postgresql
def test_raw_overlapping_insert_is_refused_by_the_database():
    first = AppointmentFactory()
    own = {"id": "gen_random_uuid()", "code": "'ZZZZZZ'", "secret_fingerprint": "'z'"}

    with pytest.raises(IntegrityError, match="appointment_one_at_a_time"), transaction.atomic():
        insert_copy(first, **own)


@on_postgresql
def test_raw_insert_into_the_time_after_a_session_is_refused_by_the_database():
    first = AppointmentFactory(free_again_at=TUESDAY_AT_9 + dt.timedelta(hours=1))
    later = f"'{first.ends_at.isoformat()}'"
    own = {"id": "gen_random_uuid()", "code": "'ZZZZZZ'", "secret_fingerprint": "'z'", "starts_at": later}
    own |= {"ends_at": f"{later}::timestamptz + '5 minutes'"}

    with pytest.raises(IntegrityError, match="appointment_one_at_a_time"), transaction.atomic():
        insert_copy(first, **own)


@on_postgresql
@pytest.mark.parametrize(
    ("place", "constraint"),
    [("room", "shift_room_used_once_at_a_time"), ("desk", "shift_desk_used_once_at_a_time")],
)
def test_raw_insert_of_a_room_or_desk_in_use_is_refused_by_the_database(place, constraint):
    used = {"room": RoomFactory, "desk": DeskFactory}[place]()
    first, colleague = ShiftFactory(**{place: used}), DutyFactory()
    own = {"duty_id": str(colleague.pk), "advisor_id": str(colleague.advisor_id)}
    an_hour_later = {"starts_at": "starts_at + '1 hour'", "ends_at": "ends_at + '1 hour'"}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        insert_copy(first, **own, **an_hour_later)


@on_postgresql
def test_raw_insert_beside_an_overbooked_appointment_goes_through():
    first = AppointmentFactory()
    own = {"id": "gen_random_uuid()", "code": "'ZZZZZZ'", "secret_fingerprint": "'z'", "is_overbooked": "true"}

    insert_copy(first, **own)

    assert first.advisor.appointments.count() == 2


def insert_copy(row, **own):
    columns = [field.column for field in row._meta.concrete_fields if field.column != "id" or "id" in own]
    values = ", ".join(own.get(column, column) for column in columns)
    table = row._meta.db_table
    with connection.cursor() as cursor:
        sql = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE id = %s"
        cursor.execute(sql, [row.pk])


@pytest.mark.parametrize(
    "other",
    [
        {"is_overbooked": True},
        {"state": "CANCELLED", "cancelled_at": NOW},
        {"state": "TO_MOVE"},
        {"state": "NO_SHOW"},
        {"starts_at": TUESDAY_AT_9 + dt.timedelta(minutes=45)},
    ],
)
def test_database_lets_through_what_does_not_hold_the_advisor(other):
    first = AppointmentFactory()

    second = AppointmentFactory(advisor=first.advisor, **other)

    assert second.pk


def test_rows_name_themselves_without_a_person():
    appointment = AppointmentFactory()
    shift = ShiftFactory()

    assert str(appointment) == appointment.code
    assert str(shift).endswith("2026-11-24 09:00")
    assert "Tuesday 09:00–12:00" in str(Duty.objects.get())
    assert str(appointment.service.network) in str(appointment.service)


def test_shift_is_named_by_the_clock_of_its_site():
    shift = ShiftFactory(starts_at=dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC))
    named = str(shift)
    Site.objects.filter(pk=shift.site_id).update(timezone="Indian/Reunion")

    assert named.endswith("2026-11-23 09:00")
    assert str(Shift.objects.get()).endswith("2026-11-23 12:00")
