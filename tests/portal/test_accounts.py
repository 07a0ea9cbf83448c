"""One's own account, who is let in, what is closed."""

import datetime as dt
import re
import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from citemetiers.kernel.welcome import welcome_address
from sites.enums import Role
from sites.models import User
from tests.factories.sites import PASSWORD, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

LANGUAGES = ("fr", "nl", "de", "en")
MANAGED = (
    "account-home",
    "second-factor",
    "account_change_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "usersessions_list",
)
WITH_FACTOR = (
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
    "account_reauthenticate",
)


def sign_in(client: Client, user: User, **more: str) -> Any:
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD, **more})


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MANAGED)
def test_page_of_the_account_answers_in_each_language(client: Client, name: str, language: str) -> None:
    membership = MembershipFactory(role=Role.COORDINATOR, user__language=language)
    sign_in(client, membership.user)

    page = client.get(reverse(name), follow=name == "second-factor")

    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert page.text.count("<h1") == 1


@pytest.mark.parametrize("name", WITH_FACTOR)
def test_page_of_the_second_factor_answers(client: Client, name: str) -> None:
    user = UserFactory()
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    sign_in(client, user)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", [*MANAGED, *WITH_FACTOR])
def test_page_of_the_account_is_closed_to_a_stranger(client: Client, name: str) -> None:
    answer = client.get(reverse(name))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_account_shows_roles_and_saves_name_and_language(client: Client) -> None:
    membership = MembershipFactory(role=Role.ADVISOR)
    client.force_login(membership.user)

    page = client.get(reverse("account-home")).text
    answer = client.post(reverse("account-home"), {"display_name": "Anne", "language": "de", "role": "NETWORK_MANAGER"})

    membership.refresh_from_db()
    assert f"advisor, {membership.site}" in page
    assert answer.status_code == 302
    assert (membership.user.display_name, membership.user.language, membership.role) == ("Anne", "de", Role.ADVISOR)


def test_account_refuses_an_empty_name(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)

    answer = client.post(reverse("account-home"), {"display_name": " ", "language": "fr"})

    assert answer.status_code == 422
    assert User.objects.get(pk=user.pk).display_name == user.display_name


@pytest.mark.parametrize("email", ["advisor@demo.example", "advisor-1.namur@demo.example", "admin@demo.example"])
def test_account_of_the_demo_says_that_it_is_shared(client: Client, settings: Any, email: str) -> None:
    client.force_login(UserFactory(email=email))
    before = client.get(reverse("account-home")).text

    settings.DEMO = True

    assert "shared by everybody" not in before
    assert "shared by everybody" in client.get(reverse("account-home")).text


def test_account_of_a_person_who_was_invited_in_the_demo_is_theirs(client: Client, settings: Any) -> None:
    settings.DEMO = True
    client.force_login(UserFactory(email="robin@example.org"))

    assert "shared by everybody" not in client.get(reverse("account-home")).text


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/signup/",
        "/accounts/signup/passkey/",
        "/accounts/2fa/webauthn/signup/",
        "/accounts/partner/signup/",
        "/accounts/3rdparty/signup/",
        "/accounts/social/signup/",
    ],
)
def test_nobody_signs_up_by_any_road(client: Client, address: str) -> None:
    data = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD, "credential": "{}"}

    asked, sent = client.get(address), client.post(address, data)

    assert {asked.status_code, sent.status_code} <= {200, 302, 404}
    assert "password1" not in asked.text + sent.text
    assert not User.objects.exists()


@pytest.mark.parametrize("address", ["/accounts/email/", "/accounts/confirm-email/", "/accounts/confirm-email/key/"])
def test_nobody_changes_the_address_they_were_invited_by(client: Client, address: str) -> None:
    user = UserFactory()
    client.force_login(user)

    answer = client.post(address, {"action_add": "", "email": "mine@elsewhere.example"})

    assert answer["Location"] == reverse("account-home")
    assert User.objects.get().email == user.email
    assert mail.outbox == []


def test_deactivated_person_gets_in_by_no_password(client: Client) -> None:
    user = UserFactory(is_active=False)

    sign_in(client, user)

    assert "_auth_user_id" not in client.session


def test_deactivated_person_gets_no_code_and_no_link(client: Client) -> None:
    user = UserFactory(is_active=False)

    client.post(reverse("account_request_login_code"), {"email": user.email})
    client.post(reverse("account_reset_password"), {"email": user.email})

    assert mail.outbox == []


def test_person_deactivated_after_the_password_is_stopped_at_the_second_factor(client: Client) -> None:
    user = UserFactory()
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    sign_in(client, user)
    User.objects.filter(pk=user.pk).update(is_active=False)

    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert "_auth_user_id" not in client.session


def test_person_deactivated_while_signed_in_is_out_at_once(client: Client) -> None:
    membership = MembershipFactory(role=Role.ADVISOR)
    sign_in(client, membership.user)
    User.objects.filter(pk=membership.user.pk).update(is_active=False)

    answer = client.get(reverse("visitors:desk"))

    assert answer["Location"].startswith(reverse("account_login"))


def test_code_by_mail_signs_in_and_says_nothing_but_the_code(client: Client) -> None:
    membership = MembershipFactory(role=Role.ADVISOR)
    client.post(reverse("account_request_login_code"), {"email": membership.user.email})
    [message] = mail.outbox
    [code] = re.findall(r"^[A-Z0-9-]{6,}$", message.body, re.MULTILINE)

    answer = client.post(reverse("account_confirm_login_code"), {"code": code})

    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(membership.user.pk)
    assert message.subject == "Your sign-in code"
    assert "http" not in message.body


def test_stranger_who_asks_for_a_code_or_a_link_gets_no_mail(client: Client) -> None:
    client.post(reverse("account_request_login_code"), {"email": "nobody@example.org"})
    client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})

    assert mail.outbox == []


def test_owner_is_told_by_mail_of_a_changed_password(client: Client) -> None:
    user = UserFactory()
    sign_in(client, user)
    new = "another horse, another battery"

    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})

    [message] = mail.outbox
    assert message.to == [user.email]
    assert message.subject == "Your password was changed"
    assert "127.0.0.1" not in message.body


def test_too_many_wrong_passwords_are_slowed_down(client: Client, settings: Any) -> None:
    del settings.ACCOUNT_RATE_LIMITS
    user = UserFactory()
    for _attempt in range(5):
        client.post(reverse("account_login"), {"login": user.email, "password": "wrong"})

    sign_in(client, user)

    assert "_auth_user_id" not in client.session


def test_too_many_requests_get_a_clear_page(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    user = UserFactory()
    sign_in(client, user)
    client.logout()

    answer = sign_in(client, user)

    assert answer.status_code == 429
    assert "Too many attempts" in answer.text


def test_welcome_lets_a_new_person_choose_a_password_and_come_in(client: Client) -> None:
    user = User.objects.create_user("new@example.org", display_name="New", language="en")
    MembershipFactory(user=user, role=Role.ADVISOR)
    page = client.get(welcome_address(user)).text
    [address] = re.findall(r'href="(/accounts/password/reset/key/[^"]+)"', page)
    form = client.get(address)["Location"]

    answer = client.post(form, {"password1": PASSWORD, "password2": PASSWORD})

    user.refresh_from_db()
    assert answer.status_code == 302
    assert user.check_password(PASSWORD)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_welcome_lets_a_new_person_take_a_code(client: Client) -> None:
    user = User.objects.create_user("new@example.org", display_name="New", language="en")
    page = client.get(welcome_address(user)).text

    client.post(reverse("account_request_login_code"), {"email": user.email})

    assert f'name="email" value="{user.email}"' in page
    assert [message.to for message in mail.outbox] == [[user.email]]


@pytest.mark.parametrize("state", ["forged", "deactivated", "password", "seen"])
def test_welcome_is_for_a_new_person_only(client: Client, state: str) -> None:
    user = User.objects.create_user("new@example.org", display_name="New")
    address = reverse("account-welcome", args=["forged"]) if state == "forged" else welcome_address(user)
    if state == "deactivated":
        User.objects.filter(pk=user.pk).update(is_active=False)
    if state == "password":
        user.set_password(PASSWORD)
        user.save()
    if state == "seen":
        client.force_login(user)

    answer = client.get(address)

    assert answer.status_code == 404
    assert "/password/reset/key/" not in answer.text


def test_welcome_expires(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    user = User.objects.create_user("new@example.org", display_name="New")
    monkeypatch.setattr("citemetiers.kernel.welcome.GOOD_FOR", dt.timedelta(seconds=-1))

    assert client.get(welcome_address(user)).status_code == 404


def test_sessions_list_tells_devices_apart_and_ends_one(client: Client) -> None:
    user = UserFactory()
    other = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"})
    sign_in(other, user)
    sign_in(client, user)
    [elsewhere] = UserSession.objects.filter(user_agent="Firefox, Windows")

    page = client.get(reverse("usersessions_list")).text
    client.post(reverse("account-session-end", args=[elsewhere.pk]))

    assert "Firefox, Windows" in page
    assert "This device" in page
    assert other.get(reverse("account-home")).status_code == 302
    assert client.get(reverse("account-home")).status_code == 200


def test_sessions_are_all_ended_elsewhere_at_once(client: Client) -> None:
    user = UserFactory()
    others = [Client(), Client()]
    for other in others:
        sign_in(other, user)
    sign_in(client, user)

    client.post(reverse("usersessions_list"))

    assert [other.get(reverse("account-home")).status_code for other in others] == [302, 302]
    assert client.get(reverse("account-home")).status_code == 200


def test_session_of_a_colleague_cannot_be_ended(client: Client) -> None:
    colleague = Client()
    sign_in(colleague, UserFactory())
    sign_in(client, UserFactory())
    theirs = UserSession.objects.order_by("pk").first()
    assert theirs

    answer = client.post(reverse("account-session-end", args=[theirs.pk]))

    assert answer.status_code == 404
    assert colleague.get(reverse("account-home")).status_code == 200


def test_ending_this_session_asks_first(client: Client) -> None:
    sign_in(client, UserFactory())

    answer = client.post(reverse("account-session-end", args=[UserSession.objects.get().pk]))

    assert answer["Location"] == reverse("account_logout")


def test_public_sign_in_page_offers_passkey_without_inline_script(client: Client) -> None:
    page = client.get(reverse("account_login"))

    assert 'data-passkey="get"' in page.text
    assert re.findall(r"<script(?![^>]*\bsrc=)", page.text) == []


def test_header_leads_to_the_account(client: Client) -> None:
    membership = MembershipFactory(role=Role.ADVISOR)
    client.force_login(membership.user)

    with translation.override("en"):
        page = client.get(reverse("visitors:desk")).text

    assert f'href="{reverse("account-home")}"' in page.split("<main")[0]


@pytest.mark.parametrize("model", [UserSession, SocialApp, SocialAccount, SocialToken, EmailAddress])
def test_administration_shows_no_session_and_no_provider(model: Any) -> None:
    assert not admin.site.is_registered(model)


def test_lost_second_factor_is_removed_in_the_administration_and_never_shown(client: Client) -> None:
    client.force_login(User.objects.create_superuser("first@example.org", PASSWORD, display_name="First"))
    factor = TOTP.activate(UserFactory(), generate_totp_secret()).instance
    names = {name: reverse(f"admin:mfa_authenticator_{name}", args=[factor.pk]) for name in ("change", "delete")}

    seen = client.get(names["change"])
    changed = client.post(names["change"], {"type": "webauthn"})
    client.post(names["delete"], {"post": "yes"})

    assert factor.data["secret"] not in seen.text
    assert changed.status_code == 403
    assert client.get(reverse("admin:mfa_authenticator_changelist")).status_code == 200
    assert client.get("/admin/mfa/authenticator/add/").status_code == 403
    assert not Authenticator.objects.exists()
