import contextlib
import datetime as dt
import signal
import subprocess
import sys
import time
import uuid

import pytest
from django.core import mail
from django.db import connection

from appointments.enums import MessageKind
from appointments.models import Appointment, Message
from appointments.querysets import CLAIM_LASTS
from appointments.services import VisitorDetails, book_appointment, send_due_messages
from tests.factories.appointments import NO_HOLIDAYS, NOW, TUESDAY_AT_9, offer
from tests.factories.sites import SiteFactory
from tests.processes import PATIENCE, ROOT, environment, outcomes_of, told_by

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

LENGTH = dt.timedelta(minutes=45)
LAST_LINE = "-" * 79 + "\n"  # after each mail in a file of Django
NO_OVERLAP = next(one for one in Appointment._meta.constraints if one.name == "appointment_one_at_a_time")


def race(site, theme, starts, *options, now=NOW, **env):
    asked = ["--site", str(site.pk), "--theme", str(theme.pk), "--now", now.isoformat(), *options]
    return told_by("tests.appointments.race", *asked, "--starts", *[moment.isoformat() for moment in starts], **env)


@pytest.mark.parametrize("number", [2, 50])
def test_one_slot_is_won_by_exactly_one_and_the_others_are_offered_the_next(number):
    _service, site, theme = offer()

    found = race(site, theme, [TUESDAY_AT_9] * number)

    next_three = [(TUESDAY_AT_9 + LENGTH * n).isoformat() for n in (1, 2, 3)]
    assert outcomes_of(found) == {"booked": 1, "taken": number - 1}
    assert all(one["offered"] == next_three for one in found if one["outcome"] == "taken")
    assert Appointment.objects.count() == 1


def test_as_many_slots_as_visitors_are_all_given():
    _service, site, theme = offer(advisors=13)
    starts = [TUESDAY_AT_9 + LENGTH * n for n in range(4)] * 13

    found = race(site, theme, starts[:50])

    assert outcomes_of(found) == {"booked": 50}
    held = Appointment.objects.values_list("advisor", "starts_at")
    assert len(set(held)) == 50


def test_button_pressed_many_times_at_once_books_once():
    _service, site, theme = offer(advisors=3)

    found = race(site, theme, [TUESDAY_AT_9] * 6, "--token", str(uuid.uuid4()))

    assert outcomes_of(found) == {"booked": 6}
    assert len({one["id"] for one in found}) == Appointment.objects.count() == 1


@contextlib.contextmanager
def without_constraint():
    with connection.schema_editor() as editor:
        editor.remove_constraint(Appointment, NO_OVERLAP)
    try:
        yield
    finally:
        Appointment.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Appointment, NO_OVERLAP)


def test_control_without_the_guard_the_slot_is_given_twice():
    _service, site, theme = offer()

    with without_constraint():
        found = race(site, theme, [TUESDAY_AT_9] * 2, "--unguarded")

        assert outcomes_of(found) == {"booked": 2}
        assert Appointment.objects.filter(starts_at=TUESDAY_AT_9).count() == 2


def test_message_of_a_worker_killed_while_sending_is_sent_by_the_next():
    _service, site, theme = offer()
    details = VisitorDetails(email="robin@example.org", language="en")
    book_appointment(site=site, theme=theme, language="fr", starts_at=TUESDAY_AT_9, now=NOW, details=details)
    # The eager task of the test settings goes by the real clock, which may be later than NOW.
    Message.objects.update(sent_at=None, claimed_at=None, attempts=0)
    mail.outbox.clear()

    line = [sys.executable, "-m", "tests.appointments.killed_sender", NOW.isoformat()]
    killed = subprocess.run(line, check=False, cwd=ROOT, env=environment(), timeout=PATIENCE)

    assert killed.returncode == -signal.SIGKILL
    sent = [send_due_messages(now=NOW + wait) for wait in (dt.timedelta(minutes=1), CLAIM_LASTS, CLAIM_LASTS * 2)]
    assert sent == [0, 1, 0]
    assert len(mail.outbox) == 1


@contextlib.contextmanager
def worker(folder, env):
    line = [sys.executable, "-m", "celery", "--quiet", "--app", "citemetiers", "worker", "--beat", "--pool", "solo"]
    line += ["--loglevel", "error", "--schedule", str(folder / "beat"), "--without-gossip", "--without-mingle"]
    process = subprocess.Popen(line, cwd=ROOT, env=env, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_mails(folder, number):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        # A mail is there once it is whole: Django opens the file first, and ends each mail with a line.
        mails = [mail for path in sorted(folder.glob("*.log")) for mail in path.read_text().split(LAST_LINE)[:-1]]
        if len(mails) >= number:
            return mails
        time.sleep(0.3)
    raise AssertionError(f"{number} mails were expected within {PATIENCE} s")


def test_booking_in_one_process_is_confirmed_and_reminded_by_the_worker(tmp_path):
    for name in ("queue", "control", "processed", "mail"):
        (tmp_path / name).mkdir()
    more = {
        "DJANGO_SETTINGS_MODULE": "citemetiers.settings",
        "CELERY_BROKER_FOLDER": str(tmp_path),
        "EMAIL_URL": f"filemail:///{tmp_path / 'mail'}",
        "CACHE_URL": "locmemcache://",
        "DEMO": "0",
        "PORTAL_REMINDER_HOURS": "3",
        "C_FORCE_ROOT": "1",
    }
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    # Within an hour of the booking nobody is reminded: the reminder is due later, and brought forward below.
    starts_at = now + dt.timedelta(hours=5)
    _service, site, theme = offer(site=SiteFactory(network__country=NO_HOLIDAYS, timezone="UTC"), starts_at=starts_at)

    with worker(tmp_path, environment(**more)):
        found = race(site, theme, [starts_at], "--email", "robin@example.org", now=now, **more)
        confirmed = wait_for_mails(tmp_path / "mail", 1)
        # Beat must find by itself what is due.
        Message.objects.filter(kind=MessageKind.REMINDER).update(due_at=now)
        reminded = wait_for_mails(tmp_path / "mail", 2)

    assert outcomes_of(found) == {"booked": 1}
    assert "Subject: Your appointment is booked" in confirmed[0]
    assert "robin@example.org" in confirmed[0]
    subjects = sorted(line for text in reminded for line in text.splitlines() if line.startswith("Subject:"))
    assert subjects == ["Subject: A reminder of your appointment", "Subject: Your appointment is booked"]
    assert Message.objects.filter(sent_at=None).count() == 0
