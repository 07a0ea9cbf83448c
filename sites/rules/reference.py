"""Which networks’ reference data a person keeps up."""

from sites.models import User

MANAGE_REFERENCE = "sites.manage_reference"


def networks_managed_by(user: User) -> list[int]:
    """The keys of the networks whose reference data this person keeps up; an administrator needs none."""
    held = {membership.network for membership in user.held_memberships if membership.network is not None}
    return sorted(network.pk for network in held if user.has_perm(MANAGE_REFERENCE, network))
