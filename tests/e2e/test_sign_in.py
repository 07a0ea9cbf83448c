"""Staff sign in, in a real browser with a pretended security chip, and axe looks at every page on the way."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse
from playwright.sync_api import Page, expect

from citemetiers.accounts.providers import read_providers
from sites.enums import Role
from sites.models import User
from tests.e2e.axe import looked_at
from tests.factories.sites import PASSWORD, MembershipFactory
from tests.portal.openid_provider import OpenIdProvider

Look = Callable[[str], None]


@pytest.fixture(autouse=True)
def _required(settings: Any) -> None:
    settings.PORTAL_SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def coordinator() -> User:
    user: User = MembershipFactory(role=Role.COORDINATOR, user__display_name="Anne Lemaire-Vandenberghe").user
    return user


@pytest.fixture
def chip(page: Page) -> Any:
    """A chip in the device that knows its owner, as a telephone does."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


@pytest.fixture
def look(page: Page) -> Iterator[Look]:
    """Looks at the page with axe, at both widths and in both schemes."""
    complaints: list[str] = []

    def at(name: str) -> None:
        complaints.extend(f"{name} {found}" for found in looked_at(page))

    yield at
    assert complaints == []


def _sign_in(page: Page, base: str, user: User, onward: str = "") -> None:
    page.goto(f"{base}{reverse('account_login')}?next={onward}")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def _sign_out(page: Page) -> None:
    button = page.get_by_role("banner").get_by_role("button", name="Sign out")
    button.click()
    expect(button).to_be_hidden()


def _speak_english(page: Page, base: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": base}])


def test_coordinator_adds_a_passkey_and_signs_in_with_nothing_else(
    coordinator: User, watched: Page, chip: Any, look: Look, live_server: Any
) -> None:
    page = watched
    _speak_english(page, live_server.url)
    _sign_in(page, live_server.url, coordinator, "/desk/")
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    look("waiting page")

    page.get_by_role("link", name="Add a passkey").click()
    look("add a passkey")
    page.get_by_label("Name of this passkey").fill("Telephone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    look("recovery codes")
    page.get_by_role("link", name="Go on to where you wanted to go").click()
    page.wait_for_url(f"{live_server.url}/desk/**")

    _sign_out(page)
    page.goto(f"{live_server.url}{reverse('account_login')}?next=/desk/")
    look("sign-in page")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{live_server.url}/desk/**")

    [passkey] = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
    assert passkey.wrap().name == "Telephone"
    assert passkey.last_used_at is not None
    page.goto(f"{live_server.url}{reverse('mfa_list_webauthn')}")
    expect(page.get_by_role("heading", name="Telephone")).to_be_visible()
    look("list of passkeys")
    for name in ("Rename", "Remove"):
        page.goto(f"{live_server.url}{reverse('mfa_list_webauthn')}")
        page.get_by_role("link", name=name).click()
        look(f"{name} a passkey")


def test_passkey_is_good_after_a_password_too(
    coordinator: User, watched: Page, chip: Any, look: Look, live_server: Any
) -> None:
    page = watched
    _speak_english(page, live_server.url)
    _sign_in(page, live_server.url, coordinator)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("link", name="Go on to where you wanted to go").click()
    _sign_out(page)

    _sign_in(page, live_server.url, coordinator, "/desk/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your second factor")
    look("second factor")
    page.get_by_role("button", name="Use a passkey instead").click()

    page.wait_for_url(f"{live_server.url}/desk/**")


def test_passkey_of_a_deactivated_person_opens_nothing(
    coordinator: User, watched: Page, chip: Any, live_server: Any
) -> None:
    page = watched
    _speak_english(page, live_server.url)
    _sign_in(page, live_server.url, coordinator)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("link", name="Go on to where you wanted to go").click()
    _sign_out(page)
    User.objects.update(is_active=False)

    page.goto(f"{live_server.url}{reverse('account_login')}")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("This account is closed")


def test_passkey_that_is_refused_leaves_a_way_on(coordinator: User, page: Page, chip: Any, live_server: Any) -> None:
    _speak_english(page, live_server.url)
    page.goto(f"{live_server.url}{reverse('account_login')}")

    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new DOMException('no')) }")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("alert")).to_contain_text("The passkey was not used")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_enabled()


def test_coordinator_sets_up_an_app_and_signs_in_with_its_code(
    coordinator: User, watched: Page, look: Look, live_server: Any
) -> None:
    page = watched
    _speak_english(page, live_server.url)
    _sign_in(page, live_server.url, coordinator, "/desk/")
    page.get_by_role("link", name="Set up an app").click()
    look("set up an app")
    page.get_by_text("It cannot read it?").click()
    secret = page.locator("code").inner_text()

    page.get_by_label("Code", exact=True).fill("12345x")
    page.get_by_role("button", name="Set up").click()
    expect(page.locator(".errorlist")).to_be_visible()
    look("set up an app, wrong code")
    page.get_by_label("Code", exact=True).fill(_code(secret, 0))
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("link", name="Go on to where you wanted to go").click()
    page.wait_for_url(f"{live_server.url}/desk/**")

    _sign_out(page)
    _sign_in(page, live_server.url, coordinator, "/desk/")
    page.get_by_label("Code", exact=True).fill(_code(secret, 1))
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.wait_for_url(f"{live_server.url}/desk/**")


def _code(secret: str, step: int) -> str:
    """The code of this half minute or the next: each is good once."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def test_pages_of_the_account_have_no_violation(
    coordinator: User, watched: Page, chip: Any, look: Look, live_server: Any
) -> None:
    page = watched
    _speak_english(page, live_server.url)
    _sign_in(page, live_server.url, coordinator)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")

    for name in ACCOUNT_PAGES:
        page.goto(f"{live_server.url}{reverse(name)}")
        look(name)


def test_refused_account_has_no_violation(
    coordinator: User, page: Page, chip: Any, look: Look, live_server: Any
) -> None:
    _speak_english(page, live_server.url)
    _sign_in(page, live_server.url, coordinator)

    page.goto(f"{live_server.url}{reverse('account-home')}")
    look("account of somebody without a second factor")
    page.get_by_label("Name shown to colleagues").fill(" ")
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".errorlist")).to_be_visible()
    look("account, refused")


ACCOUNT_PAGES = (
    "account-home",
    "mfa_index",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate_webauthn",
    "account_reauthenticate",
    "account_change_password",
    "usersessions_list",
)


@pytest.fixture
def provider(settings: Any) -> Iterator[OpenIdProvider]:
    one = OpenIdProvider()
    listed = {"id": "partner", "name": "The Partner", "server_url": one.url, "client_id": "portal", "secret": "hush"}
    [partner] = read_providers(json.dumps([{**listed, "domains": ["partner.example"]}]))
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [partner.as_app()], "OAUTH_PKCE_ENABLED": True}}
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**policy, "form-action": ["'self'", *partner.origins]}}
    yield one
    one.close()


def test_person_of_a_partner_signs_in_with_the_account_of_the_partner(
    watched: Page, look: Look, provider: OpenIdProvider, live_server: Any
) -> None:
    page = watched
    MembershipFactory(role=Role.ADVISOR, user__email="anne@partner.example")
    _speak_english(page, live_server.url)

    page.goto(f"{live_server.url}{reverse('account_login')}?next=/desk/")
    look("sign-in page with a partner")
    page.get_by_role("button", name="Sign in by The Partner").click()

    page.wait_for_url(f"{live_server.url}/desk/**")


def test_person_of_a_partner_without_an_account_is_told_what_to_do(
    page: Page, look: Look, provider: OpenIdProvider, live_server: Any
) -> None:
    _speak_english(page, live_server.url)
    page.goto(f"{live_server.url}{reverse('account_login')}")

    page.get_by_role("button", name="Sign in by The Partner").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You are not signed in")
    expect(page.get_by_role("main")).to_contain_text("Ask your coordinator for an invitation")
    look("refused")
