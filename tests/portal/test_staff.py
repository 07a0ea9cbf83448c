import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from sites.enums import Role
from sites.models import User
from tests.factories.sites import PASSWORD, MembershipFactory, NetworkFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "screen"),
    [
        (Role.RECEPTION, "visitors:desk"),
        (Role.ADVISOR, "visitors:desk"),
        (Role.COORDINATOR, "programmes:programme-list"),
        (Role.SITE_MANAGER, "reports:figure-list"),
        (Role.NETWORK_MANAGER, "reports:figure-list"),
    ],
)
def test_staff_home_leads_to_the_screen_of_the_role(client: Client, role: Role, screen: str) -> None:
    in_network = {"site": None, "network": NetworkFactory()} if role == Role.NETWORK_MANAGER else {}
    membership = MembershipFactory(role=role, **in_network)
    client.force_login(membership.user)

    answer = client.get(reverse("staff-home"))

    assert answer.status_code == 302
    assert answer["Location"] == reverse(screen)


def test_staff_home_refuses_somebody_without_a_role(client: Client) -> None:
    client.force_login(UserFactory())

    assert client.get(reverse("staff-home")).status_code == 403


def test_staff_home_sends_a_stranger_to_the_sign_in_page(client: Client) -> None:
    answer = client.get(reverse("staff-home"))

    assert answer["Location"].startswith(reverse("account_login"))


def test_sign_in_with_password_leads_to_the_screen_of_the_role(client: Client) -> None:
    membership = MembershipFactory(role=Role.ADVISOR)

    answer = client.post(reverse("account_login"), {"login": membership.user.email, "password": PASSWORD}, follow=True)

    assert answer.redirect_chain[-1][0] == reverse("visitors:desk")
    assert list(answer.context["messages"]) == []


def test_sign_in_with_a_wrong_password_says_so_and_keeps_the_address(client: Client) -> None:
    user = UserFactory()

    page = client.post(reverse("account_login"), {"login": user.email, "password": "wrong"}).content.decode()

    assert user.email in page
    assert "errorlist" in page


def test_nobody_signs_up(client: Client) -> None:
    answer = client.post(reverse("account_signup"), {"email": "new@example.org"})

    assert not UserFactory._meta.model.objects.filter(email="new@example.org").exists()
    assert b"password" not in answer.content


def test_set_language_is_kept_for_the_person_and_the_browser(client: Client) -> None:
    membership = MembershipFactory(role=Role.ADVISOR)
    client.force_login(membership.user)

    answer = client.post(reverse("set-language"), {"language": "nl", "next": "/desk/"})

    membership.user.refresh_from_db()
    assert answer["Location"] == "/desk/"
    assert membership.user.language == "nl"
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "nl"
    assert 'lang="nl"' in client.get("/desk/").content.decode()


def test_staff_home_leads_the_administration_to_its_own_screen(client: Client) -> None:
    client.force_login(User.objects.create_superuser("first@example.org", "a long password", display_name="First"))

    answer = client.get(reverse("staff-home"), follow=True)

    assert answer.redirect_chain[-1][0] == reverse("admin:index")


@pytest.mark.parametrize(
    "data",
    [{"language": "xx"}, {}, {"language": "nl", "next": "//elsewhere.example/"}, {"language": "nl", "next": "foo"}],
)
def test_set_language_ignores_what_it_does_not_know(client: Client, data: dict[str, str]) -> None:
    answer = client.post(reverse("set-language"), data)

    assert answer["Location"] == "/"


def test_admin_signs_in_at_the_same_door(client: Client) -> None:
    answer = client.get("/admin/", follow=True)

    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_no_shared_cache_keeps_what_is_for_staff_and_no_browser_the_secrets_of_an_account(client: Client) -> None:
    client.force_login(MembershipFactory(role=Role.COORDINATOR).user)

    team, password = client.get("/team/", follow=True), client.get("/accounts/password/change/", follow=True)

    assert (team.status_code, password.status_code) == (200, 200)
    assert "private" in team["Cache-Control"]
    assert "no-store" in password["Cache-Control"]
