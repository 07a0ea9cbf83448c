import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from activities.models import OpenDay, Release
from appointments.models import Shift
from citemetiers import demo
from reporting.models import PublishedFigure
from sites.enums import Role
from sites.models import Site, User
from visitors.models import Contact

pytestmark = pytest.mark.django_db


def _load(now: dt.datetime) -> list[str]:
    steps: list[str] = []
    demo.load(now=now, say=steps.append)
    return steps


def test_load_tells_each_step_and_holds_every_room() -> None:
    steps = _load(timezone.now())

    assert len(steps) == 5
    assert Site.objects.count() == 13
    assert PublishedFigure.objects.count() == 15
    assert Release.objects.count() == 12
    assert set(Role.values) == set(
        User.objects.filter(memberships__isnull=False).values_list("memberships__role", flat=True)
    )
    assert not Contact.objects.filter(is_illustrative=False).exists()


def test_load_twice_adds_nothing() -> None:
    now = timezone.now()
    _load(now)
    before = [model.objects.count() for model in (User, Shift, Contact, OpenDay, Release)]

    _load(now)

    assert [model.objects.count() for model in (User, Shift, Contact, OpenDay, Release)] == before


def test_load_a_year_later_has_free_moments_and_an_open_day_ahead() -> None:
    now = timezone.now()
    _load(now)
    later = now + dt.timedelta(days=366)

    _load(later)

    ahead = Shift.objects.filter(starts_at__gt=later, starts_at__lt=later + dt.timedelta(days=5))
    assert ahead.values("site").distinct().count() == 13
    assert OpenDay.objects.filter(day__gt=later.date()).exists()


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
