import pytest
from django.contrib.auth.models import AnonymousUser

from sites.enums import Role
from tests.factories.sites import MembershipFactory, NetworkFactory, SiteFactory, UserFactory

pytestmark = pytest.mark.django_db
PERMISSION = "visitors.log_contact"


def test_permission_is_held_at_the_site_of_the_membership_only() -> None:
    membership = MembershipFactory(role=Role.ADVISOR)
    other = SiteFactory()

    assert membership.user.has_perm(PERMISSION, membership.site)
    assert not membership.user.has_perm(PERMISSION, other)


def test_permission_of_a_network_reaches_each_of_its_sites() -> None:
    network = NetworkFactory()
    membership = MembershipFactory(role=Role.COORDINATOR, site=None, network=network)
    inside, outside = SiteFactory(network=network), SiteFactory()

    assert membership.user.has_perm(PERMISSION, inside)
    assert membership.user.has_perm(PERMISSION, network)
    assert not membership.user.has_perm(PERMISSION, outside)


def test_permission_is_not_held_by_another_role() -> None:
    site = SiteFactory()
    membership = MembershipFactory(role=Role.NETWORK_MANAGER, site=None, network=site.network)

    assert not membership.user.has_perm(PERMISSION, site)


@pytest.mark.parametrize("traits", [{"is_active": False}, {}])
def test_permission_is_not_held_by_somebody_inactive_or_without_membership(traits: dict[str, bool]) -> None:
    user = UserFactory(**traits)
    if traits:
        MembershipFactory(user=user, role=Role.ADVISOR)

    assert not user.has_perm(PERMISSION)


def test_permission_is_not_held_by_a_stranger() -> None:
    assert not AnonymousUser().has_perm(PERMISSION)
