import datetime as dt
import random
import signal
from collections import Counter

import pytest

from appointments.enums import Medium, MessageKind
from appointments.models import Message
from appointments.querysets import CLAIM_LASTS
from appointments.services.messages.marks import mark_of
from tests.appointments.mailing import MOBILE
from tests.factories.appointments import NOW, TUESDAY_AT_9, AppointmentFactory
from tests.factories.visitors import VisitorFactory
from tests.processes import told_by

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

DUE_AT = TUESDAY_AT_9 - dt.timedelta(hours=3)
LATER = DUE_AT + CLAIM_LASTS


def owe_reminders(number):
    """So many reminders due, every other one a text message; the marks by which the sink names them."""
    visitor = VisitorFactory(email="robin@example.org", phone=MOBILE)
    appointment = AppointmentFactory(visitor=visitor, starts_at=TUESDAY_AT_9)
    Message.objects.bulk_create(
        Message(
            appointment=appointment,
            kind=MessageKind.REMINDER,
            medium=Medium.SMS if one % 2 else Medium.EMAIL,
            key=f"reminder {one}",
            due_at=NOW,
        )
        for one in range(number)
    )
    return {mark_of(pk) for pk in Message.objects.values_list("pk", flat=True)}


def work(sink, *options):
    """Let two workers send at once; how each of them ended, and what was sent how often."""
    asked = ["--now", DUE_AT.isoformat(), *options]
    ends = told_by("tests.appointments.message_workers", *asked, SINK=str(sink))
    return Counter(ends), Counter(sink.read_text().split())


def test_of_a_thousand_reminders_none_is_lost_and_only_a_kill_doubles_one(tmp_path):
    owed = owe_reminders(1000)
    kill_at = [str(random.randint(100, 300)), str(random.randint(400, 600))]

    ends, sent = work(tmp_path / "sink", "--later", LATER.isoformat(), "--kill-at", *kill_at)

    doubled = [mark for mark, times in sent.items() if times > 1]
    assert ends == {-signal.SIGKILL: 2, 0: 3}
    assert set(sent) == owed
    assert set(sent.values()) <= {1, 2}
    assert len(doubled) <= ends[-signal.SIGKILL]
    assert not Message.objects.filter(sent_at=None).exists()


def test_two_workers_at_once_send_each_message_once(tmp_path):
    owed = owe_reminders(60)

    ends, sent = work(tmp_path / "sink")

    assert ends == {0: 2}
    assert sent == Counter(owed)


def test_control_without_the_claim_two_workers_send_doubles(tmp_path):
    owed = owe_reminders(60)

    _ends, sent = work(tmp_path / "sink", "--unguarded")

    assert set(sent) == owed
    assert max(sent.values()) > 1
