import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains

from tests.factories.reporting import PublishedFigureFactory
from tests.factories.sites import UserFactory

pytestmark = pytest.mark.django_db


def test_published_figures_are_listed_and_never_changed(client: Client) -> None:
    figure = PublishedFigureFactory(value=4242)
    client.force_login(UserFactory(is_superuser=True, is_staff=True))

    listed = client.get(reverse("admin:reporting_publishedfigure_changelist"))
    shown = client.get(reverse("admin:reporting_publishedfigure_change", args=[figure.pk]))
    posted = client.post(reverse("admin:reporting_publishedfigure_change", args=[figure.pk]), {"value": 1})

    assertContains(listed, figure.scope)
    assert shown.status_code == 200
    assert posted.status_code == 403
    assert client.get(reverse("admin:reporting_publishedfigure_add")).status_code == 403
    assert client.get(reverse("admin:reporting_publishedfigure_delete", args=[figure.pk])).status_code == 403
