"""Several real processes accept or leave at once. Run by test_people_processes.py; prints one outcome each, as JSON."""

import argparse
import datetime as dt
import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from citemetiers.kernel.errors import DomainError
from sites.models import Membership
from sites.services import accept_invitation, end_membership, invitations, memberships
from tests.at_once import all_at_once


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--now", type=dt.datetime.fromisoformat)
    parser.add_argument("--accept", action="append", default=[], help="the secret, one process each")
    parser.add_argument("--leave", action="append", type=int, default=[], help="the membership, one process each")
    parser.add_argument("--unguarded", action="store_true", help="without waiting for one another")
    return parser.parse_args()


def accept(secret, now, gate):
    gate.wait()
    user = accept_invitation(secret=secret, display_name=f"Robin {os.getpid()}", by=None, now=now)
    return {"outcome": "accepted", "id": user.pk}


def leave(pk, now, gate):
    membership = Membership.objects.select_related("user", "network").get(pk=pk)
    gate.wait()
    end_membership(membership=membership, by=membership.user, now=now)
    return {"outcome": "left"}


def attempt(action, given, now, gate, outcomes):
    try:
        outcomes.put(action(given, now, gate))
    except DomainError as refusal:
        outcomes.put({"outcome": type(refusal).__name__})
    except Exception as error:  # noqa: BLE001  whatever else happens is what the test must see
        outcomes.put({"outcome": "error", "error": repr(error)})


def take_down_the_guards():
    """Everybody looks before anybody acts, and nobody looks again."""
    invitations.next_step = lambda **_given: invitations.Step.NAME
    invitations.give_role = lambda user, offer: Membership.objects.create(user=user, **offer.keys)
    memberships.check_is_not_last_manager = lambda _by, _membership: None


def main():
    arguments = read_arguments()
    if arguments.unguarded:
        take_down_the_guards()
    turns = [(accept, secret, arguments.now) for secret in arguments.accept]
    turns += [(leave, pk, arguments.now) for pk in arguments.leave]
    found = all_at_once(attempt, turns)
    print(json.dumps(found))  # noqa: T201  the answer of this script


if __name__ == "__main__":
    main()
