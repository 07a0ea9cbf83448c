"""Several real processes send entries at once. Run by test_entries_processes.py; prints what each was told, as JSON."""

import argparse
import datetime as dt
import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.db import connection, connections

from sites.models import User
from tests.at_once import all_at_once
from visitors.services.entries import Operation, keep_entries, keeping


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--now", type=dt.datetime.fromisoformat)
    parser.add_argument("--by", type=int, nargs="+", help="one process each")
    parser.add_argument("--entries", nargs="+", help="a list in JSON, one process each")
    parser.add_argument("--meet", action="store_true", help="entries that nobody has sent before: all look, then write")
    parser.add_argument("--unguarded", action="store_true", help="without a second look")
    return parser.parse_args()


def meet_before_writing(gate):
    """Each has looked, and found nothing, before any writes. On SQLite the second looks when the first has written."""
    write, met = keeping._Page.write, []

    def wait_and_write(page):
        if not met:
            met.append(True)
            gate.wait()
        write(page)

    keeping._Page.write = wait_and_write


def send(arguments, by, entries, gate, outcomes):
    person = User.objects.get(pk=by)
    operations = [Operation.read(one) for one in json.loads(entries)]
    gate.wait()
    if arguments.meet and connection.vendor == "postgresql":
        meet_before_writing(gate)
    if arguments.unguarded:
        keeping.TRIES = 1
        keeping.logger.disabled = True
    try:
        answers = keep_entries(operations=operations, by=person, now=arguments.now)
        outcomes.put([one.is_kept for one in answers])
    except Exception as error:  # noqa: BLE001  whatever else happens is what the test must see
        outcomes.put(repr(error))


if __name__ == "__main__":
    arguments = read_arguments()
    connections.close_all()
    turns = [(arguments, by, entries) for by, entries in zip(arguments.by, arguments.entries, strict=True)]
    print(json.dumps(all_at_once(send, turns)))  # noqa: T201  read by the test
