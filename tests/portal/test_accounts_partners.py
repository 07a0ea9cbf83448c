"""Sign-in by a partner organisation, against a real provider on loopback."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.test import Client
from django.urls import reverse

from citemetiers.accounts.providers import read_providers
from sites.enums import Role
from sites.models import User
from tests.factories.sites import PASSWORD, MembershipFactory, UserFactory
from tests.portal.openid_provider import OpenIdProvider

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/oidc/partner/login/"


@pytest.fixture
def provider(settings: Any) -> Iterator[OpenIdProvider]:
    one = OpenIdProvider()
    entry = f"""[{{"id": "partner", "name": "The Partner", "server_url": "{one.url}", "client_id": "portal",
        "secret": "hush", "domains": ["partner.example"]}}]"""
    apps = [each.as_app() for each in read_providers(entry)]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps, "OAUTH_PKCE_ENABLED": True}}
    yield one
    one.close()


@pytest.fixture
def anne() -> User:
    user: User = MembershipFactory(role=Role.ADVISOR, user__email="anne@partner.example").user
    return user


def come_in(client: Client, **sent: str) -> Any:
    """From the button to the answer of the portal, by the provider."""
    leaving = client.post(LOGIN, sent)
    back = requests.get(leaving["Location"], allow_redirects=False, timeout=5).headers["Location"]
    return client.get(back.removeprefix("http://testserver"))


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_button_stands_on_the_sign_in_page(client: Client, provider: OpenIdProvider) -> None:
    page = client.get(reverse("account_login"), {"next": "/desk/"}).text

    assert "Sign in by The Partner" in page
    assert f'action="{LOGIN}"' in page


def test_without_a_provider_there_is_no_button(client: Client) -> None:
    assert "/accounts/oidc/" not in client.get(reverse("account_login")).text
    assert client.get("/accounts/oidc/nobody/login/").status_code == 404
    assert client.get("/accounts/oidc/nobody/login/callback/").status_code == 404


def test_person_of_the_partner_comes_in_and_goes_on(client: Client, provider: OpenIdProvider, anne: User) -> None:
    answer = come_in(client, next="/desk/")

    assert answer["Location"] == "/desk/"
    assert client.session["_auth_user_id"] == str(anne.pk)
    assert client.get("/desk/").status_code == 200


def test_sign_in_keeps_nothing_of_what_the_partner_said(client: Client, provider: OpenIdProvider, anne: User) -> None:
    anne.set_password(PASSWORD)
    anne.save()

    come_in(client)

    anne.refresh_from_db()
    assert is_signed_in(client)
    assert [model.objects.count() for model in (SocialAccount, SocialToken, SocialApp)] == [0, 0, 0]
    assert anne.check_password(PASSWORD)


def test_sign_in_uses_a_challenge_and_the_secret(client: Client, provider: OpenIdProvider, anne: User) -> None:
    come_in(client)

    [asked] = [sent for name, sent in provider.asked if name == "authorize"]
    [token] = [sent for name, sent in provider.asked if name == "token"]
    assert asked["code_challenge_method"] == "S256"
    assert token["client_secret"] == "hush"
    assert token["code_verifier"]


def test_address_is_matched_without_its_case(client: Client, provider: OpenIdProvider, anne: User) -> None:
    provider.claims["email"] = "Anne@Partner.Example"

    come_in(client)

    assert is_signed_in(client)


def test_unknown_person_is_told_to_ask_for_an_invitation(client: Client, provider: OpenIdProvider) -> None:
    answer = come_in(client)

    assert answer.status_code == 403
    assert "There is no account for anne@partner.example. Ask your coordinator for an invitation." in answer.text
    assert not is_signed_in(client)
    assert not User.objects.exists()


@pytest.mark.parametrize("said", [False, "false", None, 0, "yes"])
def test_address_that_is_not_checked_is_refused(
    client: Client, provider: OpenIdProvider, anne: User, said: object
) -> None:
    provider.claims["email_verified"] = said

    answer = come_in(client)

    assert answer.status_code == 403
    assert "has not confirmed your e-mail address" in answer.text
    assert not is_signed_in(client)


@pytest.mark.parametrize("email", [None, "", "anne", "anne@"])
def test_answer_without_an_address_is_refused(
    client: Client, provider: OpenIdProvider, anne: User, email: str | None
) -> None:
    provider.claims["email"] = email

    answer = come_in(client)

    assert answer.status_code == 403
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "email",
    [
        "boss@elsewhere.example",
        "boss@sub.partner.example",
        "boss@partner.example.evil.example",
        "boss@notpartner.example",
    ],
)
def test_partner_vouches_for_no_other_domain(client: Client, provider: OpenIdProvider, email: str) -> None:
    UserFactory(email=email)
    provider.claims["email"] = email

    answer = come_in(client)

    assert answer.status_code == 403
    assert "may not sign in people with this e-mail address" in answer.text
    assert not is_signed_in(client)


def test_two_answers_about_two_people_are_refused(client: Client, provider: OpenIdProvider, anne: User) -> None:
    provider.id_claims["sub"] = "person-2"

    answer = come_in(client)

    assert answer.status_code == 403
    assert not is_signed_in(client)


def test_deactivated_person_stays_out(client: Client, provider: OpenIdProvider, anne: User) -> None:
    User.objects.filter(pk=anne.pk).update(is_active=False)

    answer = come_in(client)

    assert answer["Location"] == reverse("account_inactive")
    assert "This account is closed" in client.get(answer["Location"]).text
    assert not is_signed_in(client)


def test_second_factor_is_asked_for_all_the_same(client: Client, provider: OpenIdProvider, settings: Any) -> None:
    settings.PORTAL_SECOND_FACTOR_REQUIRED = True
    MembershipFactory(role=Role.COORDINATOR, user__email="anne@partner.example")

    come_in(client)

    assert client.get(reverse("visitors:desk"))["Location"].startswith(reverse("second-factor"))


def test_account_of_a_partner_is_never_attached(client: Client, provider: OpenIdProvider, anne: User) -> None:
    client.force_login(UserFactory())

    answer = come_in(client, process="connect")

    assert answer.status_code == 403
    assert not SocialAccount.objects.exists()


def test_provider_in_the_database_opens_no_door(client: Client, anne: User) -> None:
    SocialApp.objects.create(
        provider="openid_connect", provider_id="rogue", name="Rogue", client_id="x", settings={"server_url": "x"}
    )

    assert client.post("/accounts/oidc/rogue/login/").status_code == 404
    assert "Rogue" not in client.get(reverse("account_login")).text


@pytest.mark.parametrize(
    ("part", "answer"),
    [
        ("openid-configuration", (500, "")),
        ("openid-configuration", (200, "not json")),
        ("openid-configuration", (200, "{}")),
        ("token", (400, '{"error": "invalid_client"}')),
        ("token", (200, '{"access_token": "open", "id_token": "nonsense"}')),
        ("token", (500, "<html>")),
        ("userinfo", (401, "{}")),
        ("userinfo", (200, "[1]")),
        ("userinfo", (200, '{"email": "anne@partner.example"}')),
        ("authorize", (0, "")),
    ],
)
def test_trouble_at_the_provider_gets_a_clear_page(
    client: Client, provider: OpenIdProvider, anne: User, part: str, answer: tuple[int, str]
) -> None:
    provider.broken[part] = answer

    page = client.post(LOGIN) if part == "openid-configuration" else come_in(client)

    assert page.status_code == 401
    assert "Your organisation could not sign you in" in page.text
    assert not is_signed_in(client)


def test_provider_that_is_down_gets_a_clear_page(client: Client, provider: OpenIdProvider) -> None:
    provider.close()

    page = client.post(LOGIN)

    assert page.status_code == 401
    assert "Your organisation could not sign you in" in page.text


@pytest.mark.parametrize("change", [{"aud": "somebody-else"}, {"iss": "http://elsewhere.example"}, {"exp": 1}])
def test_statement_for_somebody_else_is_refused(
    client: Client, provider: OpenIdProvider, anne: User, change: dict[str, Any]
) -> None:
    provider.id_claims.update(change)

    page = come_in(client)

    assert page.status_code == 401
    assert not is_signed_in(client)


def test_answer_that_nobody_asked_for_is_refused(client: Client, provider: OpenIdProvider, anne: User) -> None:
    page = client.get(f"{LOGIN}callback/", {"code": "x", "state": "made-up"})

    assert page.status_code == 401
    assert not is_signed_in(client)


def test_person_who_turns_back_is_told_that_nothing_happened(client: Client, provider: OpenIdProvider) -> None:
    leaving = client.post(LOGIN)
    [state] = parse_qs(urlsplit(leaving["Location"]).query)["state"]

    page = client.get(f"{LOGIN}callback/", {"error": "access_denied", "state": state}, follow=True)

    assert "You stopped signing in" in page.text


def test_opening_the_address_of_the_button_asks_first(client: Client, provider: OpenIdProvider) -> None:
    page = client.get(LOGIN)

    assert page.status_code == 200
    assert "Sign in by The Partner" in page.text
    assert provider.asked == []
