from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from appointments.models import BookingPolicy, Ticket
from appointments.services import tell_near
from appointments.services.queue import call_next, mark_left, ticket_secret
from appointments.tasks import tell_near as told_by_task
from tests.appointments.mailing import LANDLINE, MOBILE
from tests.appointments.queue.place import kept_place, text_of, ticket_at
from visitors.models import Visitor

pytestmark = pytest.mark.django_db

ROBIN = "robin@example.org"


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


@pytest.fixture
def place():
    return kept_place()


@pytest.fixture
def texts(settings, monkeypatch):
    """What was handed to the carrier of text messages."""
    settings.SMS_URL = "https://carrier.example/send"
    sent = []
    monkeypatch.setattr(
        "appointments.services.messages.carriers.Carriers.send_text",
        lambda _self, *, number, text, key: sent.append((number, text, key)),
    )
    return sent


def near(ticket):
    return reverse("queue:ticket-near", args=[ticket_secret(ticket)])


def asks(client, ticket, **left):
    return client.post(near(ticket), left or {"email": ROBIN})


def test_visitor_is_told_once_when_two_are_before(client, place, mailoutbox):
    for _number in range(3):
        ticket_at(place)
    ticket = ticket_at(place)
    assert asks(client, ticket).url == reverse("queue:ticket", args=[ticket_secret(ticket)])

    assert tell_near(now=timezone.now()) == 0
    call_next(seating=place.seating, by=place.seating.advisor, now=timezone.now())
    assert [tell_near(now=timezone.now()) for _time in range(2)] == [1, 0]

    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([ROBIN], "It is almost your turn: N-004")
    assert ticket_secret(ticket) in mail.body
    assert "Find work" not in mail.subject + mail.body


def test_visitor_reads_it_in_the_language_of_the_page(client, place, mailoutbox):
    ticket = ticket_at(place)
    client.post(near(ticket).replace("/en/", "/nl/"), {"email": ROBIN})

    told_by_task()

    assert f"/nl/t/{ticket_secret(ticket)}/" in mailoutbox[0].body


def test_visitor_is_told_by_text_message(client, place, texts):
    BookingPolicy.objects.create(network=place.site.network, is_sms_used=True)
    ticket = ticket_at(place)
    asks(client, ticket, phone=MOBILE)

    tell_near(now=timezone.now())

    ((number, text, _key),) = texts
    assert number == MOBILE
    assert "N-001, Namur" in text
    assert "Find work" not in text


def test_number_that_takes_no_texts_is_refused(client, place, texts):
    BookingPolicy.objects.create(network=place.site.network, is_sms_used=True)

    answer = asks(client, ticket_at(place), phone=LANDLINE)

    assert answer.status_code == 422
    assert "We cannot send text messages to this number." in text_of(answer)
    assert texts == []


@pytest.mark.parametrize("left", [{"email": ""}, {"email": "robin"}])
def test_form_without_an_address_is_refused(client, place, left):
    answer = asks(client, ticket_at(place), **left)

    assert answer.status_code == 422
    assert not Visitor.objects.exists()


def test_form_says_that_one_of_two_addresses_is_enough(client, place, texts):
    BookingPolicy.objects.create(network=place.site.network, is_sms_used=True)

    shown = text_of(client.get(near(ticket_at(place))))

    assert "One of the two is enough: an e-mail address or a mobile number." in shown
    assert "(optional)" not in shown


def test_form_with_one_address_asks_for_it(client, place, settings):
    settings.SMS_URL = ""
    ticket = ticket_at(place)

    assert "(optional)" not in text_of(client.get(near(ticket)))
    assert 'id="id_email_error"' in text_of(client.post(near(ticket), {"email": ""}))


def test_address_is_shown_in_part_replaced_and_removed(client, place):
    ticket = ticket_at(place)
    page = reverse("queue:ticket", args=[ticket_secret(ticket)])

    asks(client, ticket)
    assert "r…@example.org" in text_of(client.get(page))
    assert ROBIN not in text_of(client.get(page)) + text_of(client.get(near(ticket)))
    asks(client, ticket, email="kim@example.org")
    assert Visitor.objects.get().email == "kim@example.org"
    asks(client, ticket, remove="1")

    assert not Visitor.objects.exists()
    assert "Tell me when it is almost my turn" in text_of(client.get(page))


def test_address_goes_in_the_night(client, place):
    ticket = ticket_at(place)
    asks(client, ticket)

    assert Visitor.objects.get().erase_on == ticket.day + timedelta(days=1)


def test_who_has_left_is_told_nothing(client, place, mailoutbox):
    ticket = ticket_at(place)
    asks(client, ticket)
    mark_left(ticket=ticket, by=None, now=timezone.now())

    assert tell_near(now=timezone.now()) == 0
    assert mailoutbox == []
    assert client.get(near(ticket)).status_code == 302


def test_who_is_called_meanwhile_cannot_ask_any_more(client, place):
    ticket = ticket_at(place)
    call_next(seating=place.seating, by=place.seating.advisor, now=timezone.now())

    assert asks(client, ticket).status_code == 302
    assert not Visitor.objects.exists()


def test_carrier_that_is_down_is_not_asked_again(client, place, monkeypatch):
    def hang_up(_self, _mail):
        raise SMTPServerDisconnected

    monkeypatch.setattr("appointments.services.messages.carriers.Carriers.send_mail", hang_up)
    asks(client, ticket_at(place))

    assert [tell_near(now=timezone.now()) for _time in range(2)] == [0, 0]
    assert Ticket.objects.get().near_told_at is not None
