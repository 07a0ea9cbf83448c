from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from sites.models import User
from tests.factories.sites import RoomFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> User:
    return UserFactory(email="first@example.org", is_superuser=True)


@pytest.fixture
def administrator(client: Client, own: User) -> Client:
    client.force_login(own)
    return client


def url(page: str, row: Any = None, kind: str = "sites_user") -> str:
    return reverse(f"admin:{kind}_{page}", args=[] if row is None else [row.pk])


def account_form(user: User, **changes: str) -> dict[str, str]:
    form = {"display_name": user.display_name, "email": user.email, "language": "fr", "is_active": "on"}
    form |= {"is_superuser": "on", "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"} | changes
    return {name: value for name, value in form.items() if value}


@pytest.mark.parametrize("column", ["is_active", "is_superuser"])
def test_administrator_does_not_lock_themselves_out(administrator: Client, own: User, column: str) -> None:
    UserFactory(is_superuser=True)

    answer = administrator.post(url("change", own), account_form(own, **{column: ""}))

    assertContains(answer, "This is your own account. Another administrator can change that.")
    own.refresh_from_db()
    assert (own.is_active, own.is_superuser) == (True, True)


@pytest.mark.parametrize("method", ["get", "post"])
def test_administrator_does_not_delete_themselves(administrator: Client, own: User, method: str) -> None:
    UserFactory(is_superuser=True)

    answer = getattr(administrator, method)(url("delete", own), {"post": "yes"})

    assertRedirects(answer, url("change", own), fetch_redirect_response=False)
    assertContains(administrator.get(answer["Location"]), "This is your own account.")
    assert User.objects.filter(pk=own.pk).exists()


def test_administrator_does_not_delete_themselves_among_others(administrator: Client, own: User) -> None:
    keys = [UserFactory().pk, own.pk]
    chosen = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}

    answer = administrator.post(url("changelist"), chosen, follow=True)

    assertContains(answer, "This is your own account.")
    assert User.objects.filter(pk__in=keys).count() == 2


def test_administrator_closes_and_deletes_other_accounts(administrator: Client, own: User) -> None:
    closed, deleted, chosen = (UserFactory(is_superuser=True) for _number in range(3))
    action = {"action": "delete_selected", "_selected_action": [chosen.pk], "post": "yes"}

    answer = administrator.post(url("change", closed), account_form(closed, is_active="", is_superuser=""))
    administrator.post(url("delete", deleted), {"post": "yes"})
    administrator.post(url("changelist"), action)

    closed.refresh_from_db()
    assert answer.status_code == 302
    assert set(User.objects.all()) == {own, closed}
    assert (closed.is_active, closed.is_superuser) == (False, False)


def test_administrator_saves_their_own_name(administrator: Client, own: User) -> None:
    administrator.post(url("change", own), account_form(own, display_name="Dominique"))

    assert User.objects.get().display_name == "Dominique"


@pytest.mark.parametrize("seats", ["2001", "32768", "9223372036854775807"])
def test_room_has_a_sensible_number_of_seats(administrator: Client, seats: str) -> None:
    room = RoomFactory(seats=12)
    form = {"name": room.name, "seats": seats, "is_in_use": "on"}

    answer = administrator.post(url("change", room, "sites_room"), form)

    assertContains(answer, "less than or equal to 2000")
    room.refresh_from_db()
    assert room.seats == 12


def test_what_packages_keep_of_people_is_called_in_plain_words(administrator: Client) -> None:
    user = UserFactory()
    UserSession.objects.create(user=user, ip="127.0.0.1", session_key="x", user_agent="")

    start, deleting = administrator.get(reverse("admin:index")), administrator.get(url("delete", user))
    factors = administrator.get(url("changelist", kind="mfa_authenticator"))

    assertContains(start, "Second factors")
    assertContains(start, "Signing in")
    assertNotContains(start, "MFA")
    assertContains(factors, "second factor to")
    assertContains(deleting, "evices where somebody is signed in: 1")
    assertNotContains(deleting, "ser session")
