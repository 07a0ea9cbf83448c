"""Leaving: what a person held ends at once."""

import datetime as dt
from dataclasses import replace

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from sites.enums import Role
from sites.models import Invitation, Membership, Network, User
from sites.rules import AlreadyMemberError, Offer, check_is_not_last_manager, check_may_change, check_may_end, may_give
from sites.signals import membership_ended, membership_ending


def consequences_of_ending(*, membership: Membership, now: dt.datetime) -> list[str]:
    """What stands or ends with this membership, in sentences of the rooms that know."""
    answers = membership_ending.send(sender=Membership, membership=membership, now=now)
    return [str(text) for _receiver, text in answers if text]


def end_membership(*, membership: Membership, by: User, now: dt.datetime) -> bool:
    """Take the role away at once, and with the last one the account and its sessions; whether the account closed."""
    check_may_end(by, membership)
    with transaction.atomic():
        if membership.role == Role.NETWORK_MANAGER and membership.network_id is not None:
            # Two managers who leave at once would each count on the other.
            list(Network.objects.select_for_update(of=("self",), no_key=True).filter(pk=membership.network_id))
        check_is_not_last_manager(by, membership)
        user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=membership.user_id)
        _take_away(membership, now=now)
        if user.is_superuser or user.memberships.exists():
            return False
        _close_account(user, now=now)
        return True


@transaction.atomic
def change_role(*, membership: Membership, role: str, by: User, now: dt.datetime) -> Membership:
    """Give the person another role at the same place instead: the row is a new one, what went with the old ends."""
    check_may_change(by, membership, role)
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=membership.user_id)
    offer = replace(Offer.of(membership), role=role)
    if role == membership.role:
        return membership
    if Membership.objects.filter(user=membership.user_id, **offer.keys).exists():
        raise AlreadyMemberError(_("This person already has this role here."))
    changed = Membership.objects.create(user_id=membership.user_id, partner=offer.partner, **offer.keys)
    _take_away(membership, now=now)
    return changed


def reopen_account(*, user: User, display_name: str, now: dt.datetime) -> None:
    """Open a closed account to whoever reads its mail: with no password, no right and no role of before."""
    for membership in user.memberships.select_related("user", "site", "network"):
        _take_away(membership, now=now)
    user.groups.clear()
    user.user_permissions.clear()
    user.display_name = display_name
    user.is_active, user.is_staff, user.is_superuser, user.last_login = True, False, False, None
    user.set_unusable_password()
    user.save()


def _take_away(membership: Membership, *, now: dt.datetime) -> None:
    if Membership.objects.filter(pk=membership.pk).delete()[0]:
        _withdraw_offers_of(User.objects.get(pk=membership.user_id), now=now)
        membership_ended.send(sender=Membership, membership=membership, now=now)


def _withdraw_offers_of(user: User, *, now: dt.datetime) -> None:
    """What they offered and could not offer any more: a role that outlives the giver would be a way back in."""
    for invitation in Invitation.objects.select_for_update(of=("self",)).pending().filter(invited_by=user):
        if not may_give(user, Offer.of(invitation)):
            withdraw(invitation, now=now)


def withdraw(invitation: Invitation, *, now: dt.datetime) -> None:
    """Make the link of a held invitation useless from now on."""
    invitation.revoked_at = now
    invitation.save(update_fields=["revoked_at"])


def _close_account(user: User, *, now: dt.datetime) -> None:
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    for session in UserSession.objects.filter(user=user):
        session.end()
    for invitation in Invitation.objects.select_for_update(of=("self",)).pending().filter(email=user.email):
        withdraw(invitation, now=now)
