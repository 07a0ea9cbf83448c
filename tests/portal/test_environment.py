import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "SECRET_KEY": "a-long-random-text-of-at-least-32-signs",
    "DATABASE_URL": "sqlite:///:memory:",
    "CELERY_BROKER_URL": "memory://",
}


def _check(**changes: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], **GOOD, **changes}
    line = [sys.executable, "manage.py", "check"]
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE_URL", "nonsense", "DATABASE_URL must start with one of sqlite://"),
        ("DATABASE_URL", "mysql://host/name", "DATABASE_URL must start with one of sqlite://"),
        ("CELERY_BROKER_URL", "carrier-pigeon://roof", "CELERY_BROKER_URL must start with one of filesystem://"),
        ("DEBUG", "perhaps", "DEBUG"),
        ("TRUSTED_PROXY_COUNT", "many", "TRUSTED_PROXY_COUNT cannot be read"),
        ("PORTAL_REMINDER_HOURS", "soon", "PORTAL_REMINDER_HOURS cannot be read"),
        ("SECRET_KEY", "short", "SECRET_KEY is too short"),
        ("CACHE_URL", "carrier-pigeon://roof", "CACHE_URL"),
        ("EMAIL_URL", "carrier-pigeon://roof", "EMAIL_URL"),
        ("DATABASE_URL", "postgres://u@host:abc/db", "DATABASE_URL cannot be read"),
        ("DATABASE_URL", "postgres://[::1/db", "DATABASE_URL"),
        ("EMAIL_URL", "bogus", "EMAIL_URL cannot be read"),
        ("PORTAL_RETENTION_DAYS", "-3", "PORTAL_RETENTION_DAYS is -3, and may not be below 0"),
        ("PORTAL_INVITATION_DAYS", "0", "PORTAL_INVITATION_DAYS is 0, and may not be below 1"),
        ("PORTAL_BASE_URL", "portal.example.org", "PORTAL_BASE_URL must start with one of http://"),
        ("SMS_URL", "carrier-pigeon://roof", "SMS_URL must start with one of consoletext://"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL is “LOUD”. Use one of DEBUG"),
        ("SECRET_KEY_FILE", "/no/such/file", "SECRET_KEY"),
    ],
)
def test_wrong_variable_is_named_in_one_sentence(name: str, value: str, sentence: str) -> None:
    answer = _check(**{name: value})

    assert answer.returncode == 2
    assert answer.stderr.startswith("error: ")
    assert sentence in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "Traceback" not in answer.stderr


def test_missing_secret_is_named_in_one_sentence() -> None:
    answer = _check(SECRET_KEY="")

    assert answer.returncode == 2
    assert "SECRET_KEY" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_good_environment_passes() -> None:
    answer = _check()

    assert answer.returncode == 0, answer.stderr


def test_without_a_carrier_there_are_no_text_messages() -> None:
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "citemetiers.settings", **GOOD}
    script = "from django.conf import settings; print(repr(settings.SMS_URL))"

    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "''"


def test_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(GOOD["SECRET_KEY"])

    answer = _check(SECRET_KEY="", SECRET_KEY_FILE=str(secret))

    assert answer.returncode == 0, answer.stderr


def test_without_an_environment_the_embedded_default_lies_in_its_folder(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "DEMO_DIR": str(tmp_path / "demo")}
    script = "from citemetiers.embedded import apply_defaults; apply_defaults(); import django; django.setup();"
    script += "from django.conf import settings; print(settings.DATABASES['default']['NAME'], settings.DEMO)"

    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert answer.stdout.split() == [str(tmp_path / "demo" / "portal.sqlite3"), "True"]
    assert oct((tmp_path / "demo" / "secret_key").stat().st_mode)[-3:] == "600"
