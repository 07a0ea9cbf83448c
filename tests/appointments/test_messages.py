import datetime as dt
import smtplib
from types import SimpleNamespace

import pytest
from django.core import mail
from django.db import connection
from icalendar import Calendar

from appointments import tasks
from appointments.enums import MessageKind
from appointments.models import Message
from appointments.querysets import CLAIM_LASTS
from appointments.services import (
    VisitorDetails,
    book_appointment,
    cancel_appointment,
    forget_visitor,
    move_appointment,
    secret_of,
    send_due_messages,
)
from appointments.services.messages import MOST_REFUSALS, claim, is_permanent
from sites.models import User
from tests.factories.appointments import NOW, TUESDAY_AT_9, ShiftFactory, offer
from tests.factories.sites import SiteFactory, ThemeFactory

pytestmark = pytest.mark.django_db

LENGTH = dt.timedelta(minutes=45)
NEXT_WEEK = TUESDAY_AT_9 + dt.timedelta(weeks=1)


def book(*, starts_at=NEXT_WEEK, language="en", email="robin@example.org", site=None):
    _service, site, theme = offer(site=site, starts_at=starts_at, theme=ThemeFactory(name_en="Secret theme"))
    details = VisitorDetails(alias="Robin", email=email, phone="+3281123456", language=language)
    return book_appointment(site=site, theme=theme, language="fr", starts_at=starts_at, now=NOW, details=details)


def owed(appointment):
    rows = appointment.messages.filter(sent_at=None).order_by("due_at", "pk")
    return list(rows.values_list("kind", "due_at"))


def test_booking_owes_a_confirmation_and_reminders():
    appointment = book()

    assert owed(appointment) == [
        (MessageKind.CONFIRMATION, NOW),
        (MessageKind.REMINDER, NEXT_WEEK - dt.timedelta(hours=48)),
        (MessageKind.REMINDER, NEXT_WEEK - dt.timedelta(hours=3)),
    ]


def test_late_booking_owes_only_the_reminders_still_ahead():
    appointment = book(starts_at=TUESDAY_AT_9)

    assert owed(appointment)[1:] == [(MessageKind.REMINDER, TUESDAY_AT_9 - dt.timedelta(hours=3))]


def test_booking_without_an_address_owes_nothing():
    appointment = book(email="")

    assert appointment.visitor.alias == "Robin"
    assert owed(appointment) == []


def test_demo_owes_one_more_reminder_soon(settings):
    settings.PORTAL_DEMO_REMINDER_SECONDS = 60

    appointment = book()

    assert owed(appointment)[1] == (MessageKind.REMINDER, NOW + dt.timedelta(seconds=60))


def test_moving_plans_the_reminders_anew():
    appointment = book()
    ShiftFactory(duty=appointment.site.duties.get(), starts_at=NEXT_WEEK + dt.timedelta(days=1))
    send_due_messages(now=NOW)

    moved = move_appointment(appointment=appointment, starts_at=NEXT_WEEK + dt.timedelta(days=1), now=NOW)

    assert owed(moved) == [
        (MessageKind.MOVED, NOW),
        (MessageKind.REMINDER, NEXT_WEEK - dt.timedelta(hours=24)),
        (MessageKind.REMINDER, NEXT_WEEK + dt.timedelta(hours=21)),
    ]


def test_cancelling_owes_nothing_but_the_word_of_it():
    appointment = book()

    cancelled = cancel_appointment(appointment=appointment, now=NOW)

    assert owed(cancelled) == [(MessageKind.CANCELLED, NOW)]


def test_due_message_is_sent_once():
    appointment = book()

    sent = [send_due_messages(now=NOW + dt.timedelta(seconds=n)) for n in range(3)]

    assert sent == [1, 0, 0]
    assert [message.to for message in mail.outbox] == [["robin@example.org"]]
    assert appointment.messages.get(kind=MessageKind.CONFIRMATION).sent_at == NOW


def test_reminder_waits_for_its_time():
    book()
    send_due_messages(now=NOW)
    due_at = NEXT_WEEK - dt.timedelta(hours=48)

    sent = [send_due_messages(now=moment) for moment in (due_at - dt.timedelta(seconds=1), due_at)]

    assert sent == [0, 1]
    assert mail.outbox[-1].subject == "A reminder of your appointment"


def test_reminder_of_a_moment_that_is_past_is_dropped():
    appointment = book()

    send_due_messages(now=NEXT_WEEK)

    assert [message.subject for message in mail.outbox] == ["Your appointment is booked"]
    assert owed(appointment) == []


def test_message_to_an_erased_visitor_is_dropped():
    appointment = book()
    appointment.visitor.delete()

    assert send_due_messages(now=NOW) == 0
    assert mail.outbox == []
    assert not appointment.messages.filter(due_at__lte=NOW).exists()


def test_forgetting_the_visitor_drops_every_message():
    appointment = book()

    forget_visitor(appointment=appointment)

    assert owed(appointment) == []


def test_message_held_by_another_worker_is_left_alone():
    appointment = book()
    pk = appointment.messages.get(kind=MessageKind.CONFIRMATION).pk

    taken = [claim(pk, now=NOW) for _worker in range(2)]

    assert taken == [True, False]
    assert send_due_messages(now=NOW) == 0


def test_message_of_a_killed_worker_is_sent_once_its_claim_lapses():
    appointment = book()
    claim(appointment.messages.get(kind=MessageKind.CONFIRMATION).pk, now=NOW)

    sent = [
        send_due_messages(now=NOW + CLAIM_LASTS - dt.timedelta(seconds=1)),
        send_due_messages(now=NOW + CLAIM_LASTS),
    ]

    assert sent == [0, 1]


def test_message_taken_between_the_look_and_the_claim_is_left_alone(monkeypatch):
    book()
    monkeypatch.setattr("appointments.services.messages.claim", lambda _pk, now: False)

    assert send_due_messages(now=NOW) == 0


def test_message_dropped_while_claimed_is_not_sent(monkeypatch):
    book()

    def claim_and_lose(pk, now):
        Message.objects.filter(pk=pk).delete()
        return True

    monkeypatch.setattr("appointments.services.messages.claim", claim_and_lose)

    assert send_due_messages(now=NOW) == 0
    assert mail.outbox == []


REFUSED = smtplib.SMTPRecipientsRefused({"robin@example.org": (550, b"robin unknown")})
BUSY = smtplib.SMTPRecipientsRefused({"robin@example.org": (451, b"robin later")})


@pytest.fixture
def outage(monkeypatch):
    def fail(error, until=None):
        def send(message):
            if until is not None and clock.now >= until:
                mail.outbox.append(message)
                return
            raise error

        monkeypatch.setattr("django.core.mail.EmailMessage.send", send)

    clock = SimpleNamespace(fail=fail, now=NOW)
    return clock


def tick(clock, *, until):
    """Let beat tick each minute; when something was tried, in minutes from now."""
    tried, before = [], 0
    while clock.now < until:
        send_due_messages(now=clock.now)
        attempts = sum(
            Message.objects.filter(kind__in=("CONFIRMATION", "CANCELLED")).values_list("attempts", flat=True)
        )
        if attempts > before:
            tried.append((clock.now - NOW) // dt.timedelta(minutes=1))
        before = attempts
        clock.now += dt.timedelta(minutes=1)
    return tried


@pytest.mark.parametrize("error", [ConnectionRefusedError("robin"), smtplib.SMTPServerDisconnected("robin"), BUSY])
def test_message_survives_an_outage_of_the_mail_server(outage, caplog, error):
    appointment = book()
    outage.fail(error, until=NOW + dt.timedelta(hours=4))

    tried = tick(outage, until=NOW + dt.timedelta(hours=6))

    assert tried == [0, 1, 3, 8, 23, 53, 113, 173, 233, 293]
    assert [message.subject for message in mail.outbox] == ["Your appointment is booked"]
    assert appointment.messages.get(kind=MessageKind.CONFIRMATION).sent_at is not None
    assert type(error).__name__ in caplog.text
    assert "robin" not in caplog.text


@pytest.mark.logs_errors
def test_message_refused_for_good_is_given_up_after_five_tries(outage, caplog):
    appointment = book()
    outage.fail(REFUSED)

    tried = tick(outage, until=NOW + dt.timedelta(hours=3))

    message = appointment.messages.get(kind=MessageKind.CONFIRMATION)
    assert tried == [0, 1, 3, 8, 23]
    assert (message.refusals, message.sent_at) == (MOST_REFUSALS, None)
    assert message.given_up_at == NOW + dt.timedelta(minutes=23)
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert errors == [f"Message {message.pk} (CONFIRMATION) is given up after 5 tries"]
    assert "robin" not in caplog.text


@pytest.mark.logs_errors
@pytest.mark.parametrize(("is_cancelled", "hours"), [(False, 25), (True, 49)])
def test_message_is_tried_until_it_is_of_no_use_any_more(outage, caplog, is_cancelled, hours):
    appointment = book(starts_at=TUESDAY_AT_9)
    kind = MessageKind.CANCELLED if is_cancelled else MessageKind.CONFIRMATION
    if is_cancelled:
        cancel_appointment(appointment=appointment, now=NOW)
    outage.fail(OSError())
    end = NOW + dt.timedelta(hours=hours)
    outage.now = NOW
    while outage.now < end + dt.timedelta(hours=2):
        send_due_messages(now=outage.now)
        outage.now += dt.timedelta(minutes=30)

    message = appointment.messages.get(kind=kind)
    assert end <= message.given_up_at <= end + dt.timedelta(hours=1)
    assert "is given up after" in caplog.text


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (REFUSED, True),
        (BUSY, False),
        (smtplib.SMTPDataError(554, b""), True),
        (smtplib.SMTPDataError(452, b""), False),
        (smtplib.SMTPSenderRefused(550, b"", ""), True),
        (smtplib.SMTPConnectError(554, b""), False),
        (smtplib.SMTPAuthenticationError(535, b""), False),
        (smtplib.SMTPServerDisconnected(), False),
        (TimeoutError(), False),
    ],
)
def test_only_a_refusal_of_the_message_itself_is_permanent(error, expected):
    assert is_permanent(error) is expected


def test_one_failing_message_does_not_hold_up_the_next(monkeypatch):
    book(), book()
    refused = []

    def refuse_first(message):
        if not refused:
            refused.append(message)
            raise OSError
        mail.outbox.append(message)

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse_first)

    assert send_due_messages(now=NOW) == 1


def test_mail_is_written_in_the_visitors_language_with_its_link(settings):
    appointment = book(language="nl", site=SiteFactory(street="Rue Neuve 1"))

    send_due_messages(now=NOW)

    message = mail.outbox[0]
    assert f"{settings.PORTAL_BASE_URL}/nl/b/{secret_of(appointment)}/" in message.body
    assert appointment.code in message.body
    assert "09:00" in message.body
    assert "Rue Neuve 1, 5000 Namur" in message.body


def test_mail_says_when_the_street_is_unknown():
    book()

    send_due_messages(now=NOW)

    assert "(street to be confirmed)" in mail.outbox[0].body


def test_mail_carries_the_calendar_file():
    appointment = book()

    send_due_messages(now=NOW)

    name, content, kind = mail.outbox[0].attachments[0]
    assert (name, kind) == ("appointment.ics", "text/calendar")
    assert Calendar.from_ical(content).walk("VEVENT")[0].decoded("dtstart") == appointment.starts_at


def test_mails_name_no_theme_no_advisor_and_no_person_in_the_subject():
    appointment = book()
    User.objects.update(display_name="Zoe Advisor")
    ShiftFactory(duty=appointment.site.duties.get(), starts_at=NEXT_WEEK + dt.timedelta(days=1))
    send_due_messages(now=NOW)
    appointment = move_appointment(appointment=appointment, starts_at=NEXT_WEEK + dt.timedelta(days=1), now=NOW)
    send_due_messages(now=NEXT_WEEK)
    cancel_appointment(appointment=appointment, now=NOW)
    send_due_messages(now=NOW)

    everything = "".join(f"{m.subject} {m.body} {m.attachments}" for m in mail.outbox)
    assert sorted({m.subject for m in mail.outbox}) == [
        "A reminder of your appointment",
        "Your appointment has a new time",
        "Your appointment is booked",
        "Your appointment is cancelled",
    ]
    assert "Secret theme" not in everything
    assert "Zoe" not in everything
    assert "Robin" not in "".join(m.subject for m in mail.outbox)


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_mails_are_plain_text_in_every_language(language):
    book(language=language, site=SiteFactory(name="L'Étape & <Co>"))

    send_due_messages(now=NOW)

    assert "L'Étape & <Co>" in mail.outbox[0].body


def test_booking_wakes_the_worker_after_the_commit(django_capture_on_commit_callbacks, monkeypatch):
    woken = []
    monkeypatch.setattr(tasks.send_due_messages, "delay", lambda: woken.append(connection.in_atomic_block))

    with django_capture_on_commit_callbacks(execute=True):
        book()
        before = list(woken)

    assert before == []
    assert len(woken) == 1


@pytest.mark.logs_errors
@pytest.mark.django_db(transaction=True)
def test_booking_stands_when_the_broker_is_down(monkeypatch):
    def refuse():
        raise ConnectionRefusedError

    monkeypatch.setattr(tasks.send_due_messages, "delay", refuse)

    appointment = book()

    assert appointment.messages.filter(sent_at=None).count() == 3


def test_task_sends_what_is_due(monkeypatch):
    asked = []
    monkeypatch.setattr("appointments.services.send_due_messages", lambda **given: asked.append(given))

    tasks.send_due_messages(anything="an older beat may pass")

    assert set(asked[0]) == {"now"}


def test_task_extends_the_rota(monkeypatch):
    asked = []
    monkeypatch.setattr("appointments.services.extend_rota", lambda **given: asked.append(given))

    tasks.extend_rota()

    assert set(asked[0]) == {"now"}


def test_task_scrubs_past_appointments(monkeypatch):
    asked = []
    monkeypatch.setattr("appointments.services.scrub_past_appointments", lambda **given: asked.append(given))

    tasks.scrub_past_appointments(anything="an older beat may pass")

    assert set(asked[0]) == {"now"}
