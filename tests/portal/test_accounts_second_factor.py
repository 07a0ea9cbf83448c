"""Coordinators, managers and administrators sign in with a second factor; nobody is locked in a circle."""

import time
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from citemetiers.accounts import encryption, second_factor
from sites.enums import SECOND_FACTOR_ROLES, Role
from sites.models import User
from tests.factories.sites import PASSWORD, MembershipFactory, NetworkFactory, PartnerFactory, UserFactory

pytestmark = pytest.mark.django_db

GATE = "/accounts/second-factor/"


@pytest.fixture(autouse=True)
def _required(settings: Any) -> None:
    settings.PORTAL_SECOND_FACTOR_REQUIRED = True


def person_with(role: Role) -> User:
    places: dict[Role, dict[str, Any]] = {
        Role.NETWORK_MANAGER: {"site": None, "network": NetworkFactory()},
        Role.PARTNER_MANAGER: {"site": None, "partner": PartnerFactory()},
    }
    user: User = MembershipFactory(role=role, **places.get(role, {})).user
    return user


def sign_in(client: Client, user: User) -> None:
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def set_up_app(client: Client) -> Any:
    client.get(reverse("mfa_activate_totp"))
    return client.post(reverse("mfa_activate_totp"), {"code": code_now(client.session["mfa.totp.secret"])})


def mark_session_as_passkey(client: Client, user: User) -> None:
    session = client.session
    record = {"method": "mfa", "at": time.time(), "type": "webauthn", "passwordless": True}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [record]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.mark.parametrize("role", sorted(SECOND_FACTOR_ROLES))
def test_password_alone_is_held_back(client: Client, role: Role) -> None:
    sign_in(client, person_with(role))

    answer = client.get(reverse("visitors:desk"))

    assert answer.status_code == 302
    assert answer["Location"] == f"{GATE}?next=%2Fdesk%2F"


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.ADVISOR])
def test_password_alone_is_enough_for_the_desk(client: Client, role: Role) -> None:
    sign_in(client, person_with(role))

    assert client.get(reverse("visitors:desk")).status_code == 200
    assert client.get(GATE)["Location"] == reverse("staff-home")


def test_every_role_is_decided_on() -> None:
    assert set(Role) - SECOND_FACTOR_ROLES == {Role.RECEPTION, Role.ADVISOR}


def test_administrator_with_a_password_alone_is_held_back(client: Client) -> None:
    sign_in(client, User.objects.create_superuser("first@example.org", PASSWORD, display_name="First"))

    assert client.get("/admin/")["Location"].startswith(GATE)


def test_code_by_mail_alone_is_held_back(client: Client) -> None:
    user = person_with(Role.COORDINATOR)
    client.post(reverse("account_request_login_code"), {"email": user.email})
    code = mail.outbox[0].body.split("\n\n")[1]
    client.post(reverse("account_confirm_login_code"), {"code": code})

    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.get(reverse("visitors:desk"))["Location"].startswith(GATE)


def test_waiting_page_explains_and_offers_both_ways(client: Client) -> None:
    sign_in(client, person_with(Role.COORDINATOR))

    page = client.get(f"{GATE}?next=/desk/")

    assert page.status_code == 200
    assert reverse("mfa_add_webauthn") in page.text
    assert reverse("mfa_activate_totp") in page.text


@pytest.mark.parametrize(
    "name", ["account-home", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "second-factor"]
)
def test_account_and_set_up_stay_open_while_waiting(client: Client, name: str) -> None:
    sign_in(client, person_with(Role.COORDINATOR))

    assert client.get(reverse(name)).status_code == 200


def test_language_and_sign_out_stay_open_while_waiting(client: Client) -> None:
    user = person_with(Role.COORDINATOR)
    sign_in(client, user)

    spoken = client.post(reverse("set-language"), {"language": "nl", "next": GATE})
    left = client.post(reverse("account_logout"))

    assert spoken["Location"] == GATE
    assert User.objects.get(pk=user.pk).language == "nl"
    assert left.status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db(transaction=True)
def test_setting_up_an_app_shows_the_codes_and_leads_on(client: Client) -> None:
    sign_in(client, person_with(Role.COORDINATOR))
    client.get(reverse("programmes:programme-list"), follow=True)

    answer = set_up_app(client)
    codes = client.get(answer["Location"])
    onward = client.get(GATE)

    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert f'href="{GATE}"' in codes.text
    assert onward["Location"] == reverse("programmes:programme-list")
    assert client.get(onward["Location"]).status_code == 200
    assert "second_factor_onward" not in client.session


def test_wrong_code_sets_up_nothing(client: Client) -> None:
    sign_in(client, person_with(Role.COORDINATOR))
    client.get(reverse("mfa_activate_totp"))

    page = client.post(reverse("mfa_activate_totp"), {"code": "abc123"})

    assert "errorlist" in page.text
    assert not Authenticator.objects.exists()
    assert client.get(reverse("visitors:desk"))["Location"].startswith(GATE)


def test_session_with_an_app_passes(client: Client) -> None:
    user = person_with(Role.SITE_MANAGER)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    sign_in(client, user)

    waiting = client.get(reverse("visitors:desk"))
    client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})

    assert waiting["Location"].startswith(reverse("account_login"))
    assert client.get(reverse("visitors:desk")).status_code == 200


def test_code_of_an_app_is_good_once(client: Client) -> None:
    user = person_with(Role.SITE_MANAGER)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    code = code_now(secret)
    sign_in(client, user)
    client.post(reverse("mfa_authenticate"), {"code": code})
    cache.delete(f"allauth.mfa.totp.used?user={user.pk}&code={code}")  # after half a minute it would be gone
    thief = Client()
    sign_in(thief, user)

    thief.post(reverse("mfa_authenticate"), {"code": code})

    assert "_auth_user_id" not in thief.session


def test_session_with_a_recovery_code_passes_and_the_code_is_used_up(client: Client) -> None:
    user = person_with(Role.SITE_MANAGER)
    TOTP.activate(user, generate_totp_secret())
    codes = RecoveryCodes.activate(user)
    first = codes.get_unused_codes()[0]
    sign_in(client, user)

    client.post(reverse("mfa_authenticate"), {"code": first})

    codes.instance.refresh_from_db()
    assert client.get(reverse("visitors:desk")).status_code == 200
    assert first not in codes.get_unused_codes()


def test_session_with_a_passkey_passes(client: Client) -> None:
    user = person_with(Role.COORDINATOR)
    sign_in(client, user)

    mark_session_as_passkey(client, user)

    assert client.get(reverse("visitors:desk")).status_code == 200


def test_record_of_somebody_else_in_the_session_does_not_pass(client: Client) -> None:
    user = person_with(Role.COORDINATOR)
    sign_in(client, user)

    mark_session_as_passkey(client, UserFactory())

    assert client.get(reverse("visitors:desk"))["Location"].startswith(GATE)


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
    ],
)
def test_password_alone_touches_no_factor_that_is_set_up(client: Client, name: str) -> None:
    user = person_with(Role.COORDINATOR)
    sign_in(client, user)
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)

    assert client.get(reverse(name))["Location"].startswith(GATE)


def test_waiting_with_a_factor_leads_to_using_it_and_on(client: Client) -> None:
    user = person_with(Role.COORDINATOR)
    sign_in(client, user)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)

    page = client.get(reverse("visitors:desk"), follow=True)
    ask = f"{reverse('mfa_reauthenticate')}?next={GATE}"
    confirmed = client.post(ask, {"code": code_now(secret)}, follow=True)

    assert ask in page.text
    assert reverse("mfa_activate_totp") not in page.text
    assert confirmed.redirect_chain[-1][0] == reverse("visitors:desk")
    assert confirmed.status_code == 200


def test_second_factor_added_beside_the_first_does_not_open_the_session(client: Client, rf: Any) -> None:
    user = UserFactory()
    TOTP.activate(user, generate_totp_secret())
    request = rf.get("/")
    request.session = client.session
    request.user = user
    added = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={})

    second_factor.remember_set_up(request=request, user=user, authenticator=added)

    assert not second_factor.was_used(request)


def test_recovery_codes_alone_are_no_second_factor(client: Client, rf: Any) -> None:
    user = UserFactory()
    codes = RecoveryCodes.activate(user).instance
    request = rf.get("/")
    request.session = client.session
    request.user = user

    second_factor.remember_set_up(request=request, user=user, authenticator=codes)

    assert not second_factor.was_used(request)


def test_person_who_becomes_coordinator_is_held_back_at_the_next_page(client: Client) -> None:
    user = person_with(Role.ADVISOR)
    sign_in(client, user)
    assert client.get(reverse("visitors:desk")).status_code == 200

    MembershipFactory(user=user, role=Role.COORDINATOR)

    assert client.get(reverse("visitors:desk"))["Location"].startswith(GATE)


def test_what_was_sent_while_waiting_is_not_sent_again(client: Client) -> None:
    sign_in(client, person_with(Role.COORDINATOR))

    answer = client.post(reverse("visitors:desk"), {"theme": "work"})

    assert answer["Location"] == GATE


@pytest.mark.parametrize("onward", ["https://elsewhere.example/", "//elsewhere.example/", GATE, "javascript:x()"])
def test_waiting_page_leads_nowhere_else_and_in_no_circle(client: Client, onward: str) -> None:
    user = person_with(Role.COORDINATOR)
    sign_in(client, user)
    client.get(GATE, {"next": onward})
    mark_session_as_passkey(client, user)

    answer = client.get(GATE)

    assert answer["Location"] == reverse("staff-home")


def test_following_every_redirect_ends_on_the_waiting_page(client: Client) -> None:
    user = person_with(Role.SITE_MANAGER)

    page = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD}, follow=True)
    again = client.get(reverse("account_login"), follow=True)

    assert [answer.status_code for answer in (page, again)] == [200, 200]
    assert "One more step" in page.text
    assert "One more step" in again.text


def test_nobody_is_held_back_where_it_is_switched_off(client: Client, settings: Any) -> None:
    settings.PORTAL_SECOND_FACTOR_REQUIRED = False
    sign_in(client, person_with(Role.COORDINATOR))

    assert client.get(reverse("visitors:desk")).status_code == 200


def test_asking_for_the_second_factor_costs_no_query(
    client: Client, settings: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sign_in(client, person_with(Role.ADVISOR))
    client.get(reverse("visitors:desk"))

    settings.PORTAL_SECOND_FACTOR_REQUIRED = False
    with CaptureQueriesContext(connection) as unasked:
        client.get(reverse("visitors:desk"))
    settings.PORTAL_SECOND_FACTOR_REQUIRED = True

    with django_assert_num_queries(len(unasked)):
        client.get(reverse("visitors:desk"))


def test_public_page_reads_no_session(client: Client) -> None:
    sign_in(client, person_with(Role.COORDINATOR))

    answer = client.get(reverse("privacy"))

    assert answer.status_code == 200
    assert "Cookie" not in answer.get("Vary", "")


def test_signing_in_a_moment_ago_is_enough_to_set_up_a_factor(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(client, person_with(Role.COORDINATOR))

    fresh = client.get(reverse("mfa_activate_totp"))
    later = time.time() + 3600
    monkeypatch.setattr("time.time", lambda: later)
    stale = client.get(reverse("mfa_activate_totp"))

    assert fresh.status_code == 200
    assert stale["Location"].startswith(reverse("account_reauthenticate"))


def test_secrets_lie_encrypted_in_the_database(client: Client) -> None:
    user = UserFactory()
    secret = generate_totp_secret()

    app, codes = TOTP.activate(user, secret).instance, RecoveryCodes.activate(user)

    assert secret not in str(app.data)
    assert encryption.decrypt(app.data["secret"]) == secret
    assert encryption.decrypt(codes.instance.data["seed"]) not in str(codes.instance.data)
    assert encryption.encrypt(secret) != encryption.encrypt(secret)


def test_secret_key_may_change_while_the_earlier_is_kept(settings: Any) -> None:
    earlier = settings.SECRET_KEY
    kept = encryption.encrypt("a secret")
    settings.SECRET_KEY = "another-secret-for-tests-" + "y" * 40

    with pytest.raises(encryption.UnreadableSecretError):
        encryption.decrypt(kept)
    settings.SECRET_KEY_FALLBACKS = [earlier]

    assert encryption.decrypt(kept) == "a secret"


def test_renewing_lets_the_earlier_key_go(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    user = UserFactory()
    secret = generate_totp_secret()
    app, codes = TOTP.activate(user, secret), RecoveryCodes.activate(user)
    before = codes.get_unused_codes()
    Authenticator.objects.create(user=UserFactory(), type=Authenticator.Type.TOTP, data={"secret": "nonsense"})
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-for-tests-" + "y" * 40

    call_command("renew_second_factors")
    settings.SECRET_KEY_FALLBACKS = []

    app.instance.refresh_from_db()
    codes.instance.refresh_from_db()
    assert app.validate_code(code_now(secret))
    assert codes.get_unused_codes() == before
    assert "2 second factors are encrypted with the present key, 1 cannot be read" in capsys.readouterr().out


def test_unreadable_factor_is_refused_with_a_sentence(client: Client, settings: Any) -> None:
    user = person_with(Role.COORDINATOR)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    settings.SECRET_KEY = "another-secret-for-tests-" + "y" * 40
    sign_in(client, user)

    page = client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})

    assert page.status_code == 200
    assert "can no longer be read" in page.text
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db(transaction=True)
def test_owner_is_told_by_mail_of_a_new_factor(client: Client) -> None:
    user = person_with(Role.COORDINATOR)
    sign_in(client, user)

    set_up_app(client)

    assert [(message.to, message.subject) for message in mail.outbox] == [
        ([user.email], "An authenticator app was set up")
    ]
