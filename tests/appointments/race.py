"""Several real processes book at once. Run by test_processes.py; prints one outcome a process, as JSON."""

import argparse
import datetime as dt
import json
import os
import uuid

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.db import connections

from appointments.rules import SlotTaken
from appointments.services import VisitorDetails, book_appointment, find_next_slots
from appointments.services.booking import advisors
from sites.models import Site, Theme
from tests.at_once import all_at_once


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


def warm_up(arguments):
    # What every process would import and work out anew.
    site, theme = Site.objects.get(pk=arguments.site), Theme.objects.get(pk=arguments.theme)
    find_next_slots(theme=theme, site=site, language="fr", after=arguments.now, now=arguments.now)
    connections.close_all()


def main():
    arguments = read_arguments()
    if arguments.unguarded:
        locking = advisors.on_duty_at
        advisors.on_duty_at = lambda **asked: locking(**asked | {"lock": False})
        advisors.free_among = lambda advisor_ids, **_more: advisor_ids
    warm_up(arguments)
    found = all_at_once(book, [(arguments, starts_at) for starts_at in arguments.starts])
    print(json.dumps(found))  # noqa: T201  the answer of this script


if __name__ == "__main__":
    main()
