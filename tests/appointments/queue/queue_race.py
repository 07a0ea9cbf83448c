"""Several real processes call, or take tickets, at once. Run by test_queue_processes.py; prints what each found."""

import argparse
import datetime as dt
import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.db import connections

from appointments.enums import Origin
from appointments.models import Seating, SiteQueue, Ticket
from appointments.queue_rules import NobodyWaits
from appointments.services.queue import call_next, calling, take_ticket, tickets
from sites.models import Site, Theme
from tests.at_once import all_at_once


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("act", choices=("call", "take"))
    parser.add_argument("--site", type=int)
    parser.add_argument("--theme", type=int)
    parser.add_argument("--now", type=dt.datetime.fromisoformat)
    parser.add_argument("--processes", type=int, default=0)
    parser.add_argument("--each", type=int, default=1, help="tickets that each process takes")
    parser.add_argument("--unguarded", action="store_true", help="without lock and without a look under it")
    return parser.parse_args()


def call(arguments, seating, gate, outcomes):
    waiting_at = calling.waiting_at

    def read_then_wait(**asked):
        # The worst moment: every desk has read the same line.
        found = waiting_at(**asked)
        gate.wait()
        return found

    calling.waiting_at = read_then_wait
    if arguments.unguarded:
        calling.lock_waiting = lambda key: Ticket.objects.select_related("theme", "appointment").get(pk=key)
        calling.whose_turn = lambda line, **_asked: list(line)
    try:
        called = call_next(seating=seating, by=seating.advisor, now=arguments.now)
        outcomes.put({"outcome": "called", "id": str(called.pk)})
    except NobodyWaits:
        outcomes.put({"outcome": "nobody"})
    except Exception as error:  # noqa: BLE001  whatever else happens is what the test must see
        outcomes.put({"outcome": "error", "error": repr(error)})


def take(arguments, site, theme, gate, outcomes):
    if arguments.unguarded:
        queue = SiteQueue.objects.get(site=site)
        tickets.lock_queue = lambda _site: queue
    gate.wait()
    found = []
    try:
        for _time in range(arguments.each):
            asked = {"site": site, "theme": theme, "language": "fr", "origin": Origin.KIOSK, "now": arguments.now}
            found.append(take_ticket(**asked).number)
        outcomes.put({"outcome": "taken", "numbers": found})
    except Exception as error:  # noqa: BLE001  as above
        outcomes.put({"outcome": "error", "error": repr(error)})


def main():
    arguments = read_arguments()
    if arguments.act == "call":
        seatings = list(Seating.objects.select_related("site__network", "advisor").order_by("pk"))
        turns = [(arguments, seating) for seating in seatings]
    else:
        site = Site.objects.select_related("network").get(pk=arguments.site)
        turns = [(arguments, site, Theme.objects.get(pk=arguments.theme))] * arguments.processes
    connections.close_all()
    act = {"call": call, "take": take}[arguments.act]
    print(json.dumps(all_at_once(act, turns)))  # noqa: T201  the answer of this script


if __name__ == "__main__":
    main()
