from datetime import timedelta

import pytest
from django.core import signing
from django.urls import reverse
from django.utils import timezone, translation

from appointments.enums import Origin
from appointments.models import SiteQueue, Ticket
from appointments.services.queue import door_code, ticket_secret
from tests.appointments.queue.place import kept_place, page, text_of
from tests.factories.sites import SiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return kept_place()


def code_of(place, *, ago=0):
    return door_code(place.queue, now=timezone.now() - timedelta(minutes=ago))


def enter(client, place, *, ago=0):
    """The address to which the code on the screen leads."""
    return client.get(page("door", place, k=code_of(place, ago=ago))).url


def test_code_on_the_screen_opens_the_door(client, place):
    address = enter(client, place)

    answer = client.get(address)

    assert answer.status_code == 200
    assert "What brings you here?" in text_of(answer)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("query", [{}, {"k": "AAAAAA"}, {"pass": "forged"}, {"k": "", "pass": ""}])
def test_door_stays_closed_without_the_code_on_the_screen(client, place, query):
    answer = client.get(page("door", place, **query))

    assert answer.status_code == 403
    assert "The code on the screen changes each minute." in text_of(answer)
    assert client.post(page("door", place, **query), {"theme": "work"}).status_code == 403
    assert not Ticket.objects.exists()


def test_door_stays_closed_to_a_code_that_is_old(client, place):
    assert client.get(page("door", place, k=code_of(place, ago=4))).status_code == 403


def test_looking_at_a_queue_that_was_never_used_makes_none_and_opens_nothing(client):
    unused = SiteFactory()
    keyless = SiteQueue(site=unused, letter="N")

    for query in ({}, {"key": "x"}, {"key": ""}, {"k": door_code(keyless, now=timezone.now())}):
        answers = {
            name: client.get(reverse(f"queue:{name}", args=[unused.slug], query=query)).status_code
            for name in ("kiosk", "door", "display")
        }
        assert answers == {"kiosk": 403, "door": 403, "display": 200}, query

    assert not SiteQueue.objects.exists()


def test_door_of_one_place_opens_no_other(client, place):
    other = kept_place()

    assert client.get(page("door", other, k=code_of(place))).status_code == 403
    assert client.get(enter(client, place).replace(place.site.slug, other.site.slug)).status_code == 403


def test_whoever_was_at_the_door_may_take_their_time_and_no_more(client, place, monkeypatch):
    address = enter(client, place)

    monkeypatch.setattr(signing.time, "time", lambda: timezone.now().timestamp() + 590)
    assert client.get(address).status_code == 200
    monkeypatch.setattr(signing.time, "time", lambda: timezone.now().timestamp() + 620)
    assert client.get(address).status_code == 403


def test_door_gives_a_number_and_leads_to_its_page(client, place):
    answer = client.post(enter(client, place), {"theme": "work"})

    ticket = Ticket.objects.get()
    assert ticket.origin == Origin.PHONE
    assert (answer.status_code, answer.url) == (303, reverse("queue:ticket", args=[ticket_secret(ticket)]))


def test_door_asks_the_language_where_several_are_spoken(client):
    place = kept_place(languages=("fr", "de"))
    address = enter(client, place)

    asked = client.post(address, {"theme": "work"})
    assert asked.status_code == 303
    assert "In which language?" in text_of(client.get(asked.url))
    client.post(address, {"theme": "work", "language": "de"})

    assert Ticket.objects.get().language == "de"


def test_one_code_gives_a_family_numbers_and_nobody_a_hundred(client, place):
    address = enter(client, place)

    answers = [client.post(address, {"theme": "work"}).status_code for _number in range(5)]

    assert answers == [303, 303, 303, 409, 409]
    assert Ticket.objects.count() == 3


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_door_speaks_each_language(client, place, language):
    with translation.override(language):
        answer = client.get(enter(client, place))
        again = client.get(page("door", place))

    assert f'<html lang="{language}">' in answer.content.decode()
    assert again.status_code == 403
