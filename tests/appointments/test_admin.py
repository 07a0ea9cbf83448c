import datetime as dt

import pytest
from django.urls import reverse

from appointments.models import Duty, Shift
from tests.factories.appointments import AppointmentFactory, DutyFactory, ServiceFactory
from tests.factories.sites import SiteFactory, ThemeFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def duty_form():
    return {
        "advisor": UserFactory().pk,
        "site": SiteFactory().pk,
        "weekday": 2,
        "starts_at": "09:00",
        "ends_at": "12:00",
        "first_on": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
        "themes": [ThemeFactory().pk],
        "languages": ["fr"],
    }


def test_saving_a_duty_writes_its_shifts(administrator):
    response = administrator.post(reverse("admin:appointments_duty_add"), duty_form(), follow=True)

    assert Duty.objects.count() == 1
    assert Shift.objects.count() >= 5
    assert "shifts added" in response.content.decode()


def test_saving_a_changed_duty_takes_its_free_shifts_away(administrator):
    form = duty_form()
    administrator.post(reverse("admin:appointments_duty_add"), form)

    page = reverse("admin:appointments_duty_change", args=[Duty.objects.get().pk])
    administrator.post(page, form | {"last_on": form["first_on"]})

    assert Shift.objects.count() <= 1


def test_saving_a_changed_duty_tells_which_appointments_lost_their_shift(administrator):
    form = duty_form()
    administrator.post(reverse("admin:appointments_duty_add"), form)
    duty, shift = Duty.objects.get(), Shift.objects.order_by("starts_at").last()
    AppointmentFactory(advisor=duty.advisor, site=duty.site, starts_at=shift.starts_at)

    page = reverse("admin:appointments_duty_change", args=[duty.pk])
    response = administrator.post(page, form | {"last_on": form["first_on"]}, follow=True)

    assert "1 appointment stands in a removed shift" in response.content.decode()


def test_duty_without_a_theme_is_refused(administrator):
    response = administrator.post(reverse("admin:appointments_duty_add"), duty_form() | {"themes": []})

    assert response.status_code == 200
    assert Duty.objects.count() == 0


@pytest.mark.parametrize("model", ["service", "duty"])
def test_lists_are_for_administrators_only(client, administrator, model):
    ServiceFactory(), DutyFactory()
    page = reverse(f"admin:appointments_{model}_changelist")

    shown = administrator.get(page)
    client.force_login(UserFactory())
    refused = client.get(page)

    assert (shown.status_code, refused.status_code) == (200, 302)
