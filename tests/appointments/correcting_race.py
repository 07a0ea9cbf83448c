"""Several real processes put one visitor right at once. Run by test_correcting_processes.py; prints what each met."""

import argparse
import datetime as dt
import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from appointments.models import Appointment
from appointments.services import Correction, correct_details, forget_visitor
from appointments.services.booking import correcting
from tests.at_once import all_at_once


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--appointment")
    parser.add_argument("--now", type=dt.datetime.fromisoformat)
    parser.add_argument("--acts", nargs="+", help="one process each: field=value, or erase")
    parser.add_argument("--unguarded", action="store_true", help="what is left is read before, and not again")
    return parser.parse_args()


def read_now(key):
    return Appointment.objects.select_related("service__theme", "site__network", "visitor").get(pk=key)


def put_right(arguments, act, gate, outcomes):
    appointment = read_now(arguments.appointment)
    if arguments.unguarded:
        correcting.locked = lambda _appointment: appointment
    gate.wait()
    try:
        if act == "erase":
            forget_visitor(appointment=appointment)
        else:
            wanted = Correction(**dict([act.split("=")]))
            correct_details(appointment=appointment, correction=wanted, language="fr", now=arguments.now)
        outcomes.put("done")
    except Exception as error:  # noqa: BLE001  whatever happens is what the test must see
        outcomes.put(repr(error))


def main():
    arguments = read_arguments()
    found = all_at_once(put_right, [(arguments, act) for act in arguments.acts])
    print(json.dumps(found))  # noqa: T201  the answer of this script


if __name__ == "__main__":
    main()
