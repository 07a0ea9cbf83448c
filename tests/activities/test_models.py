import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from activities.models import OpenDay, Release, Session
from activities.services import release_programme
from citemetiers.kernel.privacy import unclassified_fields
from tests.factories.activities import DAY, HOUR, NINE, NOW, OpenDayFactory, ProgrammeFactory, SessionFactory

pytestmark = pytest.mark.django_db


def release(number, programme):
    return Release(programme=programme, number=number, released_at=NOW, content={}, checksum="x")


def broken(row):
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_network_has_one_open_day_a_date():
    first = OpenDayFactory()

    broken(OpenDayFactory.build(network=first.network))


def test_open_day_closes_after_it_opens():
    open_day = OpenDayFactory()
    open_day.closes_at = open_day.opens_at

    with pytest.raises(ValidationError, match=r"Closing time must be later than opening time\."):
        open_day.validate_constraints()
    broken(open_day)


def test_site_has_one_programme_an_open_day():
    first = ProgrammeFactory()

    broken(ProgrammeFactory.build(open_day=first.open_day, site=first.site))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends_at": NINE}, "A session ends later than it starts."),
        ({"seats": 0}, "A session has at least one seat."),
    ],
)
def test_session_is_sound(changes, sentence):
    session = SessionFactory()
    for name, value in changes.items():
        setattr(session, name, value)

    with pytest.raises(ValidationError, match=sentence):
        session.validate_constraints()
    broken(session)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL excludes periods")
def test_room_is_used_once_at_a_time():
    first = SessionFactory()
    again = SessionFactory(programme=first.programme, room=first.room, starts_at=NINE + HOUR, ends_at=NINE + 2 * HOUR)
    again.starts_at = NINE

    broken(again)


def test_release_number_is_given_once():
    programme = SessionFactory().programme
    release(1, programme).save()

    broken(release(1, programme))
    broken(release(0, programme))


def test_latest_of_each_finds_the_highest_number_of_every_programme():
    first, second = SessionFactory().programme, SessionFactory().programme
    for number, programme in ((1, first), (2, first), (10, first), (1, second)):
        release(number, programme).save()

    latest = Release.objects.filter(programme__in=[first, second]).latest_of_each().order_by("programme")

    assert list(latest.values_list("programme", "number")) == [(first.pk, 10), (second.pk, 1)]


def test_open_days_are_upcoming_on_the_day_itself():
    OpenDayFactory()

    assert OpenDay.objects.upcoming(today=DAY).exists()
    assert not OpenDay.objects.past(today=DAY).exists()
    assert OpenDay.objects.past(today=DAY + dt.timedelta(days=1)).exists()


def test_names_and_addresses_are_readable():
    session = SessionFactory(title_fr="Atelier", title_en="Workshop")
    released = release_programme(programme=session.programme, by=None, now=NOW)

    assert str(session) == "Workshop"
    assert str(released) == f"{session.programme} · 1"
    assert session.programme.open_day.get_absolute_url() == "/en/open-days/2027-02-24/"
    assert str(session.public_id) in session.get_absolute_url()


@pytest.mark.parametrize("model", [OpenDay, Session, Release])
def test_every_column_is_classified_for_privacy(model):
    assert not unclassified_fields(model)


def test_overlapping_periods_are_half_open():
    session = SessionFactory()

    assert not Session.objects.overlapping(NINE + HOUR, NINE + 2 * HOUR).exists()
    assert list(Session.objects.overlapping(NINE + HOUR / 2, NINE + 2 * HOUR)) == [session]


def test_room_check_is_known_to_postgresql_only():
    session = SessionFactory()
    twin = SessionFactory.build(programme=session.programme, room=session.room)

    if connection.vendor == "postgresql":
        with pytest.raises(ValidationError, match=r"This room is already used at this time\."):
            twin.validate_constraints()
    else:
        twin.validate_constraints()
