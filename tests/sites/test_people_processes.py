import contextlib
import datetime as dt

import pytest
from django.db import connection

from sites.enums import Role
from sites.models import Membership, User
from sites.services import invitation_url
from tests.factories.sites import InvitationFactory, MembershipFactory, NetworkFactory
from tests.processes import outcomes_of, told_by

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
ROBIN = "robin@example.org"
ONCE_A_SITE = next(one for one in Membership._meta.constraints if one.name == "membership_once_a_site")


def race(*options, accept=(), leave=()):
    secrets = [invitation_url(one).rstrip("/").rpartition("/")[2] for one in accept]
    acts = [f"--accept={secret}" for secret in secrets] + [f"--leave={one.pk}" for one in leave]
    return told_by("tests.sites.acceptance_race", "--now", NOW.isoformat(), *options, *acts, within=90)


def invitation(**more):
    return InvitationFactory(email=ROBIN, invited_at=NOW, **more)


@contextlib.contextmanager
def without_constraint():
    with connection.schema_editor() as editor:
        editor.remove_constraint(Membership, ONCE_A_SITE)
    try:
        yield
    finally:
        Membership.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Membership, ONCE_A_SITE)


@pytest.mark.parametrize("number", [2, 8])
def test_one_invitation_accepted_at_once_makes_one_person_with_one_membership(number):
    found = race(accept=[invitation()] * number)

    assert outcomes_of(found) == {"accepted": number}
    assert {one["id"] for one in found} == {User.objects.get(email=ROBIN).pk}
    assert Membership.objects.count() == 1


def test_two_invitations_of_one_address_accepted_at_once_make_one_person_with_both_roles():
    found = race(accept=[invitation(), invitation(role=Role.RECEPTION)])

    assert outcomes_of(found) == {"accepted": 2}
    assert {one.role for one in User.objects.get(email=ROBIN).memberships.all()} == {Role.ADVISOR, Role.RECEPTION}


def test_control_without_the_guards_the_membership_is_given_twice():
    with without_constraint():
        found = race("--unguarded", accept=[invitation()] * 2)

        assert outcomes_of(found) == {"accepted": 2}
        assert Membership.objects.count() == 2


def managers():
    network = NetworkFactory()
    return [MembershipFactory(role=Role.NETWORK_MANAGER, site=None, network=network) for _one in range(2)]


def test_two_managers_who_leave_at_once_do_not_leave_the_network_alone():
    found = race(leave=managers())

    assert outcomes_of(found) == {"left": 1, "LastManagerError": 1}
    assert Membership.objects.count() == 1


def test_control_without_the_look_both_managers_leave():
    found = race("--unguarded", leave=managers())

    assert outcomes_of(found) == {"left": 2}
    assert not Membership.objects.exists()
