import html
import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone, translation

from appointments.enums import TicketState
from appointments.models import Appointment, Ticket
from appointments.services import secret_of
from appointments.services.queue import (
    begin_session,
    call_next,
    finish,
    line_of,
    mark_left,
    mark_missing,
    park,
    queue_of,
    ticket_secret,
)
from tests.appointments.pages import moments_in
from tests.appointments.queue.place import kept_place, text_of, ticket_at
from tests.factories.appointments import offer
from tests.factories.queue import SeatingFactory, TicketFactory
from tests.factories.sites import SiteFactory, ThemeFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


@pytest.fixture
def place(no_holidays):
    return kept_place()


def address(ticket, name="ticket"):
    return reverse(f"queue:{name}", args=[ticket_secret(ticket)])


def by(place):
    return {"by": place.seating.advisor, "now": timezone.now()}


def call(place):
    return call_next(seating=place.seating, **by(place))


def bookable(place):
    starts_at = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) + 3 * DAY
    offer(site=place.site, theme=place.theme, starts_at=starts_at)
    return starts_at


def test_page_tells_the_number_and_who_is_before(client, place):
    tickets = [ticket_at(place) for _number in range(3)]

    first, _second, third = (text_of(client.get(address(ticket))) for ticket in tickets)

    assert "N-001" in first
    assert "You are next" in first
    assert "2 people before you" in third
    assert "Wait: " in third


def test_page_brings_what_is_on_here_next(client, place):
    ticket = ticket_at(place)

    page = client.get(reverse("queue:ticket", args=[ticket_secret(ticket)])).content.decode()

    assert f'hx-get="{reverse("activities:next-of-site", args=[place.site.slug])}"' in page


def test_page_is_kept_by_nobody_and_found_by_nobody(client, place):
    answer = client.get(address(ticket_at(place)))

    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "sessionid" not in answer.cookies


def test_page_names_the_theme_neither_in_its_title_nor_elsewhere(client, place):
    ticket = ticket_at(place)

    for name in ("ticket", "ticket-leave", "ticket-swap"):
        title = re.search(r"<title>(.*?)</title>", text_of(client.get(address(ticket, name))))[1]
        assert "Find work" not in title
    assert "work" not in address(ticket)


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_page_speaks_each_language(client, place, language):
    ticket = ticket_at(place)

    with translation.override(language):
        for name in ("ticket", "ticket-leave", "ticket-swap"):
            answer = client.get(address(ticket, name))
            assert f'<html lang="{language}">' in answer.content.decode()


def test_link_that_is_forged_opens_nothing(client):
    assert client.get(reverse("queue:ticket", args=["forged"])).status_code == 404


def test_link_of_yesterday_has_expired(client):
    yesterday = TicketFactory(taken_at=timezone.now() - DAY)

    assert client.get(address(yesterday)).status_code == 410


def test_page_follows_the_visit(client, place):
    ticket = ticket_at(place)
    shown = []

    for act in (
        call,
        lambda place: begin_session(ticket=ticket, **by(place)),
        lambda _place: finish_now(ticket, place),
    ):
        act(place)
        shown.append(text_of(client.get(address(ticket))))

    called, received, done = shown
    assert f"Please go to: {place.seating.desk.name}" in called
    assert f"You are being received: {place.seating.desk.name}" in received
    assert "Your visit is over" in done
    assert ["hx-trigger" in one for one in shown] == [True, True, False]


def finish_now(ticket, place):
    finish(ticket=ticket, **by(place))


def test_page_of_a_parked_number_says_that_the_place_is_kept(client, place):
    ticket = ticket_at(place)
    park(ticket=ticket, **by(place))

    assert "Your place in the line is kept" in text_of(client.get(address(ticket)))


def test_page_of_who_was_called_in_vain_is_friendly(client, place):
    ticket = ticket_at(place)
    call(place)
    mark_missing(ticket=ticket, **by(place))

    assert "Tell reception: they help you on." in text_of(client.get(address(ticket)))


def test_piece_is_sent_again_only_when_it_changed(client, place):
    ticket = ticket_at(place)
    mark = json.loads(re.search(r'"If-None-Match": ("[^}]*")}', html.unescape(text_of(client.get(address(ticket)))))[1])

    same = client.get(address(ticket), headers={"HX-Request": "true", "If-None-Match": mark})
    call(place)
    changed = client.get(address(ticket), headers={"HX-Request": "true", "If-None-Match": mark})

    assert (same.status_code, same.content) == (304, b"")
    assert same["Cache-Control"] == "no-store, private"
    assert changed.status_code == 200
    assert changed.content.decode().strip().startswith("<section")
    assert "Please go to" in changed.content.decode()


def test_piece_is_what_the_whole_page_holds(client, place):
    ticket = ticket_at(place)

    whole = text_of(client.get(address(ticket)))
    piece = text_of(client.get(address(ticket), headers={"HX-Request": "true"})).strip()

    assert piece in whole


def test_poll_asks_one_question(client, place, django_assert_num_queries):
    ticket = ticket_at(place)
    client.get(address(ticket))

    with django_assert_num_queries(1):
        client.get(address(ticket), headers={"HX-Request": "true"})


def test_line_counts_only_those_whom_the_same_desk_calls(place):
    other = ThemeFactory(code="train")
    SeatingFactory(site=place.site, themes=[other], opened_at=timezone.now())
    first, second = ticket_at(place), ticket_at(place)
    elsewhere = ticket_at(place._replace(theme=other))

    line = line_of(site=place.site, now=timezone.now())

    assert {ticket: line[ticket.pk].before for ticket in (first, second, elsewhere)} == {
        first: 0,
        second: 1,
        elsewhere: 0,
    }


def test_line_of_nobody_is_empty(place):
    assert line_of(site=place.site, now=timezone.now()) == {}


def test_line_without_a_desk_counts_those_who_wait_for_the_same(place):
    unserved = TicketFactory(site=place.site, language="de", taken_at=timezone.now())
    other = TicketFactory(site=place.site, theme=unserved.theme, language="de", taken_at=timezone.now())

    line = line_of(site=place.site, now=timezone.now())

    assert (line[unserved.pk].before, line[other.pk].before) == (0, 1)


def test_visitor_leaves_after_saying_so_twice(client, place):
    ticket = ticket_at(place)

    assert "You lose your place in the line" in text_of(client.get(address(ticket, "ticket-leave")))
    assert Ticket.objects.get().state == TicketState.WAITING
    for _time in range(2):
        assert client.post(address(ticket, "ticket-leave")).url == address(ticket)

    assert Ticket.objects.get().state == TicketState.LEFT
    assert "You have left the queue" in text_of(client.get(address(ticket)))


def test_visitor_in_session_does_not_leave_the_queue(client, place):
    ticket = ticket_at(place)
    begin_session(ticket=call(place), **by(place))

    assert client.get(address(ticket, "ticket-leave")).url == address(ticket)
    assert client.post(address(ticket, "ticket-leave")).status_code == 409
    assert Ticket.objects.get().state == TicketState.RECEIVED


def test_visitor_swaps_the_number_for_an_appointment(client, place):
    ticket, starts_at = ticket_at(place), bookable(place)
    offered = moments_in(client.get(address(ticket, "ticket-swap")))

    answer = client.post(address(ticket, "ticket-swap"), {"moment": offered[0]})

    booked = Appointment.objects.get()
    assert (booked.starts_at, booked.site, booked.language) == (starts_at, place.site, "fr")
    assert answer.url.startswith(reverse("appointments:appointment", args=[secret_of(booked)]))
    swapped = Ticket.objects.get()
    assert (swapped.state, swapped.appointment) == (TicketState.SWAPPED, booked)
    assert reverse("appointments:appointment", args=[secret_of(booked)]) in text_of(client.get(address(ticket)))


def test_swap_pressed_again_is_the_same_appointment(client, place):
    ticket, _starts_at = ticket_at(place), bookable(place)
    offered = moments_in(client.get(address(ticket, "ticket-swap")))

    first, again, other = (
        client.post(address(ticket, "ticket-swap"), {"moment": offered[number]}) for number in (0, 0, 1)
    )

    assert {first.url.split("?")[0], again.url.split("?")[0], other.url.split("?")[0]} == {first.url.split("?")[0]}
    assert Appointment.objects.count() == 1


def test_whoever_is_called_meanwhile_books_nothing(client, place):
    ticket, _starts_at = ticket_at(place), bookable(place)
    offered = moments_in(client.get(address(ticket, "ticket-swap")))
    call(place)

    answer = client.post(address(ticket, "ticket-swap"), {"moment": offered[0]})

    assert answer.status_code == 409
    assert not Appointment.objects.exists()
    assert client.get(address(ticket, "ticket-swap")).url == address(ticket)


@pytest.mark.parametrize("moment", ["", "nowhere|2026-11-24T08:00Z|fr", "x"])
def test_swap_for_what_is_not_offered_is_refused_in_words(client, place, moment):
    ticket, _starts_at = ticket_at(place), bookable(place)

    answer = client.post(address(ticket, "ticket-swap"), {"moment": moment})

    assert answer.status_code == 409
    assert "notice--warning" in text_of(answer)


def test_swap_without_a_free_moment_leads_elsewhere(client, place):
    shown = text_of(client.get(address(ticket_at(place), "ticket-swap")))

    assert "No free time here at the moment" in shown
    assert "appointments:book" not in shown


def test_page_offers_other_places_only_where_one_waits_less(client, place):
    quiet, busy = kept_place_of(place), kept_place_of(place)
    for _number in range(12):
        ticket_at(busy)
    waits_long = [ticket_at(place) for _number in range(8)][-1]
    call(place)

    shown = text_of(client.get(address(waits_long)))

    assert "Other places with a shorter wait" in shown
    assert quiet.site.name in shown
    assert busy.site.name not in shown


def kept_place_of(place):
    """Another place of the same network where the same theme is served."""
    site = SiteFactory(network=place.site.network)
    seating = SeatingFactory(site=site, languages=("fr",), themes=[place.theme], opened_at=timezone.now())
    return place._replace(site=site, seating=seating, queue=queue_of(site))


def test_mark_left_by_reception_is_seen_on_the_telephone(client, place):
    ticket = ticket_at(place)
    mark_left(ticket=ticket, **by(place))

    assert "You have left the queue" in text_of(client.get(address(ticket)))
