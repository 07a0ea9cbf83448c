import datetime as dt

import pytest

from sites.enums import Role
from sites.models import Membership, Network, Partner, Site, User
from sites.rules import (
    EmployerNotPresentError,
    LastManagerError,
    NotYoursToGiveError,
    Offer,
    OwnAccountError,
    check_is_not_last_manager,
    check_may_end,
    check_may_give,
    check_may_lock_out,
    may_end,
    may_give,
    roles_to_choose,
    roles_to_give,
)
from tests.factories.sites import (
    MembershipFactory,
    NetworkFactory,
    PartnerFactory,
    PresenceFactory,
    SiteFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)
YESTERDAY = TODAY - dt.timedelta(days=1)
RECEPTION, ADVISOR, COORDINATOR = Role.RECEPTION, Role.ADVISOR, Role.COORDINATOR
SITE_MANAGER, PARTNER_MANAGER, NETWORK_MANAGER = Role.SITE_MANAGER, Role.PARTNER_MANAGER, Role.NETWORK_MANAGER
AT_SITE = (RECEPTION, ADVISOR, COORDINATOR, SITE_MANAGER)

# Who gives what at their own site, and who in their own network: everything else is refused.
GIVEN_AT_SITE = {
    RECEPTION: (),
    ADVISOR: (),
    COORDINATOR: (RECEPTION, ADVISOR),
    SITE_MANAGER: (RECEPTION, ADVISOR, COORDINATOR),
    PARTNER_MANAGER: (),
    NETWORK_MANAGER: AT_SITE,
}
GIVEN_IN_NETWORK = {**GIVEN_AT_SITE, NETWORK_MANAGER: (*AT_SITE, NETWORK_MANAGER)}


@pytest.fixture
def partner() -> Partner:
    return PartnerFactory()


@pytest.fixture
def site(partner: Partner) -> Site:
    site = SiteFactory()
    PresenceFactory(partner=partner, site=site)
    return site


def holder(role: Role, site: Site, partner: Partner, *, in_network: bool = False) -> User:
    if role == PARTNER_MANAGER:
        return MembershipFactory(role=role, site=None, partner=partner).user
    if role == NETWORK_MANAGER or in_network:
        return MembershipFactory(role=role, site=None, network=site.network).user
    return MembershipFactory(role=role, site=site).user


@pytest.mark.parametrize("wanted", AT_SITE)
@pytest.mark.parametrize("role", list(Role))
def test_role_at_the_own_site_is_given_by_whoever_holds_more(role: Role, wanted: Role, site: Site) -> None:
    by = holder(role, site, PartnerFactory())

    assert may_give(by, Offer(wanted, site=site)) == (wanted in GIVEN_AT_SITE[role])
    assert (wanted in roles_to_give(by, site)) == (wanted in GIVEN_AT_SITE[role])


@pytest.mark.parametrize("wanted", AT_SITE)
@pytest.mark.parametrize("role", list(Role))
def test_role_at_a_site_of_another_network_is_given_by_nobody(
    role: Role, wanted: Role, site: Site, partner: Partner
) -> None:
    by = holder(role, site, partner)

    assert not may_give(by, Offer(wanted, site=SiteFactory()))


@pytest.mark.parametrize("role", [RECEPTION, ADVISOR, COORDINATOR, SITE_MANAGER])
@pytest.mark.parametrize("wanted", AT_SITE)
def test_role_at_the_neighbouring_site_is_not_given_by_people_of_one_site(role: Role, wanted: Role, site: Site) -> None:
    by = MembershipFactory(role=role, site=site).user

    assert not may_give(by, Offer(wanted, site=SiteFactory(network=site.network)))
    assert not may_give(by, Offer(wanted, network=site.network))


@pytest.mark.parametrize("wanted", [*AT_SITE, NETWORK_MANAGER])
@pytest.mark.parametrize("role", list(Role))
def test_role_in_the_own_network_is_given_by_whoever_holds_more_in_it(role: Role, wanted: Role, site: Site) -> None:
    by = holder(role, site, PartnerFactory(), in_network=True)

    assert may_give(by, Offer(wanted, network=site.network)) == (wanted in GIVEN_IN_NETWORK[role])
    assert not may_give(by, Offer(wanted, network=NetworkFactory()))


@pytest.mark.parametrize("role", list(Role))
def test_partner_manager_is_named_by_the_manager_of_a_network_with_the_partner(
    role: Role, site: Site, partner: Partner
) -> None:
    by = holder(role, site, partner)

    assert may_give(by, Offer(PARTNER_MANAGER, partner=partner), today=TODAY) == (role == NETWORK_MANAGER)
    assert not may_give(by, Offer(PARTNER_MANAGER, partner=PartnerFactory()), today=TODAY)


def test_partner_that_left_the_network_gets_no_new_manager_there_but_the_old_one_can_be_ended(site: Site) -> None:
    gone = PresenceFactory(site=site, last_on=YESTERDAY).partner
    by = holder(NETWORK_MANAGER, site, gone)

    assert not may_give(by, Offer(PARTNER_MANAGER, partner=gone), today=TODAY)
    assert may_give(by, Offer(PARTNER_MANAGER, partner=gone), today=YESTERDAY)
    assert may_end(by, MembershipFactory(role=PARTNER_MANAGER, site=None, partner=gone))


@pytest.mark.parametrize("wanted", AT_SITE)
def test_partner_manager_gives_advisors_of_the_partner_alone(wanted: Role, site: Site, partner: Partner) -> None:
    by = holder(PARTNER_MANAGER, site, partner)

    assert may_give(by, Offer(wanted, site=site, partner=partner)) == (wanted == ADVISOR)
    assert not may_give(by, Offer(wanted, site=site, partner=PartnerFactory()))
    assert not may_give(by, Offer(wanted, site=site))
    assert not may_give(by, Offer(wanted, network=site.network, partner=partner))


def test_administrator_gives_everything_and_whoever_left_nothing(site: Site, partner: Partner) -> None:
    offers = [
        *(Offer(role, site=site) for role in AT_SITE),
        Offer(NETWORK_MANAGER, network=site.network),
        Offer(PARTNER_MANAGER, partner=partner),
    ]
    former = holder(NETWORK_MANAGER, site, partner)
    former.is_active = False

    assert all(may_give(UserFactory(is_superuser=True), offer) for offer in offers)
    assert not any(may_give(former, offer) for offer in offers)


def test_check_may_give_refuses_what_is_not_theirs(site: Site) -> None:
    by = holder(COORDINATOR, site, PartnerFactory())

    check_may_give(by, Offer(ADVISOR, site=site), today=TODAY)
    with pytest.raises(NotYoursToGiveError, match="You may not give this role here"):
        check_may_give(by, Offer(COORDINATOR, site=site), today=TODAY)


@pytest.mark.parametrize("role", [SITE_MANAGER, PARTNER_MANAGER, NETWORK_MANAGER])
def test_employer_who_left_the_site_is_refused(role: Role, site: Site) -> None:
    presence = PresenceFactory(site=site, last_on=YESTERDAY)
    offer = Offer(ADVISOR, site=site, partner=presence.partner)
    by = holder(role, site, presence.partner)

    check_may_give(by, offer, today=YESTERDAY)
    with pytest.raises(EmployerNotPresentError, match="is not at Cité des métiers"):
        check_may_give(by, offer, today=TODAY)


def test_employer_in_a_network_is_present_at_one_of_its_sites(site: Site, partner: Partner) -> None:
    by = holder(NETWORK_MANAGER, site, partner)

    check_may_give(by, Offer(ADVISOR, network=site.network, partner=partner), today=TODAY)
    with pytest.raises(EmployerNotPresentError):
        check_may_give(by, Offer(ADVISOR, network=site.network, partner=PartnerFactory()), today=TODAY)


@pytest.mark.parametrize("held", AT_SITE)
@pytest.mark.parametrize("role", list(Role))
def test_membership_is_ended_by_whoever_may_give_it(role: Role, held: Role, site: Site) -> None:
    membership = MembershipFactory(role=held, site=site)
    by = holder(role, site, PartnerFactory())

    assert may_end(by, membership) == (held in GIVEN_AT_SITE[role])
    assert not may_end(holder(role, SiteFactory(), PartnerFactory()), membership)


@pytest.mark.parametrize("role", list(Role))
def test_own_membership_may_always_be_ended(role: Role, site: Site, partner: Partner) -> None:
    user = holder(role, site, partner)

    check_may_end(user, user.memberships.get())


def test_partner_manager_ends_advisors_of_the_partner_alone(site: Site, partner: Partner) -> None:
    by = holder(PARTNER_MANAGER, site, partner)

    assert may_end(by, MembershipFactory(site=site, partner=partner))
    assert may_end(by, MembershipFactory(site=SiteFactory(), partner=partner))
    assert not may_end(by, MembershipFactory(site=site, partner=partner, role=COORDINATOR))
    with pytest.raises(NotYoursToGiveError):
        check_may_end(by, MembershipFactory(site=site, partner=PartnerFactory()))


def network_managers(network: Network, number: int) -> list[Membership]:
    return [MembershipFactory(role=NETWORK_MANAGER, site=None, network=network) for _one in range(number)]


def test_last_network_manager_stays_until_there_is_another() -> None:
    network = NetworkFactory()
    (alone,) = network_managers(network, 1)
    network_managers(NetworkFactory(), 1)
    MembershipFactory(role=NETWORK_MANAGER, site=None, network=network, user__is_active=False)

    with pytest.raises(LastManagerError, match="Nobody else manages this network"):
        check_is_not_last_manager(alone.user, alone)
    check_is_not_last_manager(UserFactory(is_superuser=True), alone)

    network_managers(network, 1)
    check_is_not_last_manager(alone.user, alone)


@pytest.mark.parametrize("role", list(Role))
def test_role_is_changed_within_what_one_may_give(role: Role, site: Site) -> None:
    by = holder(role, site, PartnerFactory())
    advisor, manager = MembershipFactory(site=site), MembershipFactory(site=site, role=SITE_MANAGER)

    assert roles_to_choose(by, advisor) == list(GIVEN_AT_SITE[role])
    assert roles_to_choose(by, manager) == (list(AT_SITE) if role == NETWORK_MANAGER else [])


def test_nobody_changes_their_own_role_nor_that_of_a_network_manager(site: Site) -> None:
    by = holder(NETWORK_MANAGER, site, PartnerFactory())
    own = MembershipFactory(user=by, site=site, role=ADVISOR)
    (other,) = network_managers(site.network, 1)

    assert roles_to_choose(by, own) == []
    assert roles_to_choose(by, other) == []


def test_last_active_administrator_is_not_locked_out() -> None:
    administrator, other = UserFactory(is_superuser=True), UserFactory()
    UserFactory(is_superuser=True, is_active=False)

    with pytest.raises(LastManagerError, match="Nobody else administers the portal"):
        check_may_lock_out(UserFactory(), [other, administrator])
    with pytest.raises(OwnAccountError):
        check_may_lock_out(administrator, [other, administrator])
    check_may_lock_out(administrator, [other])
    second = UserFactory(is_superuser=True)
    check_may_lock_out(second, [administrator])
