"""Who may keep up the catalogue, and what must be true of a resource."""

from typing import Any

from django.utils.translation import gettext as _

from citemetiers.kernel.errors import DomainError
from sites.models import Network, Resource, Site

EDIT_RESOURCES = "sites.edit_resources"


class ResourceError(DomainError):
    """A rule about the catalogue was broken."""


class NotKeptUpByYouError(ResourceError):
    """The actor has no part in the network that keeps the resource up."""


class NotYourShelfError(ResourceError):
    """The actor may not say what stands on the shelf of this site."""


class NowhereToBeFoundError(ResourceError):
    """A resource has neither a link nor a shelf."""


def networks_kept_up(user: Any) -> list[Network]:
    """The networks whose resources a person may write: those of every place where they hold the permission."""
    found = {}
    for held in user.held_memberships:
        place = held.site or held.network
        if place is not None and user.has_perm(EDIT_RESOURCES, place):
            network = held.site.network if held.site else held.network
            found[network.pk] = network
    return sorted(found.values(), key=lambda network: network.slug)


def check_keeps_up(user: Any, network: Network) -> None:
    """Refuses whoever has no part in the network."""
    if network not in networks_kept_up(user):
        raise NotKeptUpByYouError(_("Only the network that keeps this resource up may change it."))


def check_holds_shelf(user: Any, site: Site) -> None:
    """Refuses whoever may not speak for the shelf of a site."""
    if not user.has_perm(EDIT_RESOURCES, site):
        raise NotYourShelfError(_("You may only say what stands on the shelf of your own sites."))


def check_can_be_found(resource: Resource) -> None:
    """Refuses a resource that a visitor could neither open nor take from a shelf."""
    if not resource.url and not resource.holdings.exists():
        raise NowhereToBeFoundError(_("A resource needs a link, or at least one site that has it on the shelf."))
