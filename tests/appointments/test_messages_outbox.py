import datetime as dt
import smtplib
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.db import connection

from appointments.enums import Failure, Medium, MessageKind
from appointments.models import Message
from appointments.querysets import CLAIM_LASTS
from appointments.services import cancel_appointment, send_due_messages
from appointments.services.messages.carriers import MOST_FAILURES, is_address_dead, is_permanent
from appointments.services.messages.outbox import MOST_REFUSALS, claim
from appointments.texting import NumberRefused, TextError, TextRefused
from tests.appointments.mailing import MOBILE, NEXT_WEEK, book, owed
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory
from tests.factories.visitors import VisitorFactory

pytestmark = pytest.mark.django_db


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
    monkeypatch.setattr("appointments.services.messages.outbox.claim", lambda _pk, now: False)

    assert send_due_messages(now=NOW) == 0


def test_message_dropped_while_claimed_is_not_sent(monkeypatch):
    book()

    def claim_and_lose(pk, now):
        Message.objects.filter(pk=pk).delete()
        return True

    monkeypatch.setattr("appointments.services.messages.outbox.claim", claim_and_lose)

    assert send_due_messages(now=NOW) == 0
    assert mail.outbox == []


REFUSED = smtplib.SMTPDataError(554, b"robin looks like spam")
GONE = smtplib.SMTPRecipientsRefused({"robin@example.org": (550, b"5.1.1 robin unknown")})
NOT_ALLOWED = smtplib.SMTPRecipientsRefused({"robin@example.org": (550, b"5.7.1 relaying of robin denied")})
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


def test_dead_address_is_left_for_the_telephone_at_once(outage, capsys):
    appointment = book(phone=MOBILE)
    outage.fail(GONE)

    sent = [send_due_messages(now=NOW), send_due_messages(now=NOW)]

    appointment.visitor.refresh_from_db()
    assert sum(sent) == 1
    assert appointment.visitor.email_failed_at == NOW
    assert set(appointment.messages.values_list("medium", "failure")) == {(Medium.SMS, "")}
    assert capsys.readouterr().out.startswith(f"To: {MOBILE}\nBooked: ")


def test_dead_address_without_another_ends_all_that_is_owed(outage, caplog):
    appointment = book(phone="")
    outage.fail(GONE)

    send_due_messages(now=NOW)

    assert set(appointment.messages.values_list("failure", "given_up_at")) == {(Failure.REFUSED, NOW)}
    assert "robin" not in caplog.text


def test_number_that_takes_no_texts_ends_all_that_is_owed(carrier):
    appointment = book(email="", phone=MOBILE)
    carrier.fail(NumberRefused("The carrier answered 422"))

    send_due_messages(now=NOW)

    appointment.visitor.refresh_from_db()
    assert appointment.visitor.phone_failed_at == NOW
    assert set(appointment.messages.values_list("failure", flat=True)) == {Failure.REFUSED}


def test_text_is_tried_again_when_its_carrier_is_away(carrier):
    appointment = book(email="", phone=MOBILE)
    carrier.fail(TextError("The carrier answered 503"))
    first = send_due_messages(now=NOW)
    carrier.fail(None)

    then = [send_due_messages(now=NOW + dt.timedelta(seconds=seconds)) for seconds in (59, 60)]

    message = appointment.messages.get(kind=MessageKind.CONFIRMATION)
    assert (first, then) == (0, [0, 1])
    assert message.provider_key == "their-42"
    assert len(set(carrier.keys)) == 1


@pytest.mark.logs_errors
def test_text_refused_for_good_is_given_up_after_five_tries(carrier):
    appointment = book(email="", phone=MOBILE)
    carrier.fail(TextRefused("The carrier answered 400"))

    for minutes in (0, 1, 3, 8, 23, 60):
        send_due_messages(now=NOW + dt.timedelta(minutes=minutes))

    appointment.visitor.refresh_from_db()
    assert len(carrier.keys) == MOST_REFUSALS
    assert appointment.messages.get(kind=MessageKind.CONFIRMATION).failure == Failure.REFUSED
    assert appointment.visitor.phone_failed_at is None


@pytest.fixture
def carrier(monkeypatch):
    """A carrier of texts that fails as it is told."""
    told = SimpleNamespace(error=None, keys=[])
    told.fail = lambda error: setattr(told, "error", error)

    def send(*, number, text, key):
        told.keys.append(key)
        if told.error is not None:
            raise told.error
        return "their-42"

    told.send = send
    monkeypatch.setattr("appointments.services.messages.carriers.provider_from", lambda _url, token: told)
    return told


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (GONE, True),
        (NOT_ALLOWED, False),
        (BUSY, False),
        (REFUSED, False),
        (NumberRefused(), True),
        (TextRefused(), False),
    ],
)
def test_address_is_dead_only_when_the_refusal_is_about_it(error, expected):
    assert is_address_dead(error) is expected


def owe_more(appointment, number):
    """So many more messages, due now."""
    Message.objects.bulk_create(
        Message(appointment=appointment, kind=MessageKind.MOVED, key=f"more {one}", due_at=NOW) for one in range(number)
    )


def test_mail_server_that_is_down_is_left_in_peace_and_texts_go_on(outage, carrier):
    appointment = book()
    owe_more(appointment, 20)
    book(email="", phone=MOBILE)
    outage.fail(ConnectionRefusedError())

    sent = send_due_messages(now=NOW)

    assert sent == len(carrier.keys) == 1
    assert Message.objects.filter(attempts=1, sent_at=None).count() == MOST_FAILURES
    assert Message.objects.due(now=NOW).count() == 21 - MOST_FAILURES


class CountedSmtp(SmtpBackend):
    """A mail server that counts connections, and hangs up in the middle."""

    def __init__(self, counted):
        super().__init__()
        self.counted = counted

    def open(self):
        if self.connection is not None:
            return False
        self.connection = object()
        self.counted.opened += 1
        return True

    def close(self):
        self.connection = None

    def send_messages(self, mails):
        assert not self.open(), "it was open before"
        self.counted.sent += 1
        self.counted.was_atomic |= connection.in_atomic_block
        if self.counted.sent == self.counted.hangs_up_at:
            raise smtplib.SMTPServerDisconnected
        return len(mails)


@pytest.mark.parametrize(("hangs_up_at", "opened"), [(0, 1), (7, 2)])
@pytest.mark.django_db(transaction=True)
def test_one_connection_serves_a_whole_turn_and_a_lost_one_is_made_anew(monkeypatch, hangs_up_at, opened):
    counted = SimpleNamespace(opened=0, sent=0, hangs_up_at=hangs_up_at, was_atomic=False)
    monkeypatch.setattr("appointments.services.messages.carriers.get_connection", lambda: CountedSmtp(counted))
    owe_more(AppointmentFactory(visitor=VisitorFactory()), 60)

    send_due_messages(now=NOW)

    assert (counted.opened, counted.sent) == (opened, 60)
    assert counted.was_atomic is False
    assert Message.objects.filter(sent_at=None).count() == bool(hangs_up_at)


def test_turn_takes_five_statements_a_mail(django_assert_max_num_queries):
    owe_more(AppointmentFactory(visitor=VisitorFactory()), 10)

    with django_assert_max_num_queries(10 * 5 + 2):
        assert send_due_messages(now=NOW) == 10
