"""Several real workers do a job of the night at once. Run by test_months_processes.py; prints the rows of each."""

import argparse
import datetime as dt
import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.db import transaction

from tests.at_once import all_at_once
from visitors.models import Contact, ContactTheme, EntryAuthor
from visitors.services import months, sealing


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--now", type=dt.datetime.fromisoformat)
    parser.add_argument("--job", choices=["seal", "close", "delete"])
    parser.add_argument("--workers", type=int)
    parser.add_argument("--unguarded", action="store_true", help="rows are read before anybody waits for the other")
    return parser.parse_args()


def work(arguments, gate, outcomes):
    if arguments.unguarded:
        rows = [(row, list(ContactTheme.objects.filter(contact=row))) for row in Contact.objects.order_by("pk")]
        gate.wait()
        with transaction.atomic():
            EntryAuthor.objects.all().delete()
            Contact.objects.filter(pk__in=[row.pk for row, _themes in rows]).delete()
            for row, _themes in rows:
                row.pk = sealing.uuid.uuid4()
            Contact.objects.bulk_create(row for row, _themes in rows)
        outcomes.put(len(rows))
        return
    jobs = {"seal": sealing.seal_entries, "close": months.close_months, "delete": months.delete_old_rows}
    gate.wait()
    outcomes.put(jobs[arguments.job](now=arguments.now))


def main():
    arguments = read_arguments()
    found = all_at_once(work, [(arguments,)] * arguments.workers)
    print(json.dumps(found))  # noqa: T201  the answer of this script


if __name__ == "__main__":
    main()
