import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse

from citemetiers.audit.watched import WATCHED
from sites.enums import Role
from sites.models import User
from sites.services import load_reference
from tests.factories.sites import MembershipFactory, SiteFactory

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
    assert {model.__name__ for model in MODELS}.isdisjoint({"Visitor", "Contact", "EntryAuthor", "Appointment"})


def test_admin_never_deletes_a_word(administrator: Client) -> None:
    load_reference()
    theme = admin.site._registry and next(model for model in MODELS if model.__name__ == "Theme").objects.first()

    answer = administrator.post(reverse("admin:sites_theme_delete", args=[theme.pk]), {"post": "yes"})

    assert answer.status_code == 403


def test_admin_is_closed_to_other_staff(client: Client) -> None:
    client.force_login(MembershipFactory().user)

    assert client.get("/admin/sites/site/").status_code in {302, 403}


def test_history_leads_to_the_list_of_changes(client: Client) -> None:
    site = SiteFactory()
    client.force_login(MembershipFactory(role=Role.NETWORK_MANAGER, site=None, network=site.network).user)

    content = client.get(reverse("admin:sites_site_history", args=[site.pk])).content.decode()
    changes = client.get("/audit/?kind=sites.site")

    assert 'href="/audit/?kind=sites.site"' in content
    assert "change history" not in content
    assert changes.status_code == 200


def test_every_kind_with_a_history_can_be_asked_for_in_the_list_of_changes() -> None:
    kinds = {model for model in MODELS if model._meta.app_label == "sites"}

    assert kinds <= set(WATCHED)
