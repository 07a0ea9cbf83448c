import pytest
from django.utils import timezone

from appointments.enums import Medium
from appointments.models import BookingPolicy
from appointments.services import medium_for, policy_of
from sites.models import Network
from tests.appointments.mailing import LANDLINE, MOBILE
from tests.factories.sites import NetworkFactory
from tests.factories.visitors import VisitorFactory

pytestmark = pytest.mark.django_db


def test_network_without_decisions_has_the_defaults_of_the_portal(settings):
    settings.PORTAL_REMINDER_HOURS = [24, 2]
    network = NetworkFactory()

    policy = policy_of(network)

    assert policy.pk is None
    assert (policy.hours, policy.is_sms_used, policy.offer_minutes, policy.most_upcoming) == ((24, 2), True, 120, 3)


def test_network_has_the_decisions_it_saved():
    network = NetworkFactory()
    BookingPolicy.objects.create(network=Network.objects.get(pk=network.pk), reminder_hours="72", is_sms_used=False)

    policy = policy_of(network)

    assert (policy.hours, policy.is_sms_used) == ((72,), False)


def test_defaults_never_become_a_row():
    network = NetworkFactory()

    policy_of(network), policy_of(network)

    assert not BookingPolicy.objects.exists()
    assert policy_of(Network.objects.get(pk=network.pk)).pk is None


def test_policy_is_asked_once_a_network(django_assert_num_queries):
    network = Network.objects.get(pk=NetworkFactory().pk)

    with django_assert_num_queries(1):
        policy_of(network), policy_of(network)


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ({"email": "robin@example.org", "phone": MOBILE}, Medium.EMAIL),
        ({"email": "robin@example.org", "phone": ""}, Medium.EMAIL),
        ({"email": "", "phone": MOBILE}, Medium.SMS),
        ({"email": "", "phone": LANDLINE}, None),
        ({"email": "", "phone": ""}, None),
        ({"email": "robin@example.org", "email_failed_at": timezone.now(), "phone": MOBILE}, Medium.SMS),
        ({"email": "robin@example.org", "email_failed_at": timezone.now(), "phone": ""}, None),
        ({"email": "", "phone": MOBILE, "phone_failed_at": timezone.now()}, None),
    ],
)
def test_road_to_a_visitor_is_the_one_that_works(left, expected):
    visitor = VisitorFactory(**left)

    assert medium_for(visitor, network=NetworkFactory()) == expected


def test_portal_without_a_carrier_reaches_no_telephone(settings):
    settings.SMS_URL = ""
    network = NetworkFactory()

    assert medium_for(VisitorFactory(email="", phone=MOBILE), network=network) is None
    assert medium_for(VisitorFactory(email="robin@example.org", phone=MOBILE), network=network) == Medium.EMAIL


def test_network_that_sends_no_texts_reaches_no_telephone():
    policy = BookingPolicy.objects.create(network=NetworkFactory(), is_sms_used=False)

    assert medium_for(VisitorFactory(email="", phone=MOBILE), network=policy.network) is None
