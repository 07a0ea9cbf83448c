from django.urls import reverse

from activities.models import OpenDay
from tests.factories.activities import OpenDayFactory, ProgrammeFactory


def test_open_days_are_in_the_admin(admin_client, open_day):
    assert admin_client.get(reverse("admin:activities_openday_changelist")).status_code == 200


def test_open_day_without_a_programme_may_move(admin_client, db):
    open_day = OpenDayFactory()

    admin_client.post(
        reverse("admin:activities_openday_change", args=[open_day.pk]),
        {"network": open_day.network_id, "day": "2027-03-03", "opens_at": "09:00", "closes_at": "18:30"},
    )

    assert OpenDay.objects.filter(day="2027-03-03").exists()


def test_open_day_with_a_programme_keeps_its_day_and_network(admin_client, db):
    open_day = ProgrammeFactory().open_day
    other = OpenDayFactory(network__name="Other")

    admin_client.post(
        reverse("admin:activities_openday_change", args=[open_day.pk]),
        {"network": other.network_id, "day": "2027-03-03", "opens_at": "10:00", "closes_at": "18:30"},
    )

    before = (open_day.network_id, open_day.day)
    open_day.refresh_from_db()
    assert (open_day.network_id, open_day.day) == before
    assert open_day.opens_at.hour == 10


def test_new_open_day_has_a_day_to_choose(admin_client, db):
    content = admin_client.get(reverse("admin:activities_openday_add")).content.decode()

    assert 'name="day"' in content
