import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from activities.models import OpenDay, Release
from appointments.models import Appointment, Duty, QueueObservation, Seating, Shift, Ticket
from citemetiers import demo
from reporting.models import PublishedFigure
from sites.enums import Role
from sites.models import Desk, Site, User
from visitors.models import Contact, SurveyAnswer

pytestmark = pytest.mark.django_db

COUNTED = (
    User,
    Duty,
    Shift,
    Appointment,
    Contact,
    OpenDay,
    Release,
    Desk,
    Seating,
    Ticket,
    QueueObservation,
    SurveyAnswer,
)


THURSDAY = dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC)
MONDAY_A_YEAR_LATER = dt.datetime(2027, 11, 29, 9, tzinfo=dt.UTC)


def _load(now: dt.datetime) -> list[str]:
    steps: list[str] = []
    demo.load(now=now, say=steps.append)
    return steps


@pytest.fixture(scope="module")
def steps(lasting_rows: None) -> list[str]:
    """The demonstration as it is loaded from nothing: it takes seconds, so once."""
    return _load(THURSDAY)


def _is_alive(now: dt.datetime) -> bool:
    return Appointment.objects.filter(advisor__email="advisor@demo.example", starts_at__gt=now).exists()


def test_load_tells_each_step_and_holds_every_room(steps: list[str]) -> None:
    assert len(steps) == 9
    assert Site.objects.count() == 13
    assert PublishedFigure.objects.count() == 15
    assert Release.objects.count() == 12
    assert set(Role.values) == set(
        User.objects.filter(memberships__isnull=False).values_list("memberships__role", flat=True)
    )
    assert not Contact.objects.filter(is_illustrative=False).exists()
    assert not QueueObservation.objects.filter(is_illustrative=False).exists()
    assert not SurveyAnswer.objects.filter(is_illustrative=False).exists()


def test_load_twice_adds_nothing(steps: list[str]) -> None:
    before = [model.objects.count() for model in COUNTED]

    _load(THURSDAY)

    assert [model.objects.count() for model in COUNTED] == before


def test_advisor_of_the_demo_has_an_agenda_with_visitors_who_stay_nobody(steps: list[str]) -> None:
    advisor = User.objects.get(email="advisor@demo.example")
    booked = Appointment.objects.filter(site__slug="namur", starts_at__gt=THURSDAY)
    days = {timezone.localdate(one.starts_at, timezone=one.site.tz) for one in booked}
    assert _is_alive(THURSDAY)
    assert advisor.duties.exists()
    assert booked.count() == 4
    assert len(days) == 2
    assert min(days) > timezone.localdate(THURSDAY)
    assert not Appointment.objects.filter(visitor__isnull=False).exists()


def test_load_a_year_later_has_free_moments_an_agenda_and_an_open_day_ahead(steps: list[str]) -> None:
    later = MONDAY_A_YEAR_LATER

    _load(later)

    ahead = Shift.objects.filter(starts_at__gt=later, starts_at__lt=later + dt.timedelta(days=5))
    assert ahead.values("site").distinct().count() == 13
    assert OpenDay.objects.filter(day__gt=later.date()).exists()
    assert _is_alive(later)


def test_welcome_names_address_accounts_password_and_mail_folder(settings: Any) -> None:
    settings.EMAIL_FILE_PATH = "somewhere/mail"

    text = demo.welcome("http://localhost:8123/", seconds=3.2)

    assert "http://localhost:8123/" in text
    assert all(email in text for email, _role in demo.accounts())
    assert "admin@demo.example" in text
    assert demo.PASSWORD in text
    assert "somewhere/mail" in text


def test_demo_command_refuses_to_run_outside_a_demo(settings: Any) -> None:
    settings.DEMO = False

    with pytest.raises(ImproperlyConfigured, match="only where DEMO=1"):
        call_command("demo")


def test_demo_command_names_a_wrong_port(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEMO = True
    monkeypatch.setenv("PORT", "web")

    with pytest.raises(CommandError, match="no port number"):
        call_command("demo")


def test_demo_command_names_a_database_that_cannot_be_reached(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEMO = True

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr("citemetiers.management.commands.demo.call_command", refuse)

    with pytest.raises(CommandError) as refused:
        call_command("demo", prepare_only=True, stdout=StringIO())

    assert str(refused.value) == "The database cannot be reached (connection refused). Check DATABASE_URL."
