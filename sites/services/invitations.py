"""Invitations: offered by mail, accepted once, renewed or withdrawn. The link in the mail proves the address."""

import datetime as dt
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from citemetiers.kernel.acting import acting
from citemetiers.kernel.codes import fingerprint, secret_for
from sites import tasks
from sites.emails.invitations import NotSentError, build_invitation
from sites.models import Invitation, Membership, User
from sites.rules import (
    AlreadyMemberError,
    NotYoursToGiveError,
    Offer,
    PeopleError,
    check_is_somebody_else,
    check_may_give,
    may_give,
)
from sites.services.memberships import reopen_account, withdraw

KEPT_AFTER_CLOSING = dt.timedelta(days=30)


class InvitationGoneError(PeopleError):
    """The link opens nothing: unknown, expired, withdrawn or used. Which of these is not told."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "It has expired, was withdrawn or used, or the link is not complete. "
                "Ask the person who invited you for a new one: the mail says who. "
                "You accepted it before? Then sign in."
            )
        )


class WrongPersonError(PeopleError):
    """Somebody must sign in, or sign out, before they can accept."""

    def __init__(self) -> None:
        super().__init__(_("Sign in with the address that the invitation was sent to."))


class Step(StrEnum):
    """What the holder of a link does next."""

    NAME = "name"
    ACCEPT = "accept"
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    WELCOME = "welcome"
    DONE = "done"


def invite_person(*, email: str, offer: Offer, language: str, by: User, now: dt.datetime) -> Invitation:
    """Invite an address to a role at a place, by mail. Invited twice, it has one invitation, renewed and sent again."""
    check_may_give(by, offer, today=timezone.localdate(now))
    email = email.strip().lower()
    check_is_somebody_else(by, email)
    with transaction.atomic():
        _lock(offer.place)
        if Membership.objects.filter(user__email=email, user__is_active=True, **offer.keys).exists():
            raise AlreadyMemberError(_("This person already has this role here."))
        invitation = Invitation.objects.pending().filter(email=email, **offer.keys).first()
        if invitation is None:
            invitation = Invitation(email=email, **offer.keys)
        invitation.partner, invitation.language = offer.partner, language
        _renew(invitation, by=by, now=now)
    return invitation


def resend_invitation(*, invitation: Invitation, by: User, now: dt.datetime) -> Invitation:
    """Mail a pending invitation again, with as many days to accept it as a new one."""
    offer = Offer.of(invitation)
    return invite_person(email=invitation.email, offer=offer, language=invitation.language, by=by, now=now)


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User, now: dt.datetime) -> None:
    """Make the link useless at once; a second call changes nothing."""
    if not may_give(by, Offer.of(invitation)):
        raise NotYoursToGiveError(_("You may not withdraw this invitation."))
    pending = Invitation.objects.select_for_update(of=("self",)).pending()
    for row in pending.filter(pk=invitation.pk):
        withdraw(row, now=now)


def mail_invitation(*, invitation_id: str, now: dt.datetime) -> None:
    """Send the mail of an invitation that is still open and not yet sent; remember whether the server took it."""
    rows = Invitation.objects.open_at(now).filter(pk=invitation_id, sent_at__isnull=True)
    invitation = rows.select_related("invited_by", "site", "network", "partner").first()
    if invitation is None:
        return
    try:
        build_invitation(invitation, link=invitation_url(invitation)).send()
    except OSError as error:  # every error of smtplib is one, too; its text may hold the address
        rows.update(failed_at=now)
        raise NotSentError(type(error).__name__) from None
    rows.update(sent_at=now, failed_at=None)


def invitation_url(invitation: Invitation) -> str:
    """The whole address of the link; its secret is recomputed, stored nowhere."""
    path = reverse("invitation:invitation-accept", args=[secret_for("invitation", invitation.pk)])
    return f"{settings.PORTAL_BASE_URL}{path}"


def find_invitation(*, secret: str, now: dt.datetime) -> Invitation:
    """The invitation of a link, open or accepted. Raises InvitationGoneError for any other.

    Whoever invited must still be somebody who may give the role: what they sent falls with what they held.
    """
    rows = Invitation.objects.select_related("invited_by", "site", "network", "partner")
    found = rows.filter(fingerprint=fingerprint(secret), revoked_at__isnull=True, expires_at__gt=now).first()
    if found is None or (found.accepted_at is None and not _stands(found)):
        raise InvitationGoneError
    return found


def next_step(*, invitation: Invitation, by: User | None) -> Step:
    """What the holder of the link does next, signed in as ``by`` or not at all."""
    person = User.objects.filter(email=invitation.email).first()
    is_person = by is not None and by == person
    if invitation.accepted_at is not None:
        return _step_after(person, by=by)
    if by is not None and not is_person:
        return Step.SIGN_OUT
    if person is None or not person.is_active:
        return Step.NAME
    # Whoever has not signed in yet has nothing but this mailbox to show: the link is as good as a code sent to it.
    return Step.ACCEPT if is_person or _is_new(person) else Step.SIGN_IN


@transaction.atomic
def accept_invitation(*, secret: str, display_name: str, by: User | None, now: dt.datetime) -> User:
    """Give the person the role and, where they have none, an account. A second call gives nothing more."""
    invitation = _hold(find_invitation(secret=secret, now=now))
    step = next_step(invitation=invitation, by=by)
    if step in {Step.DONE, Step.WELCOME}:
        return User.objects.get(email=invitation.email)
    if step not in {Step.NAME, Step.ACCEPT}:
        raise WrongPersonError
    # Nobody is signed in yet: whoever accepts has done it all, the account included that is made on the way.
    with acting(lambda: User.objects.filter(email=invitation.email).first()):
        user = _open_account(invitation, display_name, now=now)
        give_role(user, Offer.of(invitation))
        invitation.accepted_at = now
        invitation.save(update_fields=["accepted_at"])
    return user


def forget_closed_invitations(*, now: dt.datetime) -> int:
    """Delete invitations that were accepted, withdrawn or expired a month ago; how many."""
    return int(Invitation.objects.closed_by(now - KEPT_AFTER_CLOSING).delete()[0])


def _stands(invitation: Invitation) -> bool:
    return invitation.invited_by is None or may_give(invitation.invited_by, Offer.of(invitation))


def _step_after(person: User | None, *, by: User | None) -> Step:
    if person is None or not person.is_active:
        raise InvitationGoneError
    if by == person:
        return Step.DONE
    # Somebody who pressed twice, or closed the page before they chose how to sign in.
    if by is None and _is_new(person):
        return Step.WELCOME
    raise InvitationGoneError


def give_role(user: User, offer: Offer) -> None:
    """The membership that was offered; one that is there already stays as it is."""
    Membership.objects.get_or_create(user=user, **offer.keys, defaults={"partner": offer.partner})


def _hold(found: Invitation) -> Invitation:
    """Alone with the invitation: whoever presses twice, or has the same link, waits and then sees it accepted."""
    # The person first, in the order of whoever ends a membership: nobody waits in a ring.
    list(User.objects.select_for_update(of=("self",), no_key=True).filter(email=found.email))
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if invitation.revoked_at is not None:
        raise InvitationGoneError
    return invitation


def _open_account(invitation: Invitation, display_name: str, *, now: dt.datetime) -> User:
    values = {"display_name": display_name, "language": invitation.language, "password": _no_password()}
    # Where another invitation made the account a moment ago, it is that one.
    user, _is_made = User.objects.get_or_create(email=invitation.email, defaults=values)
    if not user.is_active:
        reopen_account(user=user, display_name=display_name, now=now)
    return user


def _is_new(person: User) -> bool:
    """Whether nobody has used this account yet: made a moment ago, perhaps by another invitation."""
    return person.is_active and person.last_login is None and not person.has_usable_password()


def _no_password() -> str:
    user = User()
    user.set_unusable_password()
    return user.password


def _lock(place: Any) -> None:
    """One invitation at a time to a place: the same one, sent twice at once, stays one."""
    list(type(place)._default_manager.select_for_update(of=("self",), no_key=True).filter(pk=place.pk))


def _renew(invitation: Invitation, *, by: User, now: dt.datetime) -> None:
    invitation.fingerprint = fingerprint(secret_for("invitation", invitation.pk))
    invitation.invited_by, invitation.invited_at = by, now
    invitation.expires_at = now + dt.timedelta(days=settings.PORTAL_INVITATION_DAYS)
    invitation.sent_at = invitation.failed_at = None
    invitation.save()

    def send() -> None:
        tasks.send_invitation.delay(invitation_id=str(invitation.pk))

    # Robust: with the broker down the invitation stands as not sent, and can be sent again.
    transaction.on_commit(send, robust=True)
