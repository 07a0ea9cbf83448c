import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from sites.enums import Role
from sites.models import Membership, User
from sites.rules import AlreadyMemberError, LastManagerError, NotYoursToGiveError
from sites.services import change_role, consequences_of_ending, end_membership
from sites.signals import membership_ended, membership_ending
from tests.factories.sites import (
    PASSWORD,
    InvitationFactory,
    MembershipFactory,
    NetworkFactory,
    PartnerFactory,
    SiteFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    heard: list[dict[str, Any]] = []

    def listen(**signal: Any) -> None:
        user = signal["membership"].user
        heard.append({**signal, "roles_left": set(user.memberships.values_list("role", flat=True))})

    membership_ended.connect(listen)
    yield heard
    membership_ended.disconnect(listen)


def manager_of(membership: Membership) -> User:
    network = membership.site.network if membership.site else membership.network
    return MembershipFactory(role=Role.NETWORK_MANAGER, site=None, network=network).user


def signed_in(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def test_last_membership_closes_the_account_and_every_session_of_this_person_alone(told: list[dict[str, Any]]) -> None:
    membership = MembershipFactory(role=Role.ADVISOR)
    colleague = MembershipFactory(site=membership.site).user
    devices = [signed_in(membership.user) for _device in range(2)]
    other = signed_in(colleague)
    assert Session.objects.count() == 3

    is_closed = end_membership(membership=membership, by=manager_of(membership), now=NOW)

    user = User.objects.get(pk=membership.user_id)
    assert is_closed
    assert (user.is_active, user.has_usable_password(), user.memberships.exists()) == (False, False, False)
    assert not UserSession.objects.filter(user=user).exists()
    assert Session.objects.count() == 1
    assert [device.get("/desk/").status_code for device in devices] == [302, 302]
    assert other.get("/desk/").status_code == 200
    assert [(one["membership"], one["now"], one["roles_left"]) for one in told] == [(membership, NOW, set())]


def test_other_memberships_stay_and_the_next_request_no_longer_sees_the_place() -> None:
    user = UserFactory()
    here, there = (MembershipFactory(user=user, role=Role.COORDINATOR) for _place in range(2))
    client = signed_in(user)
    address = f"/team/sites/{here.site.slug}/"
    assert client.get(address).status_code == 200

    is_closed = end_membership(membership=here, by=manager_of(here), now=NOW)

    assert not is_closed
    assert client.get(address).status_code == 404
    assert client.get(f"/team/sites/{there.site.slug}/").status_code == 200
    assert User.objects.get(pk=user.pk).is_active


def test_pending_invitations_of_a_person_who_leaves_for_good_are_withdrawn() -> None:
    membership = MembershipFactory()
    own, other = InvitationFactory(email=membership.user.email), InvitationFactory()

    end_membership(membership=membership, by=manager_of(membership), now=NOW)

    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.revoked_at, other.revoked_at) == (NOW, None)


def test_administrator_stays_without_any_membership() -> None:
    membership = MembershipFactory(user__is_superuser=True)

    assert not end_membership(membership=membership, by=membership.user, now=NOW)

    assert User.objects.get(pk=membership.user_id).is_active


def test_ending_twice_is_ending_once(told: list[dict[str, Any]]) -> None:
    membership = MembershipFactory()
    by = manager_of(membership)

    for _time in range(2):
        end_membership(membership=membership, by=by, now=NOW)

    assert len(told) == 1


def test_membership_that_is_not_theirs_is_not_ended(told: list[dict[str, Any]]) -> None:
    membership = MembershipFactory(role=Role.SITE_MANAGER)
    by = MembershipFactory(role=Role.COORDINATOR, site=membership.site).user

    with pytest.raises(NotYoursToGiveError):
        end_membership(membership=membership, by=by, now=NOW)

    assert Membership.objects.filter(pk=membership.pk).exists()
    assert told == []


def test_last_network_manager_cannot_leave_until_another_has_come() -> None:
    network = NetworkFactory()
    first = MembershipFactory(role=Role.NETWORK_MANAGER, site=None, network=network)
    with pytest.raises(LastManagerError):
        end_membership(membership=first, by=first.user, now=NOW)
    second = MembershipFactory(role=Role.NETWORK_MANAGER, site=None, network=network)

    end_membership(membership=first, by=first.user, now=NOW)

    with pytest.raises(LastManagerError):
        end_membership(membership=second, by=second.user, now=NOW)
    assert list(Membership.objects.all()) == [second]


def test_consequences_are_what_other_rooms_answer() -> None:
    membership = MembershipFactory()

    def answer(*, membership: Membership, now: dt.datetime, **_signal: Any) -> str:
        return f"{membership.user} {now:%Y}"

    def silent(**_signal: Any) -> None:
        return None

    membership_ending.connect(answer)
    membership_ending.connect(silent)
    try:
        assert consequences_of_ending(membership=membership, now=NOW) == [f"{membership.user} 2026"]
    finally:
        membership_ending.disconnect(answer)
        membership_ending.disconnect(silent)


def test_changed_role_replaces_the_old_one_at_the_same_place(told: list[dict[str, Any]]) -> None:
    partner = PartnerFactory()
    membership = MembershipFactory(role=Role.ADVISOR, partner=partner)

    changed = change_role(membership=membership, role=Role.COORDINATOR, by=manager_of(membership), now=NOW)

    held = Membership.objects.get(user=membership.user)
    assert held == changed
    assert (held.role, held.site, held.partner) == (Role.COORDINATOR, membership.site, partner)
    assert [one["roles_left"] for one in told] == [{Role.COORDINATOR}]
    assert User.objects.get(pk=membership.user_id).is_active


def test_role_changed_into_itself_changes_nothing(told: list[dict[str, Any]]) -> None:
    membership = MembershipFactory()

    assert change_role(membership=membership, role=Role.ADVISOR, by=manager_of(membership), now=NOW) == membership
    assert told == []


def test_role_is_not_changed_beyond_what_one_may_give_nor_doubled() -> None:
    site = SiteFactory()
    coordinator = MembershipFactory(role=Role.COORDINATOR, site=site).user
    membership = MembershipFactory(site=site)
    MembershipFactory(user=membership.user, site=site, role=Role.RECEPTION)

    with pytest.raises(NotYoursToGiveError):
        change_role(membership=membership, role=Role.SITE_MANAGER, by=coordinator, now=NOW)
    with pytest.raises(AlreadyMemberError):
        change_role(membership=membership, role=Role.RECEPTION, by=coordinator, now=NOW)

    assert Membership.objects.filter(user=membership.user).count() == 2
