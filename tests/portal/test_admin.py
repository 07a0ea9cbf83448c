import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse

from sites.models import User
from sites.services import load_reference
from tests.factories.sites import MembershipFactory

pytestmark = pytest.mark.django_db
OURS = {"sites", "visitors", "activities", "appointments", "reporting"}
MODELS = [model for model in admin.site._registry if model._meta.app_label in OURS]


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("first@example.org", "a long password", display_name="First"))
    return client


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_admin_lists_and_adds_reference_data(administrator: Client, model: type[models.Model]) -> None:
    load_reference()
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"

    assert administrator.get(reverse(f"{name}_changelist")).status_code == 200
    assert administrator.get(reverse(f"{name}_add")).status_code in {200, 403}


def test_admin_shows_no_visitor_and_no_contact() -> None:
    assert {model.__name__ for model in MODELS}.isdisjoint({"Visitor", "Contact", "ContactAuthor", "Appointment"})


def test_admin_never_deletes_a_word(administrator: Client) -> None:
    load_reference()
    theme = admin.site._registry and next(model for model in MODELS if model.__name__ == "Theme").objects.first()

    answer = administrator.post(reverse("admin:sites_theme_delete", args=[theme.pk]), {"post": "yes"})

    assert answer.status_code == 403


def test_admin_is_closed_to_other_staff(client: Client) -> None:
    client.force_login(MembershipFactory().user)

    assert client.get("/admin/sites/site/").status_code in {302, 403}
