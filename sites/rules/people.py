"""Who may invite whom to which role at which place, and who may end it: nobody gives more than they hold."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Self

from django.utils.translation import gettext as _

from citemetiers.kernel.errors import DomainError
from sites.enums import Role
from sites.models import Invitation, Membership, Network, Partner, Presence, Site, User

MANAGE_TEAM = "sites.manage_team"

SITE_ROLES = (Role.RECEPTION, Role.ADVISOR, Role.COORDINATOR, Role.SITE_MANAGER)
GIVEN_BY: dict[str, frozenset[str]] = {
    Role.COORDINATOR: frozenset({Role.RECEPTION, Role.ADVISOR}),
    Role.SITE_MANAGER: frozenset({Role.RECEPTION, Role.ADVISOR, Role.COORDINATOR}),
    Role.NETWORK_MANAGER: frozenset(Role),
}
GIVEN_AT: dict[type, tuple[Role, ...]] = {
    Site: SITE_ROLES,
    Network: (*SITE_ROLES, Role.PARTNER_MANAGER, Role.NETWORK_MANAGER),
    Partner: (Role.ADVISOR,),
}


class PeopleError(DomainError):
    """A rule about people was broken; ``field`` names the field of a form it belongs to."""

    field: str | None = None


class NotYoursToGiveError(PeopleError):
    """The actor would give, or take, a role that is not theirs to give."""


class EmployerNotPresentError(PeopleError):
    """The partner is not, or no longer, at the place."""

    field = "partner"


class AlreadyMemberError(PeopleError):
    """The person has this role at this place."""

    field = "email"


class OwnAddressError(PeopleError):
    """The actor would invite themselves."""

    field = "email"


class OwnAccountError(PeopleError):
    """An administrator would lock themselves out."""


class LastManagerError(PeopleError):
    """Nobody would be left to manage the network, or to administer the portal."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A role at a site, in a network or for a partner; beside a site or a network, the partner is the employer."""

    role: str
    site: Site | None = None
    network: Network | None = None
    partner: Partner | None = None

    @classmethod
    def of(cls, row: Membership | Invitation) -> Self:
        """What a membership gives, or an invitation offers."""
        return cls(row.role, row.site, row.network, row.partner)

    @property
    def place(self) -> Any:
        """Where the role is held."""
        return self.site or self.network or self.partner

    @property
    def keys(self) -> dict[str, Any]:
        """What makes it the same offer: role and place. An employer does not."""
        keys: dict[str, Any] = {"role": self.role, "site": self.site, "network": self.network}
        return keys | ({"partner": self.partner} if self.role == Role.PARTNER_MANAGER else {})


def roles_to_give(by: User, place: Site | Network | Partner) -> list[Role]:
    """The roles that this person may give at a place, the least first."""
    if by.is_superuser:
        given: frozenset[str] = frozenset(Role)
    elif isinstance(place, Partner):
        given = frozenset({Role.ADVISOR} if Role.PARTNER_MANAGER in by.roles_at(place) else ())
    else:
        given = frozenset().union(*(GIVEN_BY.get(role, frozenset()) for role in by.roles_at(place)))
    return [role for role in GIVEN_AT[type(place)] if role in given]


def may_give(by: User, offer: Offer, *, today: dt.date | None = None) -> bool:
    """Whether this person may give the role at the place; without a day, whether they might have on any day."""
    if not by.is_active or by.is_superuser:
        return by.is_active
    if offer.role == Role.PARTNER_MANAGER:
        return offer.partner is not None and _manages_where_present(by, offer.partner, today=today)
    if offer.role in roles_to_give(by, offer.place):
        return True
    # Their own people, wherever they work.
    return offer.site is not None and offer.partner is not None and offer.role in roles_to_give(by, offer.partner)


def check_may_give(by: User, offer: Offer, *, today: dt.date) -> None:
    """Refuse an offer that is not the actor's to make, and an employer who is not at the place today."""
    if not may_give(by, offer, today=today):
        raise NotYoursToGiveError(_("You may not give this role here."))
    if offer.partner is None or offer.role == Role.PARTNER_MANAGER:
        return
    where = {"site": offer.site} if offer.site else {"site__network": offer.network}
    if not Presence.objects.on(today).filter(partner=offer.partner, **where).exists():
        text = _("%(partner)s is not at %(place)s today. Add its presence first.")
        raise EmployerNotPresentError(text % {"partner": offer.partner, "place": offer.place.name})


def check_is_somebody_else(by: User, email: str) -> None:
    """Refuse to invite one's own address: nobody gives themselves a role."""
    if email == by.email:
        raise OwnAddressError(_("This is your own address. Somebody else gives you a role."))


def roles_to_choose(by: User, membership: Membership) -> list[Role]:
    """The roles that this person may turn a membership into, its own among them; none where it is not theirs to change.

    Nobody changes their own role, and whoever manages a network or a partner leaves and is invited anew.
    """
    offer = Offer.of(membership)
    is_own = by.pk == membership.user_id and not by.is_superuser
    if is_own or offer.role not in SITE_ROLES or not may_give(by, offer):
        return []
    return [role for role in SITE_ROLES if may_give(by, replace(offer, role=role))]


def check_may_change(by: User, membership: Membership, role: str) -> None:
    """Refuse to turn a role into another where the actor may not give both."""
    if role not in roles_to_choose(by, membership):
        raise NotYoursToGiveError(_("You may not give this role here."))


def may_end(by: User, membership: Membership) -> bool:
    """Whether this person may end a membership: their own, or one that they might have given."""
    return by.is_active and (by.pk == membership.user_id or may_give(by, Offer.of(membership)))


def check_may_end(by: User, membership: Membership) -> None:
    """Refuse to end a membership that is not the actor's to end."""
    if not may_end(by, membership):
        raise NotYoursToGiveError(_("You may not end this membership."))


def check_is_not_last_manager(by: User, membership: Membership) -> None:
    """Refuse to leave a network without anybody who manages it; an administrator may."""
    if membership.role != Role.NETWORK_MANAGER or by.is_superuser:
        return
    others = Membership.objects.filter(role=Role.NETWORK_MANAGER, network=membership.network, user__is_active=True)
    if not others.exclude(user=membership.user_id).exists():
        raise LastManagerError(_("Nobody else manages this network. Invite another network manager first."))


def check_may_lock_out(by: User, accounts: Iterable[User]) -> None:
    """Refuse to close accounts, or to end their administration, where it is one's own or nobody would be left."""
    pks = {account.pk for account in accounts}
    if by.pk in pks:
        raise OwnAccountError(_("This is your own account. Another administrator can change that."))
    administrators = User.objects.filter(is_superuser=True, is_active=True)
    if administrators.filter(pk__in=pks).exists() and not administrators.exclude(pk__in=pks).exists():
        raise LastManagerError(_("Nobody else administers the portal. Name another administrator first."))


def _manages_where_present(by: User, partner: Partner, *, today: dt.date | None) -> bool:
    """Reads ``partner.presences``, which a list of people fetches ahead."""
    networks = {held.network_id for held in by.held_memberships if held.role == Role.NETWORK_MANAGER}
    return any(
        presence.site.network_id in networks and (today is None or presence.covers_day(today))
        for presence in partner.presences.all()
    )
