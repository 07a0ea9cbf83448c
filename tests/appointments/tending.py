"""Several real workers tend what was given back at once. Run by test_waiting_processes.py; prints what each offered."""

import argparse
import datetime as dt
import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.db import transaction

from appointments.services.booking import freed
from tests.at_once import all_at_once


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--now", type=dt.datetime.fromisoformat)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--unguarded", action="store_true", help="without the lock and without a look under it")
    return parser.parse_args()


def tend(arguments, gate, outcomes):
    seen = freed.FreedSlot.objects.select_related("site__network", "service__theme").get()
    gate.wait()
    if arguments.unguarded:
        with transaction.atomic():
            made = freed._offer(seen, now=arguments.now)
        outcomes.put(int(made is not None))
    else:
        outcomes.put(freed.tend_freed_slots(now=arguments.now))


def main():
    arguments = read_arguments()
    found = all_at_once(tend, [(arguments,)] * arguments.workers)
    print(json.dumps(found))  # noqa: T201  the answer of this script


if __name__ == "__main__":
    main()
