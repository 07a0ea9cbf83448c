import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments.enums import Failure, Medium, MessageKind
from appointments.models import Message, Offer, Wait
from appointments.services import count_failures
from sites.enums import Role
from tests.appointments.mailing import MOBILE
from tests.factories.appointments import AppointmentFactory
from tests.factories.sites import MembershipFactory, PartnerFactory, SiteFactory, ThemeFactory
from tests.factories.visitors import VisitorFactory

pytestmark = pytest.mark.django_db

LIST = "agenda:message-list"


@pytest.fixture
def site():
    return SiteFactory(name="Cité de Namur")


@pytest.fixture
def reception(client, site):
    client.force_login(MembershipFactory(role=Role.RECEPTION, site=site).user)
    return client


def fail(site, *, kind=MessageKind.APOLOGY, failure=Failure.BOUNCED, days=3, minutes=0, appointment=None, **left):
    """A message that was given up, about an appointment some days from now."""
    now = timezone.now()
    appointment = appointment or AppointmentFactory(
        site=site, visitor=VisitorFactory(phone=MOBILE, **left), starts_at=now + dt.timedelta(days=days)
    )
    key, given_up_at = f"{appointment.pk} {kind}", now - dt.timedelta(minutes=minutes)
    return Message.objects.create(
        appointment=appointment, kind=kind, key=key, due_at=now, given_up_at=given_up_at, failure=failure
    )


def fail_offer(site):
    """An offer that reached nobody."""
    now = timezone.now()
    day = {"first_on": now.date(), "last_on": now.date()}
    wait = Wait.objects.create(
        site=site, theme=ThemeFactory(), language="fr", visitor=VisitorFactory(alias="Sam"), asked_at=now, **day
    )
    tomorrow = now + dt.timedelta(days=1)
    offer = Offer.objects.create(wait=wait, starts_at=tomorrow, made_at=now, expires_at=tomorrow)
    kind, failure = MessageKind.FREED, Failure.TOO_LATE
    return Message.objects.create(offer=offer, kind=kind, key="offer", due_at=now, given_up_at=now, failure=failure)


def test_page_tells_whom_no_message_reached_and_how_else_to_reach_them(reception, site):
    message = fail(site, email_failed_at=timezone.now(), phone_failed_at=timezone.now())

    page = reception.get(reverse(LIST)).content.decode()

    assert message.appointment.code in page
    assert "Cité de Namur" in page
    assert "Cancelled by us" in page
    assert "e-mail: came back" in page
    assert 'href="tel:+32470123456"' in page
    assert "Robin" in page
    assert "does not arrive" in page
    assert "takes no text messages" in page


def test_newest_failure_stands_first_and_each_appointment_once(reception, site):
    old, new = fail(site, minutes=9), fail(site, minutes=1)
    fail(site, appointment=old.appointment, kind=MessageKind.REMINDER, minutes=5)

    entries = reception.get(reverse(LIST)).context["page"].object_list

    assert [(one.about, len(one.messages)) for one in entries] == [(new.appointment, 1), (old.appointment, 2)]
    assert count_failures(site=site, now=timezone.now()) == 2


def test_reminders_that_failed_alike_are_told_once(reception, site):
    message = fail(site, kind=MessageKind.REMINDER)
    Message.objects.create(
        appointment=message.appointment,
        kind=message.kind,
        key="second reminder",
        due_at=message.due_at,
        given_up_at=message.given_up_at,
        failure=message.failure,
    )

    assert reception.get(reverse(LIST)).content.decode().count("Reminder") == 1


def test_offer_that_reached_nobody_is_listed_too(reception, site):
    fail_offer(site)

    page = reception.get(reverse(LIST)).content.decode()

    assert "waits for a free time" in page
    assert "Sam" in page


@pytest.mark.parametrize(
    "change",
    [
        {"settled_at": timezone.now()},
        {"given_up_at": None, "failure": ""},
        {"sent_at": timezone.now(), "given_up_at": None, "failure": ""},
    ],
)
def test_message_that_needs_nobody_is_not_listed(reception, site, change):
    message = fail(site)
    Message.objects.filter(pk=message.pk).update(**change)

    page = reception.get(reverse(LIST))

    assert list(page.context["page"]) == []
    assert "Every message arrived" in page.content.decode()
    assert count_failures(site=site, now=timezone.now()) == 0


def test_failure_leaves_the_list_a_day_after_the_appointment(reception, site):
    fail(site, days=-2)
    yesterday = fail(site, days=-0.9)

    entries = list(reception.get(reverse(LIST)).context["page"])

    assert [one.about for one in entries] == [yesterday.appointment]


def test_failure_of_another_place_is_not_listed_nor_settled(reception):
    message = fail(SiteFactory())

    page, answer = reception.get(reverse(LIST)), reception.post(reverse("agenda:message-settle", args=[message.pk]))

    message.refresh_from_db()
    assert list(page.context["page"]) == []
    assert answer.status_code == 404
    assert message.settled_at is None


def test_page_is_closed_to_who_keeps_no_agenda(client, site):
    person = MembershipFactory(role=Role.PARTNER_MANAGER, site=None, partner=PartnerFactory()).user
    client.force_login(person)

    assert client.get(reverse(LIST)).status_code == 403


def test_visitor_who_was_reached_leaves_the_list_with_all_that_failed(reception, site):
    message, other = fail(site), fail(site)
    more = fail(site, appointment=message.appointment, kind=MessageKind.REMINDER)

    answer = reception.post(reverse("agenda:message-settle", args=[message.pk]), follow=True)

    assert [one.about for one in answer.context["page"]] == [other.appointment]
    assert "this visitor has been reached" in answer.content.decode()
    more.refresh_from_db()
    assert more.settled_at is not None


def test_settling_by_link_changes_nothing(reception, site):
    message = fail(site)

    answer = reception.get(reverse("agenda:message-settle", args=[message.pk]))

    message.refresh_from_db()
    assert answer.url == reverse(LIST)
    assert message.settled_at is None


def test_message_still_on_its_way_cannot_be_settled(reception, site):
    message = fail(site)
    Message.objects.update(given_up_at=None, failure="")

    assert reception.post(reverse("agenda:message-settle", args=[message.pk])).status_code == 404


@pytest.mark.parametrize("page", ["0", "99", "x", "-1"])
def test_page_that_does_not_exist_shows_one_that_does(reception, site, page):
    fail(site)

    assert len(reception.get(reverse(LIST), {"page": page}).context["page"]) == 1


def test_page_costs_the_same_for_one_and_for_many(reception, site, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        reception.get(reverse(LIST))
    fail(site)
    fail_offer(site)
    with django_assert_max_num_queries(10) as few:
        reception.get(reverse(LIST))
    for _more in range(3):
        fail(site)

    with django_assert_max_num_queries(len(few)):
        reception.get(reverse(LIST))


def test_counting_takes_one_query(site, django_assert_num_queries):
    fail(site)

    with django_assert_num_queries(1):
        assert count_failures(site=site, now=timezone.now()) == 1


def test_text_that_failed_says_so(reception, site):
    message = fail(site, failure=Failure.UNREACHABLE)
    Message.objects.filter(pk=message.pk).update(medium=Medium.SMS)

    assert "text message: no address that works" in reception.get(reverse(LIST)).content.decode()


def test_visitor_who_left_nothing_is_to_be_told_when_they_come(reception, site):
    left_nothing = AppointmentFactory(site=site, starts_at=timezone.now() + dt.timedelta(days=1))
    fail(site, failure=Failure.UNREACHABLE, appointment=left_nothing)

    assert (
        "This visitor left no address: tell them when they come or call."
        in reception.get(reverse(LIST)).content.decode()
    )
