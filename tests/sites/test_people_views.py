import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from sites.enums import Role
from sites.models import Invitation, User
from sites.services import invitation_url
from tests.factories.sites import PASSWORD, InvitationFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

ROBIN = "robin@example.org"


def address_of(invitation: Invitation) -> str:
    return invitation_url(invitation).removeprefix("http://localhost:8000")


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_link_shows_who_invites_to_what_in_the_language_of_the_invitation(client: Client, language: str) -> None:
    invitation = InvitationFactory(language=language, email=ROBIN, invited_by__display_name="Ada")

    page = client.get(address_of(invitation), headers={"accept-language": "en" if language != "en" else "fr"})

    html = page.content.decode()
    assert page.status_code == 200
    assert f'<html lang="{language}">' in html
    assert "Ada" in html
    assert invitation.site.name in html
    with translation.override(language):
        assert translation.gettext("Your name") in html
    assert ROBIN not in html
    assert "no-store" in page.headers["Cache-Control"]


def test_new_person_gives_a_name_chooses_a_password_and_is_signed_in_here_alone(client: Client) -> None:
    invitation = InvitationFactory(email=ROBIN, language="nl")

    welcome = client.post(address_of(invitation), {"display_name": "Robin"}, follow=True)

    user = User.objects.get(email=ROBIN)
    assert welcome.status_code == 200
    assert '<html lang="nl">' in welcome.content.decode()
    assert (user.display_name, user.language) == ("Robin", "nl")
    password_url = next(part for part in welcome.content.decode().split('"') if "/password/reset/key/" in part)
    form = client.get(password_url, follow=True)
    weak = client.post(form.request["PATH_INFO"], {"password1": "robin", "password2": "robin"})
    assert weak.context["form"].errors
    client.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert client.get("/desk/").status_code == 200
    assert client.get(f"/team/sites/{invitation.site.slug}/").status_code == 403
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert user.last_login is not None


def test_name_is_asked_for(client: Client) -> None:
    invitation = InvitationFactory()

    page = client.post(address_of(invitation), {"display_name": "  "})

    assert page.status_code == 422
    assert "This field is required." in page.content.decode()
    assert not User.objects.filter(email=invitation.email).exists()


def test_pressed_twice_leads_to_the_same_welcome(client: Client) -> None:
    invitation = InvitationFactory(email=ROBIN)

    answers = [client.post(address_of(invitation), {"display_name": "Robin"}) for _press in range(2)]
    again = client.get(address_of(invitation))

    assert all(answer.headers["Location"].startswith("/accounts/welcome/") for answer in (*answers, again))
    assert User.objects.filter(email=ROBIN).count() == 1


def test_link_is_dead_once_the_person_has_signed_in(client: Client) -> None:
    invitation = InvitationFactory(email=ROBIN)
    client.post(address_of(invitation), {"display_name": "Robin"})
    User.objects.filter(email=ROBIN).update(last_login=timezone.now())

    assert client.get(address_of(invitation)).status_code == 404
    client.force_login(User.objects.get(email=ROBIN))
    assert client.get(address_of(invitation)).headers["Location"] == "/staff/"


def test_existing_person_is_asked_to_sign_in_and_then_simply_accepts(client: Client) -> None:
    person = MembershipFactory(user__email=ROBIN, user__language="en").user
    invitation = InvitationFactory(email=ROBIN, role=Role.COORDINATOR)
    address = address_of(invitation)

    stranger = client.get(address).content.decode()
    assert f'href="/accounts/login/?next={address}"' in stranger
    assert "display_name" not in stranger
    assert client.post(address, {"display_name": "Thief"}).headers["Location"] == address
    assert person.memberships.count() == 1

    client.force_login(person)
    assert "display_name" not in client.get(address).content.decode()
    answer = client.post(address)
    assert answer.headers["Location"] == "/staff/"
    assert person.memberships.filter(role=Role.COORDINATOR, site=invitation.site).exists()


def test_person_signed_in_with_another_address_is_asked_to_sign_out(client: Client) -> None:
    invitation = InvitationFactory(email=ROBIN)
    client.force_login(UserFactory())

    page = client.get(address_of(invitation)).content.decode()
    answer = client.post(address_of(invitation), {"display_name": "Robin"})

    assert 'action="/accounts/logout/"' in page
    assert ROBIN not in page
    assert answer.headers["Location"] == address_of(invitation)
    assert not User.objects.filter(email=ROBIN).exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_dead_links_are_all_answered_alike(client: Client, method: str) -> None:
    used = InvitationFactory(email=ROBIN, accepted_at=timezone.now())
    UserFactory(email=ROBIN, last_login=timezone.now())
    dead = [
        InvitationFactory(email=ROBIN, expired=True),
        InvitationFactory(email=ROBIN, role=Role.RECEPTION, revoked_at=timezone.now()),
        used,
    ]
    addresses = ["/invitation/unknown/", f"/invitation/{'x' * 32}/", *map(address_of, dead)]

    pages: set[Any] = set()
    for address in addresses:
        answer = getattr(client, method)(address, {"display_name": "Robin"})
        pages.add((answer.status_code, answer.content))

    ((status, page),) = pages
    assert status == 404
    assert "Ask the person who invited you" in page.decode()
    assert ROBIN not in page.decode()


def test_link_that_expires_while_somebody_types_is_answered_clearly(client: Client) -> None:
    invitation = InvitationFactory()
    client.get(address_of(invitation))
    Invitation.objects.update(
        expires_at=timezone.now() - dt.timedelta(seconds=1), invited_at=timezone.now() - dt.timedelta(8)
    )

    answer = client.post(address_of(invitation), {"display_name": "Robin"})

    assert answer.status_code == 404
    assert not User.objects.filter(email=invitation.email).exists()


def test_person_who_returns_chooses_anew_how_to_sign_in(client: Client) -> None:
    UserFactory(email=ROBIN, is_active=False, last_login=timezone.now(), display_name="Old name")
    invitation = InvitationFactory(email=ROBIN)

    answer = client.post(address_of(invitation), {"display_name": "New name"}, follow=True)

    assert answer.status_code == 200
    assert "New name" in answer.content.decode()
    assert User.objects.get(email=ROBIN).display_name == "New name"
