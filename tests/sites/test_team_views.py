import datetime as dt
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from sites.enums import Role
from sites.models import Invitation, Membership, Partner, Site, User
from tests.factories.sites import (
    InvitationFactory,
    MembershipFactory,
    NetworkFactory,
    PartnerFactory,
    PresenceFactory,
    SiteFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

ROBIN = "robin@example.org"
LONG_AGO = dt.timedelta(days=8)


@pytest.fixture
def site() -> Site:
    return SiteFactory()


@pytest.fixture
def partner(site: Site) -> Partner:
    return PresenceFactory(site=site, partner=PartnerFactory(name="Le Forem")).partner


def as_role(client: Client, role: Role, place: Any) -> User:
    where = {"site": None, **({"partner": place} if role == Role.PARTNER_MANAGER else {"network": place})}
    held = {"site": place} if isinstance(place, Site) else where
    user = MembershipFactory(role=role, user__language="en", **held).user
    client.force_login(user)
    return user


def rows_of(page: Any) -> list[str]:
    html = page.content.decode()
    rows = re.findall(r'<li class="team__row">(.*?)</li>', html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_list_leads_to_the_only_team_and_names_several(client: Client, site: Site, partner: Partner) -> None:
    user = as_role(client, Role.COORDINATOR, site)
    assert client.get("/team/").headers["Location"] == f"/team/sites/{site.slug}/"

    MembershipFactory(user=user, role=Role.PARTNER_MANAGER, site=None, partner=partner)
    MembershipFactory(user=user, role=Role.NETWORK_MANAGER, site=None, network=NetworkFactory(name="North"))
    MembershipFactory(user=user, role=Role.ADVISOR)
    page = client.get("/team/").content.decode()

    links = re.findall(r'href="/team/(\w+)/[\w-]+/">([^<]+)<', page)
    assert links == [("networks", "North"), ("partners", "Le Forem"), ("sites", site.name)]


def test_list_of_an_administrator_names_every_place(client: Client, site: Site, partner: Partner) -> None:
    client.force_login(UserFactory(is_superuser=True, language="en"))

    page = client.get("/team/").content.decode()

    for name in (site.name, site.network.name, "Le Forem"):
        assert name in page


def test_administrator_without_any_place_reads_that_there_is_none(client: Client) -> None:
    client.force_login(UserFactory(is_superuser=True, language="en"))

    assert "There is no place" in client.get("/team/").content.decode()


def test_team_of_a_site_shows_its_people_and_those_of_the_network(client: Client, site: Site, partner: Partner) -> None:
    as_role(client, Role.COORDINATOR, site)
    seen = dt.datetime(2026, 11, 20, 15, 30, tzinfo=dt.UTC)
    MembershipFactory(site=site, partner=partner, user__display_name="Ada", user__last_login=seen)
    MembershipFactory(site=None, network=site.network, role=Role.SITE_MANAGER, user__display_name="Bo")
    MembershipFactory(site=SiteFactory(network=site.network), user__display_name="Elsewhere")

    page = client.get(f"/team/sites/{site.slug}/")

    ada, bo, own = rows_of(page)
    assert ada.startswith("Ada ")
    assert "Advisor Employer: Le Forem Last sign-in: 20/11/2026 Change the role : Ada End : Ada, advisor" in ada
    assert "15:30" not in page.content.decode()
    assert bo.endswith(f"Site manager {site.network.name} Last sign-in: never")
    assert "End" in own
    assert "Elsewhere" not in page.content.decode()


def test_team_of_a_network_shows_its_people_and_the_managers_of_its_partners(
    client: Client, site: Site, partner: Partner
) -> None:
    as_role(client, Role.NETWORK_MANAGER, site.network)
    PresenceFactory(partner=partner, site=SiteFactory(network=site.network))
    MembershipFactory(role=Role.PARTNER_MANAGER, site=None, partner=partner, user__display_name="Ada")
    MembershipFactory(role=Role.PARTNER_MANAGER, site=None, partner=PartnerFactory(), user__display_name="Stranger")

    rows = rows_of(client.get(f"/team/networks/{site.network.slug}/"))

    assert [row.split()[0] for row in rows] == ["Ada", "Person"]
    assert "End : Ada" in rows[0]


def test_team_of_a_partner_shows_its_people_across_sites(client: Client, site: Site, partner: Partner) -> None:
    as_role(client, Role.PARTNER_MANAGER, partner)
    MembershipFactory(site=site, partner=partner, user__display_name="Ada")
    MembershipFactory(partner=partner, role=Role.COORDINATOR, user__display_name="Bo")
    MembershipFactory(site=site, partner=PartnerFactory(), user__display_name="Stranger")

    rows = rows_of(client.get(f"/team/partners/{partner.slug}/"))

    assert [row.split()[0] for row in rows] == ["Ada", "Bo", "Person"]
    assert ["End" in row for row in rows] == [True, False, True]
    assert site.name in rows[0]


@pytest.mark.parametrize("path", ["", "invite/"])
@pytest.mark.parametrize("kind", ["sites", "networks", "partners"])
@pytest.mark.parametrize("role", list(Role))
def test_team_of_another_place_does_not_exist(client: Client, role: Role, kind: str, path: str) -> None:
    own = PresenceFactory()
    place = {Role.PARTNER_MANAGER: own.partner, Role.NETWORK_MANAGER: own.site.network}.get(role, own.site)
    as_role(client, role, place)
    other = PresenceFactory()
    slug = {"sites": other.site.slug, "networks": other.site.network.slug, "partners": other.partner.slug}[kind]

    is_of_teams = role not in {Role.RECEPTION, Role.ADVISOR}
    assert client.get(f"/team/{kind}/{slug}/{path}").status_code == (404 if is_of_teams else 403)


@pytest.mark.parametrize("number", [1, 3])
def test_team_page_asks_as_few_questions_for_three_as_for_one(
    client: Client, site: Site, partner: Partner, number: int, django_assert_num_queries: Any
) -> None:
    as_role(client, Role.NETWORK_MANAGER, site.network)
    for _one in range(number):
        MembershipFactory(site=None, role=Role.PARTNER_MANAGER, partner=partner)
        MembershipFactory(site=site, partner=partner)
        InvitationFactory(site=None, role=Role.PARTNER_MANAGER, partner=partner)
        InvitationFactory(site=site, partner=partner)

    for address in (f"/team/sites/{site.slug}/", f"/team/networks/{site.network.slug}/"):
        with django_assert_num_queries(16):
            client.get(address)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "on its way"),
        ({"sent_at": timezone.now()}, "sent"),
        ({"failed_at": timezone.now()}, "could not be sent"),
        ({"expired": True, "sent_at": timezone.now()}, "expired"),
    ],
)
def test_state_of_an_invitation_is_told(client: Client, site: Site, change: dict[str, Any], state: str) -> None:
    by = as_role(client, Role.COORDINATOR, site)
    InvitationFactory(site=site, email=ROBIN, invited_by=by, **change)
    InvitationFactory(site=site, revoked_at=timezone.now())

    invited = [row for row in rows_of(client.get(f"/team/sites/{site.slug}/")) if "Withdraw" in row]

    assert len(invited) == 1
    assert invited[0].startswith(f"{ROBIN} invited by {by} Advisor {state} Good until ")


def invite(client: Client, address: str, **data: str) -> Any:
    return client.post(f"{address}invite/", {"email": ROBIN, "role": "ADVISOR", "language": "nl", "partner": ""} | data)


def test_invited_person_receives_a_mail(
    client: Client, site: Site, partner: Partner, django_capture_on_commit_callbacks: Any
) -> None:
    by = as_role(client, Role.COORDINATOR, site)
    address = f"/team/sites/{site.slug}/"

    with django_capture_on_commit_callbacks(execute=True):
        answer = invite(client, address, partner=str(partner.pk))

    made = Invitation.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert (made.email, made.role, made.site, made.partner) == (ROBIN, Role.ADVISOR, site, partner)
    assert (made.language, made.invited_by) == ("nl", by)
    assert [sent.to for sent in mail.outbox] == [[ROBIN]]
    assert f"{ROBIN} invited by {by} Advisor sent" in " ".join(rows_of(client.get(address)))


def test_manager_of_a_network_invites_for_a_partner_and_for_the_network(
    client: Client, site: Site, partner: Partner
) -> None:
    as_role(client, Role.NETWORK_MANAGER, site.network)
    address = f"/team/networks/{site.network.slug}/"

    refused = invite(client, address, role="PARTNER_MANAGER")
    invite(client, address, role="PARTNER_MANAGER", partner=str(partner.pk))
    invite(client, address, role="NETWORK_MANAGER")

    assert refused.status_code == 422
    assert "Choose the partner whose people they will manage" in refused.content.decode()
    made = Invitation.objects.order_by("role").values_list("role", "network", "partner")
    assert list(made) == [("NETWORK_MANAGER", site.network.pk, None), ("PARTNER_MANAGER", None, partner.pk)]


def test_manager_of_a_partner_invites_to_the_sites_where_it_is_present(
    client: Client, site: Site, partner: Partner
) -> None:
    as_role(client, Role.PARTNER_MANAGER, partner)
    address = f"/team/partners/{partner.slug}/"
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    left = PresenceFactory(partner=partner, last_on=yesterday).site

    page = client.get(f"{address}invite/").content.decode()
    refused = invite(client, address, site=str(left.pk))
    answer = invite(client, address, site=str(site.pk))

    assert 'name="role"' not in page
    assert site.name in page
    assert left.name not in page
    assert (refused.status_code, answer.headers["Location"]) == (422, address)
    made = Invitation.objects.get()
    assert (made.role, made.site, made.partner) == (Role.ADVISOR, site, partner)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"role": "SITE_MANAGER"}, "SITE_MANAGER is not one of the available choices."),
        ({"partner": "999999"}, "not one of the available choices."),
        ({"language": "xx"}, "xx is not one of the available choices."),
    ],
)
def test_wrong_entry_is_answered_at_the_field(client: Client, site: Site, data: dict[str, str], sentence: str) -> None:
    as_role(client, Role.COORDINATOR, site)

    answer = invite(client, f"/team/sites/{site.slug}/", **data)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "<title>Error:" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_nobody_invites_their_own_address(client: Client, site: Site) -> None:
    by = as_role(client, Role.COORDINATOR, site)

    answer = invite(client, f"/team/sites/{site.slug}/", email=f" {by.email.upper()}", role="RECEPTION")

    assert answer.status_code == 422
    assert "This is your own address." in answer.text
    assert not Invitation.objects.exists()


def test_address_is_no_longer_than_its_column(client: Client, site: Site) -> None:
    as_role(client, Role.COORDINATOR, site)
    address = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.org"

    answer = invite(client, f"/team/sites/{site.slug}/", email=address)

    assert answer.status_code == 422
    assert "at most 254 characters" in answer.text


def test_whoever_works_there_already_is_not_invited(client: Client, site: Site) -> None:
    as_role(client, Role.COORDINATOR, site)
    MembershipFactory(site=site, user__email=ROBIN)

    answer = invite(client, f"/team/sites/{site.slug}/")

    assert answer.status_code == 422
    assert 'href="#id_email"' in answer.content.decode()
    assert "already has this role here" in answer.content.decode()


def test_invitation_is_sent_again_and_withdrawn(
    client: Client, site: Site, django_capture_on_commit_callbacks: Any
) -> None:
    as_role(client, Role.COORDINATOR, site)
    invitation = InvitationFactory(site=site, expired=True)
    address = f"/team/invitations/{invitation.pk}/"

    with django_capture_on_commit_callbacks(execute=True):
        again = client.post(f"{address}resend/")
    invitation.refresh_from_db()
    assert again.headers["Location"] == f"/team/sites/{site.slug}/"
    assert invitation.sent_at is not None
    assert invitation.expires_at > timezone.now()
    assert len(mail.outbox) == 1

    assert client.post(f"{address}withdraw/").status_code == 302
    invitation.refresh_from_db()
    assert invitation.revoked_at is not None
    assert [client.post(f"{address}{action}/").status_code for action in ("resend", "withdraw")] == [404, 404]
    assert client.get(f"{address}withdraw/").status_code == 405


def test_invitation_that_cannot_be_sent_again_says_why(client: Client, partner: Partner, site: Site) -> None:
    as_role(client, Role.PARTNER_MANAGER, partner)
    invitation = InvitationFactory(site=SiteFactory(), partner=partner)

    answer = client.post(f"/team/invitations/{invitation.pk}/resend/", follow=True)

    assert answer.redirect_chain == [(f"/team/partners/{partner.slug}/", 302)]
    assert "Le Forem is not at" in answer.content.decode()


@pytest.mark.parametrize("role", [Role.SITE_MANAGER, Role.COORDINATOR])
def test_invitation_of_others_does_not_exist(client: Client, role: Role) -> None:
    theirs = InvitationFactory(role=Role.SITE_MANAGER)
    as_role(client, role, theirs.site)

    for action in ("resend", "withdraw"):
        assert client.post(f"/team/invitations/{theirs.pk}/{action}/").status_code == 404


def test_membership_ends_after_a_look_at_what_follows(client: Client, site: Site) -> None:
    as_role(client, Role.COORDINATOR, site)
    membership = MembershipFactory(site=site, user__display_name="Ada")
    address = f"/team/memberships/{membership.pk}/end/"

    page = client.get(address).content.decode()
    assert "Does Ada leave?" in page
    assert "It is the last role" in page
    assert Membership.objects.filter(pk=membership.pk).exists()

    answer = client.post(address, follow=True)
    assert answer.redirect_chain == [(f"/team/sites/{site.slug}/", 302)]
    assert "The membership has ended" in answer.content.decode()
    assert not User.objects.get(display_name="Ada").is_active
    assert client.post(address).status_code == 404


def test_person_with_another_role_reads_that_it_stays(client: Client, site: Site) -> None:
    as_role(client, Role.COORDINATOR, site)
    membership = MembershipFactory(site=site)
    MembershipFactory(user=membership.user)

    page = client.get(f"/team/memberships/{membership.pk}/end/").content.decode()

    assert "Access ends at once, at this place alone." in page
    assert "It is the last role" not in page


@pytest.mark.parametrize("action", ["role", "end"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_membership_of_others_does_not_exist(client: Client, site: Site, action: str, method: str) -> None:
    as_role(client, Role.COORDINATOR, site)
    theirs = [
        MembershipFactory(site=site, role=Role.SITE_MANAGER),
        MembershipFactory(),
        MembershipFactory(site=None, network=site.network),
    ]

    for membership in theirs:
        answer = getattr(client, method)(f"/team/memberships/{membership.pk}/{action}/", {"role": "RECEPTION"})
        assert answer.status_code == 404
    assert Membership.objects.count() == 4


def test_last_network_manager_reads_why_they_stay(client: Client, site: Site) -> None:
    user = as_role(client, Role.NETWORK_MANAGER, site.network)

    answer = client.post(f"/team/memberships/{user.memberships.get().pk}/end/")

    assert answer.status_code == 422
    assert "Nobody else manages this network" in answer.content.decode()
    assert "Do you leave?" in answer.content.decode()
    assert user.memberships.exists()


def test_whoever_leaves_altogether_is_signed_out(client: Client, site: Site) -> None:
    user = as_role(client, Role.COORDINATOR, site)

    answer = client.post(f"/team/memberships/{user.memberships.get().pk}/end/")

    assert answer.status_code == 302
    assert client.get("/team/").headers["Location"].startswith("/accounts/login/")


def test_whoever_keeps_a_role_stays_signed_in(client: Client, site: Site) -> None:
    user = as_role(client, Role.COORDINATOR, site)
    left = user.memberships.get()
    MembershipFactory(user=user)

    answer = client.post(f"/team/memberships/{left.pk}/end/", follow=True)

    assert answer.redirect_chain[0] == ("/staff/", 302)
    assert "Your membership has ended" in answer.content.decode()


def test_role_is_changed(client: Client, site: Site) -> None:
    as_role(client, Role.SITE_MANAGER, site)
    membership = MembershipFactory(site=site)
    address = f"/team/memberships/{membership.pk}/role/"

    page = client.get(address).content.decode()
    refused = client.post(address, {"role": "SITE_MANAGER"})
    answer = client.post(address, {"role": "COORDINATOR"})

    assert re.findall(r'<option value="(\w+)"', page) == ["RECEPTION", "ADVISOR", "COORDINATOR"]
    assert refused.status_code == 422
    assert answer.headers["Location"] == f"/team/sites/{site.slug}/"
    assert membership.user.memberships.get().role == Role.COORDINATOR


def test_role_that_the_person_holds_already_is_refused(client: Client, site: Site) -> None:
    as_role(client, Role.SITE_MANAGER, site)
    membership = MembershipFactory(site=site)
    MembershipFactory(user=membership.user, site=site, role=Role.RECEPTION)

    answer = client.post(f"/team/memberships/{membership.pk}/role/", {"role": "RECEPTION"})

    assert answer.status_code == 422
    assert "already has this role here" in answer.content.decode()
