"""Several coordinators save a duty at once. Run by test_rota_processes.py; prints one outcome a process, as JSON."""

import argparse
import datetime as dt
import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.db import IntegrityError

from appointments.models import Duty
from appointments.rules import RoomTaken
from appointments.services import save_duty
from appointments.services.rota import duties, orphans
from sites.models import Room, Theme
from tests.at_once import all_at_once


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--room", type=int)
    parser.add_argument("--theme", type=int)
    parser.add_argument("--now", type=dt.datetime.fromisoformat)
    parser.add_argument("--advisors", nargs="+", type=int, help="one process each")
    parser.add_argument("--unguarded", action="store_true", help="without lock and without a look under it")
    return parser.parse_args()


def save(arguments, advisor, gate, outcomes):
    room, theme = (
        Room.objects.select_related("site__network").get(pk=arguments.room),
        Theme.objects.get(pk=arguments.theme),
    )
    day = arguments.now.date() + dt.timedelta(days=1)
    duty = Duty(
        advisor_id=advisor,
        site=room.site,
        weekday=day.isoweekday(),
        starts_at=dt.time(9),
        ends_at=dt.time(12),
        first_on=day,
        languages=("fr",),
        room=room,
    )
    gate.wait()
    try:
        save_duty(duty=duty, themes=[theme], resolutions={}, now=arguments.now)
        outcomes.put({"outcome": "saved"})
    except RoomTaken as taken:
        outcomes.put({"outcome": "taken", "text": str(taken)})
    except IntegrityError:
        outcomes.put({"outcome": "refused by the database"})
    except Exception as error:  # noqa: BLE001  whatever else happens is what the test must see
        outcomes.put({"outcome": "error", "error": repr(error)})


def main():
    arguments = read_arguments()
    if arguments.unguarded:
        orphans.lock_rota = lambda **_rows: None
        duties.Taken.uses = lambda _taken, _shift, _name: False
    found = all_at_once(save, [(arguments, advisor) for advisor in arguments.advisors])
    print(json.dumps(found))  # noqa: T201  the answer of this script


if __name__ == "__main__":
    main()
