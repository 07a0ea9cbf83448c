"""The ways to the exit survey: the square code on the display, and the link at the end of a ticket."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from appointments.services.queue import call_next, finish, mark_left, ticket_secret
from tests.appointments.queue.place import kept_place, page, text_of, ticket_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


def ticket_page(client, ticket, **headers):
    return text_of(client.get(reverse("queue:ticket", args=[ticket_secret(ticket)]), headers=headers))


def test_display_shows_the_survey_to_those_who_leave_in_each_language(client):
    place = kept_place(languages=("fr", "nl"))
    place.site.languages = ("fr", "nl")
    place.site.save()

    shown = text_of(client.get(page("display", place)))

    block = shown.partition('class="wall__survey"')[2].partition("</header>")[0]
    assert "<svg" in block
    assert re.findall(r'<p lang="(\w+)">', block)[:2] == ["fr", "nl"]
    assert "wall__door" not in shown


def test_code_of_the_survey_is_smaller_than_that_of_the_door_and_comes_after_it(client):
    place = kept_place()
    client.get(page("display", place, key=place.queue.screen_key))

    shown = text_of(client.get(page("display", place)))

    assert shown.index('class="wall__door"') < shown.index('class="wall__survey"')
    assert shown.count("wall__square--small") == 1


def test_ticket_leads_to_the_survey_when_the_visit_is_over_and_not_before(client):
    place = kept_place()
    ticket = ticket_at(place)
    link = f'href="{reverse("survey:answer", args=[place.site.slug])}" rel="noreferrer"'

    waiting = ticket_page(client, ticket)
    call_next(seating=place.seating, by=place.seating.advisor, now=timezone.now())
    called = ticket_page(client, ticket)
    ticket.refresh_from_db()
    finish(ticket=ticket, by=place.seating.advisor, now=timezone.now())

    assert link not in waiting
    assert link not in called
    assert link in ticket_page(client, ticket)
    assert link in ticket_page(client, ticket, **{"HX-Request": "true"})


def test_whoever_left_the_queue_can_say_so(client):
    place = kept_place()
    ticket = ticket_at(place)

    mark_left(ticket=ticket, by=None, now=timezone.now())

    assert reverse("survey:answer", args=[place.site.slug]) in ticket_page(client, ticket)
