"""Workers that send at once and die of SIGKILL in between. Run by test_message_processes.py; prints how each ended."""

import argparse
import datetime as dt
import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings
from django.db import connections
from django.urls import reverse

from appointments import emails
from appointments.services.messages import carriers, outbox
from tests.appointments.sink import SinkTexts

# Nobody waits so long: it only keeps a broken test from hanging on a slow machine.
MOST_SECONDS = 600


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--now", type=dt.datetime.fromisoformat)
    parser.add_argument("--later", type=dt.datetime.fromisoformat, help="when the claims of the dead have lapsed")
    parser.add_argument("--kill-at", nargs="*", type=int, default=[], help="after so many messages")
    parser.add_argument("--unguarded", action="store_true", help="without the claim")
    return parser.parse_args()


def start(now, gate=None):
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    if gate:
        look_together(gate)
    while outbox.send_due_messages(now=now):
        pass
    os._exit(0)


def look_together(gate):
    """Nobody sends before each has seen what is due: as bad as it can get, however slow the machine is."""
    looking = outbox._next_due

    def look(*asked, **when):
        outbox._next_due = looking
        due = looking(*asked, **when)
        gate.wait(timeout=MOST_SECONDS)
        return due

    outbox._next_due = look


def lighten():
    """Leave out what is no part of the sending, and do once what each worker would do."""
    emails.calendar_file = lambda *_appointment, **_more: b""
    reverse("appointments:book")


def wait_for_lines(number):
    sink, deadline = Path(os.environ["SINK"]), time.monotonic() + MOST_SECONDS
    while not sink.exists() or sink.read_bytes().count(b"\n") < number:
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.002)
    time.sleep(random.uniform(0, 0.01))  # anywhere between looking, claiming, sending and saying so


def end_of(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main():
    arguments = read_arguments()
    settings.EMAIL_BACKEND = "tests.appointments.sink.SinkMail"
    carriers.provider_from = lambda _url, token: SinkTexts()
    if arguments.unguarded:
        outbox.claim = lambda _pk, now: True
    lighten()
    gate, ends = multiprocessing.get_context("fork").Barrier(2), []
    working = [start(arguments.now, gate) for _worker in range(2)]
    for number in arguments.kill_at:
        wait_for_lines(number)
        victim = working.pop(0)
        os.kill(victim, signal.SIGKILL)
        ends.append(end_of(victim))
        working.append(start(arguments.now))
    ends += [end_of(pid) for pid in working]
    if arguments.later:
        ends.append(end_of(start(arguments.later)))
    print(json.dumps(ends))  # noqa: T201  the answer of this script


if __name__ == "__main__":
    main()
