"""Several real beats close one day at once. Run by test_closing_processes.py; prints how many tickets each closed."""

import argparse
import datetime as dt
import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from appointments.models import Ticket
from appointments.services.queue import closing
from tests.at_once import all_at_once


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--now", type=dt.datetime.fromisoformat)
    parser.add_argument("--beats", type=int)
    parser.add_argument("--unguarded", action="store_true", help="what is kept is worked out before the lock")
    return parser.parse_args()


def close(arguments, gate, outcomes):
    if arguments.unguarded:
        kept = [closing.observe(ticket) for ticket in Ticket.objects.select_related("site").order_by("pk")]
        gate.wait()
        closing.QueueObservation.objects.bulk_create(kept)
        outcomes.put(len(kept))
    else:
        gate.wait()
        outcomes.put(closing.close_days(now=arguments.now))


def main():
    arguments = read_arguments()
    found = all_at_once(close, [(arguments,)] * arguments.beats)
    print(json.dumps(found))  # noqa: T201  the answer of this script


if __name__ == "__main__":
    main()
