import re

import pytest
from django.urls import reverse

from appointments.models import BookingPolicy, Service
from sites.enums import Role
from tests.factories.appointments import ServiceFactory
from tests.factories.sites import MembershipFactory, NetworkFactory, SiteFactory, ThemeFactory

pytestmark = pytest.mark.django_db

POLICY = {
    "reminder_hours": "72,2",
    "is_sms_used": "on",
    "offer_minutes": "60",
    "day_from": "8",
    "day_until": "21",
    "most_upcoming": "2",
}


@pytest.fixture
def network(client):
    network = NetworkFactory()
    client.force_login(MembershipFactory(role=Role.NETWORK_MANAGER, network=network, site=None).user)
    return network


def service_form(network, **changes):
    return {
        "network": network.pk,
        "theme": ThemeFactory().pk,
        "title_fr": "Premier entretien",
        "who_books": "ANYONE",
        "minutes": "45",
        "buffer_minutes": "15",
        "channels": ["ON_SITE", "PHONE"],
        "languages": ["fr"],
        "notice_hours": "4",
        "horizon_days": "60",
        "drop_in_percent": "25",
        "is_offered": "on",
    } | changes


def test_network_manager_adds_a_service_for_one_site(client, network):
    site = SiteFactory(network=network)

    client.post(reverse("admin:appointments_service_add"), service_form(network, site=site.pk))

    made = Service.objects.get()
    assert (made.site, made.title_fr, made.drop_in_percent) == (site, "Premier entretien", 25)


def test_service_for_the_site_of_another_network_is_refused_at_its_field(client, network):
    elsewhere = SiteFactory()
    MembershipFactory(
        role=Role.NETWORK_MANAGER, network=elsewhere.network, site=None, user=network.memberships.get().user
    )

    page = client.post(reverse("admin:appointments_service_add"), service_form(network, site=elsewhere.pk))

    assert "This site belongs to another network." in page.content.decode()
    assert not Service.objects.exists()


def test_second_service_for_a_theme_is_refused_with_a_sentence(client, network):
    known = ServiceFactory(network=network)

    page = client.post(reverse("admin:appointments_service_add"), service_form(network, theme=known.theme_id))

    assert "This network already has a service for this theme." in page.content.decode()


def test_length_out_of_bounds_is_refused_with_a_sentence(client, network):
    page = client.post(reverse("admin:appointments_service_add"), service_form(network, minutes="500"))

    assert "A session lasts 5 to 240 minutes." in page.content.decode()


def test_network_manager_decides_when_reminders_leave(client, network):
    client.post(reverse("admin:appointments_bookingpolicy_add"), POLICY | {"network": network.pk})

    assert BookingPolicy.objects.get(network=network).hours == (72, 2)


def test_network_manager_decides_when_telephones_may_ring(client, network):
    form = POLICY | {"network": network.pk, "day_from": "9", "day_until": "24"}

    client.post(reverse("admin:appointments_bookingpolicy_add"), form)

    policy = BookingPolicy.objects.get(network=network)
    assert (policy.day_from, policy.day_until) == (9, 24)


@pytest.mark.parametrize(("first", "until"), [("21", "8"), ("8", "8"), ("8", "25")])
def test_day_that_ends_before_it_begins_is_refused_with_a_sentence(client, network, first, until):
    form = POLICY | {"network": network.pk, "day_from": first, "day_until": until}

    page = client.post(reverse("admin:appointments_bookingpolicy_add"), form)

    assert "The day begins before it ends, at 24 at the latest." in page.content.decode()
    assert not BookingPolicy.objects.exists()


def test_every_label_begins_with_a_capital(client, network):
    page = client.get(reverse("admin:appointments_service_add")).content.decode()

    labels = [text.strip() for text in re.findall(r"<(?:label|legend)[^>]*>\s*([^<]+)", page)]
    assert "Channels:" in labels
    assert "Languages:" in labels


def test_network_manager_says_where_video_calls_take_place(client, network):
    address = "https://meet.example.org/rooms/{room}?lang=fr"

    client.post(
        reverse("admin:appointments_bookingpolicy_add"), POLICY | {"network": network.pk, "video_address": address}
    )

    assert BookingPolicy.objects.get(network=network).video_address == address


@pytest.mark.parametrize(
    "address",
    [
        "http://meet.example.org/{room}",
        "https://meet.example.org/",
        "https://meet.example.org/room",
        "https://meet.example.org/{room}/{room}",
        "https://meet.example.org/{room}/{code}",
        "https://{room}.example.org/",
        "https://somebody@meet.example.org/{room}",
        "https://meet.example.org/{room} please",
        "javascript:alert('{room}')",
        "{room}",
    ],
)
def test_address_of_video_calls_that_is_none_is_refused_with_a_sentence(client, network, address):
    form = POLICY | {"network": network.pk, "video_address": address}

    page = client.post(reverse("admin:appointments_bookingpolicy_add"), form)

    assert "Write one address that begins with https:// and holds {room} once" in page.content.decode()
    assert not BookingPolicy.objects.exists()


@pytest.mark.parametrize("hours", ["0", "two", "48;3", "1,2,3,4,5,6", "1000"])
def test_reminders_that_are_no_hours_are_refused(client, network, hours):
    form = POLICY | {"network": network.pk, "reminder_hours": hours}

    page = client.post(reverse("admin:appointments_bookingpolicy_add"), form)

    assert "Write whole hours, such as 48,3." in page.content.decode()
    assert not BookingPolicy.objects.exists()
