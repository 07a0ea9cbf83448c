"""What the environment, the list of sessions and the night make of sign-in."""

import datetime as dt
import json
import os
import subprocess
import sys
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from citemetiers.accounts.providers import read_providers
from citemetiers.accounts.sessions import DESCRIPTIONS, describe_device, shorten_address
from citemetiers.tasks import forget_ended_sessions
from tests.factories.sites import PASSWORD, UserFactory
from tests.portal.test_environment import GOOD as ENOUGH
from tests.portal.test_environment import ROOT, _check

GOOD: dict[str, Any] = {
    "id": "partner",
    "name": "The Partner",
    "server_url": "https://login.partner.example/realms/staff",
    "client_id": "portal",
    "secret": "hush",
    "domains": ["partner.example"],
}


def entry(**changes: Any) -> str:
    return json.dumps([{name: value for name, value in {**GOOD, **changes}.items() if value is not None}])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not JSON"),
        ('{"id": "partner"}', "must be a list"),
        ('["partner"]', "entry 1 must be an object"),
        (entry(domains=None), "entry 1 lacks “domains”"),
        (entry(secret=""), "entry 1 lacks “secret”"),
        (entry(domain="x"), "entry 1 has an unknown part “domain”"),
        (entry(name=7), "entry 1 must hold texts"),
        (entry(id="The Partner"), "entry 1 has an “id”"),
        (entry(domains="partner.example"), "entry 1 needs “domains”"),
        (entry(domains=["@partner.example"]), "entry 1 needs “domains”"),
        (entry(domains=["Partner.example"]), "entry 1 needs “domains”"),
        (entry(server_url="http://login.partner.example"), "“server_url” that does not start with https://"),
        (entry(server_url="https://"), "“server_url” that does not start with https://"),
        (entry(sign_in_url="login"), "“sign_in_url” that does not start with https://"),
        (json.dumps([GOOD, GOOD]), "two providers with the same id"),
    ],
)
def test_wrong_provider_is_named_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence) as refused:
        read_providers(text)

    assert "hush" not in str(refused.value)


def test_no_provider_is_fine() -> None:
    assert read_providers(" \n") == []


def test_wrong_providers_stop_the_program_without_a_trace() -> None:
    answer = _check(OIDC_PROVIDERS=entry(domains=None))

    assert answer.returncode == 2
    assert answer.stderr.strip() == "error: OIDC_PROVIDERS: entry 1 lacks “domains”. Example: .env.example"


def test_good_providers_may_lie_in_a_file(tmp_path: Any) -> None:
    kept = tmp_path / "providers.json"
    kept.write_text(entry(), encoding="utf-8")

    answer = _check(OIDC_PROVIDERS_FILE=str(kept))

    assert answer.returncode == 0, answer.stderr


def test_browser_may_be_sent_to_the_provider_and_nowhere_else() -> None:
    [provider] = read_providers(entry(sign_in_url="https://signin.partner.example:8443/x"))

    assert provider.origins == ("https://login.partner.example", "https://signin.partner.example:8443")


def test_secret_of_a_provider_is_not_in_its_name() -> None:
    [provider] = read_providers(entry())

    assert "hush" not in repr(provider)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("192.0.2.77", "192.0.2.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::ffff:192.0.2.77", "192.0.2.0"),
        ("127.0.0.1", "127.0.0.0"),
    ],
)
def test_address_is_cut(address: str, kept: str) -> None:
    assert shorten_address(address) == kept
    assert shorten_address(kept) == kept


@pytest.mark.parametrize(
    ("user_agent", "described"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8.1", ""),
        ("", ""),
    ],
)
def test_device_is_described_by_two_names(user_agent: str, described: str) -> None:
    assert describe_device(user_agent) == described


def test_description_stays_what_it_is_when_written_again() -> None:
    assert "Opera, Chromebook" in DESCRIPTIONS
    assert {describe_device(text) for text in DESCRIPTIONS} == DESCRIPTIONS


@pytest.mark.django_db
def test_list_of_sessions_keeps_no_full_address_and_no_version() -> None:
    client = Client(REMOTE_ADDR="192.0.2.77", headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
    user = UserFactory()

    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    new = "another horse, another battery"
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert set(UserSession.objects.values_list("ip", "user_agent")) == {("192.0.2.0", "Firefox, Linux")}


@pytest.mark.django_db
def test_ended_sessions_are_forgotten_at_night(client: Client) -> None:
    for user in UserFactory.create_batch(2):
        Client().post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    ended = UserSession.objects.order_by("pk").first()
    assert ended
    Session.objects.filter(pk=ended.session_key).update(expire_date=timezone.now() - dt.timedelta(days=1))

    forgotten = forget_ended_sessions()

    assert forgotten == 1
    assert not Session.objects.filter(pk=ended.session_key).exists()
    assert UserSession.objects.exclude(pk=ended.pk).count() == 1


@pytest.mark.parametrize(
    ("environment", "is_required"),
    [
        ({}, True),
        ({"SECOND_FACTOR_REQUIRED": ""}, True),
        ({"SECOND_FACTOR_REQUIRED": "0"}, False),
        ({"DEMO": "1"}, False),
        ({"DEMO": "1", "SECOND_FACTOR_REQUIRED": "1"}, True),
    ],
)
def test_second_factor_is_asked_for_unless_the_demo_runs(environment: dict[str, str], is_required: bool) -> None:
    script = "from django.conf import settings; print(settings.PORTAL_SECOND_FACTOR_REQUIRED)"
    known = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "citemetiers.settings", **ENOUGH, **environment}

    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=known, capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == str(is_required)
