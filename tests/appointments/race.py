"""Several real processes book at once. Run by test_processes.py; prints one outcome a process, as JSON."""

import argparse
import datetime as dt
import json
import multiprocessing
import os
import uuid

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from appointments.rules import SlotTaken
from appointments.services import VisitorDetails, book_appointment, booking
from sites.models import Site, Theme


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--site", type=int)
    parser.add_argument("--theme", type=int)
    parser.add_argument("--now", type=dt.datetime.fromisoformat)
    parser.add_argument("--starts", nargs="+", type=dt.datetime.fromisoformat, help="one process each")
    parser.add_argument("--token", type=uuid.UUID)
    parser.add_argument("--email", default="")
    parser.add_argument("--unguarded", action="store_true", help="without lock and without a look under it")
    return parser.parse_args()


def book(arguments, starts_at, gate, outcomes):
    site, theme = Site.objects.get(pk=arguments.site), Theme.objects.get(pk=arguments.theme)
    gate.wait()
    try:
        appointment = book_appointment(
            site=site,
            theme=theme,
            language="fr",
            starts_at=starts_at,
            now=arguments.now,
            token=arguments.token,
            details=VisitorDetails(email=arguments.email, language="en"),
        )
        outcomes.put({"outcome": "booked", "id": str(appointment.pk)})
    except SlotTaken as taken:
        outcomes.put({"outcome": "taken", "offered": [slot.starts_at.isoformat() for slot in taken.next_slots]})
    except Exception as error:  # noqa: BLE001  whatever else happens is what the test must see
        outcomes.put({"outcome": "error", "error": repr(error)})


def main():
    arguments = read_arguments()
    if arguments.unguarded:
        booking.lock_advisors = lambda _advisor_ids: None
        booking.free_among = lambda advisor_ids, **_more: advisor_ids
    context = multiprocessing.get_context("fork")
    gate, outcomes = context.Barrier(len(arguments.starts)), context.Queue()
    processes = [
        context.Process(target=book, args=(arguments, starts_at, gate, outcomes)) for starts_at in arguments.starts
    ]
    for process in processes:
        process.start()
    found = [outcomes.get(timeout=60) for _process in processes]
    for process in processes:
        process.join()
    print(json.dumps(found))  # noqa: T201  the answer of this script


if __name__ == "__main__":
    main()
