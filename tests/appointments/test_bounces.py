import datetime as dt
import io
import json
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from appointments.enums import Failure, Medium, MessageKind
from appointments.models import Message
from appointments.services import forget_visitor, send_due_messages, take_bounce, take_text_failure
from appointments.services.messages.marks import find_marked, mark_of
from tests.appointments.mailing import MOBILE, NEXT_WEEK, book
from tests.factories.appointments import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(minutes=10)
REPORT = """\
From: MAILER-DAEMON@mail.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your mail could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; robin@example.org
Action: {action}
Status: {status}

--b
Content-Type: {returned}

{headers}

--b--
"""


def report(*, to="portal@localhost", action="failed", status="5.1.1", returned="message/rfc822", headers="Subject: x"):
    text = REPORT.format(to=to, action=action, status=status, returned=returned, headers=headers)
    return text.encode()


@pytest.fixture
def sent():
    """A confirmation that has left."""

    def send(**given):
        appointment = book(**given)
        send_due_messages(now=NOW)
        message = appointment.messages.get(kind=MessageKind.CONFIRMATION)
        return SimpleNamespace(appointment=appointment, message=message, visitor=appointment.visitor)

    return send


def fates(appointment):
    return list(appointment.messages.order_by("due_at", "pk").values_list("kind", "medium", "failure"))


def test_report_about_our_mail_switches_the_address_off(sent):
    found = sent(phone="")

    is_taken = take_bounce(mail=report(headers=f"X-Portal-Message: {mark_of(found.message.pk)}"), now=LATER)

    found.visitor.refresh_from_db()
    assert is_taken
    assert found.visitor.email_failed_at == LATER
    assert {failure for _kind, _medium, failure in fates(found.appointment)} == {Failure.BOUNCED}
    assert not found.appointment.messages.filter(given_up_at=None).exists()


def test_message_that_came_back_goes_as_a_text_with_all_that_follows(sent, capsys):
    found = sent(phone=MOBILE)

    take_bounce(mail=report(headers=f"X-Portal-Message: {mark_of(found.message.pk)}"), now=LATER)
    count = send_due_messages(now=LATER)

    assert count == 1
    assert [(medium, failure) for _kind, medium, failure in fates(found.appointment)] == [(Medium.SMS, "")] * 3
    assert f"To: {MOBILE}\nBooked: " in capsys.readouterr().out


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize("header", ["X-Portal-Message: {}", "Message-ID: <{}@portal.example>", "message-id: <{}@x>"])
def test_mark_is_found_in_what_the_report_returns(sent, returned, header):
    found = sent()

    mark = mark_of(found.message.pk)

    assert take_bounce(mail=report(returned=returned, headers=header.format(mark)), now=LATER)


def test_mark_is_found_in_the_address_that_the_report_came_to(sent, settings):
    settings.MAIL_BOUNCE_ADDRESS = "bounces@portal.example"
    found = sent()

    (sender,) = {message.from_email for message in mail.outbox}

    assert mail.outbox[0].message()["From"] == settings.DEFAULT_FROM_EMAIL
    assert sender == f"bounces+{mark_of(found.message.pk)}@portal.example"
    assert take_bounce(mail=report(to=sender.upper()), now=LATER)


def test_mail_carries_its_mark_and_says_that_a_machine_wrote_it(sent):
    found = sent()

    headers = mail.outbox[0].message()

    mark = mark_of(found.message.pk)
    assert headers["X-Portal-Message"] == mark
    assert headers["Message-ID"] == f"<{mark}@localhost>"
    assert headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    "given",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"action": "failed", "status": "4.4.7"},
        {"action": "delayed", "status": "5.1.1"},
        {"action": "delivered", "status": "2.0.0"},
    ],
)
def test_report_of_anything_but_a_final_failure_is_ignored(sent, given):
    found = sent()

    headers = f"X-Portal-Message: {mark_of(found.message.pk)}"

    assert not take_bounce(mail=report(headers=headers, **given), now=LATER)
    assert not Message.objects.exclude(failure="").exists()


def test_forged_mark_does_nothing(sent):
    found = sent()
    proof = mark_of(found.message.pk).partition("-")[2]
    forged = [
        f"{found.message.pk}-{'0' * 32}",
        f"{found.message.pk + 1}-{proof}",
        str(found.message.pk),
        f"9{'9' * 30}-{proof}",
    ]

    taken = [take_bounce(mail=report(headers=f"X-Portal-Message: {mark}"), now=LATER) for mark in forged]

    found.visitor.refresh_from_db()
    assert taken == [False] * 4
    assert found.visitor.email_failed_at is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: out of office\n\nI am away. {mark}",
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nStatus: 5\n",
        b"Content-Type: multipart/report; boundary=b\nTo: {mark}\n\n--b\nContent-Type: message/delivery-status\n\n",
        b"Content-Type: multipart/report\nContent-Type: multipart/report\n\n",
    ],
)
def test_any_other_mail_does_nothing(sent, content):
    found = sent()

    mark = mark_of(found.message.pk).encode()

    assert not take_bounce(mail=content.replace(b"{mark}", mark), now=LATER)


def test_same_report_twice_is_one_report(sent):
    found = sent(phone="")
    content = report(headers=f"X-Portal-Message: {mark_of(found.message.pk)}")

    taken = [take_bounce(mail=content, now=LATER + dt.timedelta(minutes=n)) for n in range(2)]

    found.visitor.refresh_from_db()
    assert taken == [True, False]
    assert found.visitor.email_failed_at == LATER


def test_report_about_a_visitor_who_is_erased_does_nothing(sent):
    found = sent()
    forget_visitor(appointment=found.appointment)

    assert not take_bounce(mail=report(headers=f"X-Portal-Message: {mark_of(found.message.pk)}"), now=LATER)


def test_message_that_came_back_too_late_is_not_sent_again(sent):
    found = sent(phone=MOBILE)

    take_bounce(mail=report(headers=f"X-Portal-Message: {mark_of(found.message.pk)}"), now=NEXT_WEEK)

    found.message.refresh_from_db()
    assert (found.message.failure, found.message.medium) == (Failure.BOUNCED, Medium.EMAIL)


def test_mark_cannot_be_made_without_the_secret_key(sent, settings):
    mark = mark_of(sent().message.pk)

    settings.SECRET_KEY = "another" * 10

    assert find_marked(mark) is None


def test_command_takes_a_mail_from_its_input_and_says_nothing_of_anybody(sent, monkeypatch, capsys):
    found = sent(phone="")
    mails = [report(headers=f"X-Portal-Message: {mark_of(found.message.pk)}"), b"Subject: nothing\n\nat all"]

    for content in mails:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
        call_command("read_bounce")

    assert capsys.readouterr().out == "An address is switched off.\nNothing to do.\n"


TOKEN = "a-long-random-token-of-the-carrier"


@pytest.fixture
def hook(client, settings):
    settings.SMS_HOOK_TOKEN = TOKEN

    def tell(content, *, token=TOKEN):
        body = content if isinstance(content, (str, bytes)) else json.dumps(content)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return client.post(reverse("hooks:texts"), body, content_type="application/json", headers=headers)

    return tell


def test_carrier_reports_a_text_that_did_not_arrive(sent, hook):
    found = sent(email="", phone=MOBILE)

    answer = hook({"key": found.message.provider_key, "status": "failed"})

    found.visitor.refresh_from_db()
    assert answer.status_code == 204
    assert found.visitor.phone_failed_at is not None
    assert {failure for _kind, _medium, failure in fates(found.appointment)} == {Failure.BOUNCED}


def test_carrier_reports_a_text_that_arrived(sent, hook):
    found = sent(email="", phone=MOBILE)

    answer = hook({"key": found.message.provider_key, "status": "delivered"})

    found.visitor.refresh_from_db()
    assert answer.status_code == 204
    assert found.visitor.phone_failed_at is None


def test_report_about_an_unknown_text_is_not_found(hook):
    assert hook({"key": "nothing", "status": "failed"}).status_code == 404


def test_report_of_a_carrier_cannot_switch_off_an_address_of_a_mail(sent):
    found = sent()

    assert not take_text_failure(key="", now=LATER)
    assert not take_text_failure(key=mark_of(found.message.pk), now=LATER)


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "é"])
def test_hook_asks_for_its_token(sent, hook, token):
    found = sent(email="", phone=MOBILE)

    answer = hook({"key": found.message.provider_key, "status": "failed"}, token=token)

    found.visitor.refresh_from_db()
    assert answer.status_code == 401
    assert found.visitor.phone_failed_at is None


def test_hook_without_a_token_does_not_exist(hook, settings):
    settings.SMS_HOOK_TOKEN = ""

    answers = [hook({"key": "x", "status": "failed"}, token=token) for token in ("", TOKEN)]

    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 4000,
        b"\xff\xfe",
        {"key": "x"},
        {"status": "failed"},
        {"key": 7, "status": "failed"},
        {"key": "x", "status": "lost"},
        {"key": "x", "status": ["failed"]},
        {"key": "\0", "status": "failed"},
        {"key": "\ud800", "status": "failed"},
        {"key": "x" * 101, "status": "failed"},
    ],
)
def test_hook_refuses_what_it_does_not_understand(hook, content):
    assert hook(content).status_code == 400


def test_hook_reads_no_large_body(hook):
    assert hook("x" * 5000).status_code == 413


def test_hook_answers_to_nothing_but_a_post(client, hook):
    assert client.get(reverse("hooks:texts")).status_code == 405


def test_hook_needs_no_cookie_and_no_token_of_a_form(sent, settings):
    settings.SMS_HOOK_TOKEN = TOKEN
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(
        reverse("hooks:texts"),
        '{"key": "x", "status": "delivered"}',
        content_type="application/json",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )

    assert answer.status_code == 204
    assert not answer.cookies
