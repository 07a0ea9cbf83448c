import datetime as dt
import smtplib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import current_app
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from citemetiers.kernel.codes import fingerprint
from sites import tasks
from sites.emails.invitations import NotSentError
from sites.enums import Role
from sites.models import Invitation, Membership, Site, User
from sites.rules import AlreadyMemberError, NotYoursToGiveError, Offer
from sites.services import (
    InvitationGoneError,
    Step,
    WrongPersonError,
    accept_invitation,
    end_membership,
    find_invitation,
    forget_closed_invitations,
    invitation_url,
    invite_person,
    mail_invitation,
    next_step,
    resend_invitation,
    withdraw_invitation,
)
from tests.factories.sites import (
    PASSWORD,
    InvitationFactory,
    MembershipFactory,
    PartnerFactory,
    PresenceFactory,
    SiteFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
ROBIN = "robin@example.org"

Capture = Callable[..., Any]


def secret_of(invitation: Invitation) -> str:
    return invitation_url(invitation).rstrip("/").rpartition("/")[2]


def coordinator_of(site: Site) -> User:
    return MembershipFactory(role=Role.COORDINATOR, site=site).user


def invite(site: Site, *, by: User | None = None, email: str = ROBIN, now: dt.datetime = NOW) -> Invitation:
    offer = Offer(Role.ADVISOR, site=site)
    return invite_person(email=email, offer=offer, language="en", by=by or coordinator_of(site), now=now)


def accept(invitation: Invitation, *, by: User | None = None, name: str = "Robin", now: dt.datetime = NOW) -> User:
    return accept_invitation(secret=secret_of(invitation), display_name=name, by=by, now=now)


def test_invitation_lasts_as_many_days_as_the_setting_says(settings: Any) -> None:
    settings.PORTAL_INVITATION_DAYS = 3

    invitation = invite(SiteFactory(), email="  Robin@Example.ORG ")

    invitation.refresh_from_db()
    assert invitation.email == ROBIN
    assert invitation.expires_at == NOW + 3 * DAY
    assert find_invitation(secret=secret_of(invitation), now=NOW + 3 * DAY - dt.timedelta(seconds=1)) == invitation
    with pytest.raises(InvitationGoneError):
        find_invitation(secret=secret_of(invitation), now=NOW + 3 * DAY)


def test_secret_is_of_24_bytes_and_only_its_fingerprint_is_stored() -> None:
    invitation = invite(SiteFactory())

    stored = " ".join(str(value) for value in Invitation.objects.values_list().get())

    assert len(secret_of(invitation)) == 32  # 24 bytes in base64
    assert secret_of(invitation) not in stored
    assert invitation.fingerprint == fingerprint(secret_of(invitation))


def test_invited_twice_has_one_invitation_renewed() -> None:
    site = SiteFactory()
    PresenceFactory(site=site, partner=PartnerFactory())
    first = invite(site)
    second_inviter = coordinator_of(site)

    second = invite(site, by=second_inviter, email="ROBIN@example.org", now=NOW + 9 * DAY)

    assert second == first
    assert Invitation.objects.get().expires_at == NOW + 16 * DAY
    assert Invitation.objects.get().invited_by == second_inviter


def test_other_role_or_place_is_another_invitation() -> None:
    site = SiteFactory()
    by = MembershipFactory(role=Role.NETWORK_MANAGER, site=None, network=site.network).user
    places = [
        Offer(Role.ADVISOR, site=site),
        Offer(Role.RECEPTION, site=site),
        Offer(Role.ADVISOR, site=SiteFactory(network=site.network)),
        Offer(Role.ADVISOR, network=site.network),
    ]

    made = {invite_person(email=ROBIN, offer=offer, language="fr", by=by, now=NOW).pk for offer in places * 2}

    assert len(made) == Invitation.objects.count() == 4


def test_invitation_that_is_not_theirs_to_make_is_refused_and_nothing_is_sent() -> None:
    by = MembershipFactory(role=Role.ADVISOR).user

    with pytest.raises(NotYoursToGiveError):
        invite(SiteFactory(), by=by)

    assert not Invitation.objects.exists()


def test_whoever_has_the_role_is_not_invited_to_it() -> None:
    site = SiteFactory()
    MembershipFactory(user__email=ROBIN, site=site)

    with pytest.raises(AlreadyMemberError, match="already has this role here"):
        invite(site)


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
@pytest.mark.parametrize("has_inviter", [True, False])
def test_mail_is_in_the_language_of_the_invited(language: str, has_inviter: bool) -> None:
    now = timezone.now()
    invitation = InvitationFactory(language=language, email=ROBIN, invited_by__display_name="Dominique <Lead>")
    if not has_inviter:
        Invitation.objects.update(invited_by=None)

    mail_invitation(invitation_id=str(invitation.pk), now=now)

    (sent,) = mail.outbox
    assert sent.to == [ROBIN]
    assert invitation_url(invitation) in sent.body
    assert invitation.site.name in sent.body
    assert ("Dominique <Lead>" in sent.body) == has_inviter
    with translation.override(language):
        assert str(Role.ADVISOR.label) in sent.body
        assert sent.subject == translation.gettext("Your invitation to the staff portal")
    for personal in (ROBIN, "Dominique", invitation.site.name):
        assert personal not in sent.subject


def test_task_sends_after_the_commit_and_the_page_may_say_so(django_capture_on_commit_callbacks: Capture) -> None:
    site = SiteFactory()

    with django_capture_on_commit_callbacks(execute=True):
        invitation = invite(site, now=timezone.now())
        assert mail.outbox == []

    invitation.refresh_from_db()
    assert len(mail.outbox) == 1
    assert invitation.sent_at is not None
    assert invitation.failed_at is None


def test_mail_is_sent_once_however_often_the_task_runs() -> None:
    invitation = InvitationFactory()

    for _run in range(3):
        tasks.send_invitation(invitation_id=str(invitation.pk), added_later="tolerated")

    assert len(mail.outbox) == 1


@pytest.mark.parametrize("change", [{"revoked_at": NOW}, {"accepted_at": NOW}])
def test_mail_of_a_closed_invitation_is_not_sent(change: dict[str, Any]) -> None:
    invitation = InvitationFactory(**change)

    tasks.send_invitation(invitation_id=str(invitation.pk))

    assert mail.outbox == []


def broken(address: str) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({address: (550, b"unknown")})


@pytest.fixture
def _as_a_worker_does() -> Iterator[None]:
    current_app.conf.task_eager_propagates = False
    yield
    current_app.conf.task_eager_propagates = True


@pytest.mark.logs_errors
@pytest.mark.usefixtures("_as_a_worker_does")
def test_mail_that_fails_is_tried_a_bounded_number_of_times_and_seen(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    def refuse(message: Any, **_options: Any) -> int:
        tries.append(message)
        raise broken(ROBIN)

    monkeypatch.setattr(mail.EmailMessage, "send", refuse)
    invitation = InvitationFactory(email=ROBIN)

    result = tasks.send_invitation.apply(kwargs={"invitation_id": str(invitation.pk)})

    invitation.refresh_from_db()
    assert result.failed()
    assert len(tries) == 7
    assert (invitation.sent_at, invitation.failed_at is not None) == (None, True)
    assert ROBIN not in caplog.text


@pytest.mark.logs_errors
def test_invitation_stands_while_the_broker_is_down(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Capture
) -> None:
    def refuse(**_arguments: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(tasks.send_invitation, "delay", refuse)
    site = SiteFactory()

    with django_capture_on_commit_callbacks(execute=True):
        invite(site)

    assert Invitation.objects.get().sent_at is None


def test_mail_that_fails_tells_the_kind_of_trouble_and_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_message: Any, **_options: Any) -> int:
        raise broken(ROBIN)

    monkeypatch.setattr(mail.EmailMessage, "send", refuse)
    invitation = InvitationFactory(email=ROBIN)

    with pytest.raises(NotSentError, match=r"^SMTPRecipientsRefused$"):
        mail_invitation(invitation_id=str(invitation.pk), now=timezone.now())

    monkeypatch.undo()
    mail_invitation(invitation_id=str(invitation.pk), now=timezone.now())
    invitation.refresh_from_db()
    assert (invitation.sent_at is not None, invitation.failed_at) == (True, None)


def test_resent_invitation_has_all_its_days_again_and_is_owed_anew() -> None:
    site = SiteFactory()
    invitation = invite(site)
    Invitation.objects.update(sent_at=NOW)

    resend_invitation(invitation=invitation, by=coordinator_of(site), now=NOW + 20 * DAY)

    invitation.refresh_from_db()
    assert (invitation.expires_at, invitation.sent_at) == (NOW + 27 * DAY, None)
    with pytest.raises(NotYoursToGiveError):
        resend_invitation(invitation=invitation, by=coordinator_of(SiteFactory()), now=NOW)


def test_withdrawn_invitation_opens_nothing() -> None:
    site = SiteFactory()
    invitation = invite(site)
    with pytest.raises(NotYoursToGiveError):
        withdraw_invitation(invitation=invitation, by=coordinator_of(SiteFactory()), now=NOW)

    withdraw_invitation(invitation=invitation, by=coordinator_of(site), now=NOW)
    withdraw_invitation(invitation=invitation, by=coordinator_of(site), now=NOW + DAY)

    invitation.refresh_from_db()
    assert invitation.revoked_at == NOW
    with pytest.raises(InvitationGoneError):
        accept(invitation)
    assert not User.objects.filter(email=ROBIN).exists()


def test_invitation_falls_with_the_role_of_whoever_sent_it() -> None:
    site, elsewhere = SiteFactory(), SiteFactory()
    leaving = coordinator_of(site)
    MembershipFactory(role=Role.COORDINATOR, site=elsewhere, user=leaving)
    their_own, still_theirs = invite(site, by=leaving), invite(elsewhere, by=leaving)

    end_membership(membership=leaving.memberships.get(site=site), by=leaving, now=NOW)

    their_own.refresh_from_db()
    assert their_own.revoked_at == NOW
    with pytest.raises(InvitationGoneError):
        accept(their_own)
    assert accept(still_theirs).memberships.get().site == elsewhere


def test_invitation_of_somebody_who_lost_the_right_otherwise_opens_nothing() -> None:
    invitation = invite(SiteFactory())
    User.objects.filter(pk=invitation.invited_by_id).update(is_active=False)

    with pytest.raises(InvitationGoneError):
        accept(invitation)


def test_accepting_makes_a_person_with_this_role_at_this_place_alone() -> None:
    presence = PresenceFactory()
    by = MembershipFactory(role=Role.PARTNER_MANAGER, site=None, partner=presence.partner).user
    offer = Offer(Role.ADVISOR, site=presence.site, partner=presence.partner)
    invitation = invite_person(email=ROBIN, offer=offer, language="de", by=by, now=NOW)

    user = accept(invitation, name="Robin Quick")

    held = user.memberships.get()
    assert (user.email, user.display_name, user.language) == (ROBIN, "Robin Quick", "de")
    assert (held.role, held.site, held.network, held.partner) == (Role.ADVISOR, presence.site, None, presence.partner)
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (False, False, False)
    assert list(Site.objects.for_user(user)) == [presence.site]
    assert Invitation.objects.get().accepted_at == NOW


def test_accepting_as_partner_manager_or_in_a_network() -> None:
    presence = PresenceFactory()
    network = presence.site.network
    by = MembershipFactory(role=Role.NETWORK_MANAGER, site=None, network=network).user
    offers = [Offer(Role.PARTNER_MANAGER, partner=presence.partner), Offer(Role.COORDINATOR, network=network)]

    for offer in offers:
        invitation = invite_person(email=ROBIN, offer=offer, language="fr", by=by, now=NOW)
        user = accept(invitation, by=User.objects.filter(email=ROBIN).first())

    held = {(one.role, one.network, one.partner) for one in user.memberships.all()}
    assert held == {(Role.PARTNER_MANAGER, None, presence.partner), (Role.COORDINATOR, network, None)}


def test_accepting_twice_gives_nothing_more() -> None:
    invitation = invite(SiteFactory())

    first = accept(invitation)
    second = accept(invitation, name="Somebody else")

    assert first == second
    assert User.objects.get(email=ROBIN).display_name == "Robin"
    assert Membership.objects.filter(user=first).count() == 1


def test_existing_person_accepts_signed_in_as_that_person_alone() -> None:
    person, other = UserFactory(email=ROBIN), UserFactory()
    invitation = invite(SiteFactory())

    for wrong in (None, other):
        with pytest.raises(WrongPersonError):
            accept(invitation, by=wrong)
    assert not person.memberships.exists()

    assert accept(invitation, by=person) == person
    assert person.memberships.get().site == invitation.site
    assert person.has_usable_password()


def test_nobody_accepts_for_a_new_person_while_signed_in_as_another() -> None:
    invitation = invite(SiteFactory())

    with pytest.raises(WrongPersonError):
        accept(invitation, by=UserFactory())

    assert not User.objects.filter(email=ROBIN).exists()


def test_closed_account_opens_again_with_what_the_invitation_gives_and_nothing_of_before() -> None:
    former = UserFactory(email=ROBIN, is_active=False, is_staff=True, is_superuser=True, last_login=NOW - 30 * DAY)
    MembershipFactory(user=former, role=Role.SITE_MANAGER)
    invitation = invite(SiteFactory())

    user = accept(invitation, name="Robin again")

    user.refresh_from_db()
    assert user == former
    assert (user.is_active, user.is_staff, user.is_superuser, user.last_login) == (True, False, False, None)
    assert not user.check_password(PASSWORD)
    assert [(one.role, one.site) for one in user.memberships.all()] == [(Role.ADVISOR, invitation.site)]


@pytest.mark.parametrize(
    ("standing", "signed_in", "step"),
    [
        ("nobody", None, Step.NAME),
        ("nobody", "other", Step.SIGN_OUT),
        ("closed", None, Step.NAME),
        ("unused", None, Step.ACCEPT),
        ("member", None, Step.SIGN_IN),
        ("member", "self", Step.ACCEPT),
        ("member", "other", Step.SIGN_OUT),
    ],
)
def test_next_step_of_an_open_invitation(standing: str, signed_in: str | None, step: Step) -> None:
    invitation = InvitationFactory(email=ROBIN)
    makers = {
        "nobody": lambda: None,
        "closed": lambda: UserFactory(email=ROBIN, is_active=False),
        "unused": lambda: User.objects.create_user(ROBIN, display_name="Robin"),
        "member": lambda: UserFactory(email=ROBIN),
    }
    person = makers[standing]()
    by = {"self": person, "other": UserFactory()}.get(signed_in or "")

    assert next_step(invitation=invitation, by=by) == step


def test_next_step_of_an_accepted_invitation_leads_the_same_person_onward_until_they_signed_in() -> None:
    invitation = InvitationFactory(email=ROBIN, accepted_at=NOW)
    person = UserFactory(email=ROBIN, last_login=NOW)
    new = InvitationFactory(accepted_at=NOW)
    User.objects.create_user(new.email, display_name="New")

    assert next_step(invitation=invitation, by=person) == Step.DONE
    assert next_step(invitation=new, by=None) == Step.WELCOME
    for other, by in [(invitation, None), (invitation, UserFactory()), (new, UserFactory())]:
        with pytest.raises(InvitationGoneError):
            next_step(invitation=other, by=by)


def test_unknown_and_closed_links_are_refused_in_the_same_words() -> None:
    expired, withdrawn = InvitationFactory(expired=True), InvitationFactory(revoked_at=timezone.now())
    secrets = ["", "x" * 32, "\ud800", secret_of(expired), secret_of(withdrawn)]
    words = set()

    for secret in secrets:
        with pytest.raises(InvitationGoneError) as gone:
            find_invitation(secret=secret, now=timezone.now())
        words.add(str(gone.value))

    assert len(words) == 1
    assert "@" not in words.pop()


def test_forgotten_a_month_after_they_were_closed() -> None:
    month = 30 * DAY
    kept = [
        InvitationFactory(invited_at=NOW - DAY),
        InvitationFactory(invited_at=NOW - month - 6 * DAY),
        InvitationFactory(invited_at=NOW - month, accepted_at=NOW - month + DAY),
    ]
    InvitationFactory(invited_at=NOW - month - 7 * DAY)
    InvitationFactory(invited_at=NOW - month - DAY, accepted_at=NOW - month)
    InvitationFactory(invited_at=NOW - month - DAY, revoked_at=NOW - month)

    assert forget_closed_invitations(now=NOW) == 3

    assert set(Invitation.objects.all()) == set(kept)


def test_forgetting_task_goes_by_the_clock() -> None:
    InvitationFactory(invited_at=timezone.now() - 60 * DAY)

    tasks.forget_closed_invitations()

    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "scope",
    [
        lambda: {"site": SiteFactory()},
        lambda: {"site": None, "network": SiteFactory().network},
        lambda: {"site": None, "partner": PartnerFactory(), "role": Role.PARTNER_MANAGER},
    ],
    ids=["site", "network", "partner"],
)
def test_database_refuses_a_second_pending_invitation(scope: Callable[[], dict[str, Any]]) -> None:
    same = {"email": ROBIN, **scope()}
    InvitationFactory(**same, revoked_at=NOW)
    InvitationFactory(**same, accepted_at=NOW)
    InvitationFactory(**same)

    with pytest.raises(IntegrityError), transaction.atomic():
        InvitationFactory(**same)
