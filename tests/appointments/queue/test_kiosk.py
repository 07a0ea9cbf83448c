import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from appointments.enums import Origin, TicketState
from appointments.models import Ticket
from appointments.services import secret_of
from appointments.services.queue import Estimate, close_desk, estimates, renew_screen_key, sign_screen, ticket_secret
from appointments.views.queue.kiosk import NUMBERS
from sites.models import DropInPause
from tests.appointments.queue.place import kept_place, page, text_of
from tests.factories.appointments import AppointmentFactory
from tests.factories.queue import SeatingFactory
from tests.factories.sites import ThemeFactory, UserFactory

pytestmark = pytest.mark.django_db

STEPS = ("kiosk", "kiosk-take", "kiosk-arrive")


@pytest.fixture
def place():
    return kept_place()


@pytest.fixture
def kiosk(client, place):
    client.cookies["screen"] = sign_screen(place.queue)
    return client


def take(kiosk, place, **given):
    return kiosk.post(page("kiosk-take", place), {"theme": "work"} | given)


def booked_today(place, **more):
    starts_at = timezone.now() + timedelta(minutes=2)
    return AppointmentFactory(site=place.site, service__theme=place.theme, starts_at=starts_at, **more)


@pytest.mark.parametrize("name", ["kiosk", "kiosk-number"])
def test_kiosk_works_on_no_other_device(client, place, name):
    answer = client.get(page(name, place))

    assert answer.status_code == 403
    assert "This page works on the screen at the door" in text_of(answer)
    assert place.site.get_absolute_url() in text_of(answer)
    assert reverse("appointments:book") in text_of(answer)


def test_kiosk_of_another_device_gives_no_number(client, place):
    answer = take(client, place)

    assert answer.status_code == 403
    assert not Ticket.objects.exists()


def test_kiosk_is_enrolled_by_its_key(client, place):
    answer = client.get(page("kiosk", place, key=place.queue.screen_key))

    assert answer.url == page("kiosk", place)
    assert client.get(answer.url).status_code == 200


def test_kiosk_is_not_enrolled_by_another_key(client, place):
    assert client.get(page("kiosk", place, key="forged")).status_code == 403


def test_kiosk_of_one_place_is_none_of_another(kiosk):
    assert kiosk.get(page("kiosk", kept_place())).status_code == 403


def test_kiosk_is_enrolled_anew_once_the_key_is_renewed(kiosk, place):
    renew_screen_key(queue=place.queue, by=UserFactory())

    assert kiosk.get(page("kiosk", place)).status_code == 403


def test_kiosk_of_a_place_that_is_hidden_is_not_found(client):
    assert client.get(page("kiosk", kept_place(is_open_to_public=False))).status_code == 404


def test_kiosk_begins_with_the_language(kiosk, place):
    start = text_of(kiosk.get(page("kiosk", place)))

    for code, name in (("fr", "Français"), ("nl", "Nederlands"), ("de", "Deutsch"), ("en", "English")):
        assert f'href="/{code}/kiosk/{place.site.slug}/take/" lang="{code}" hreflang="{code}">{name}' in start


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_kiosk_speaks_each_language(kiosk, place, language):
    with translation.override(language):
        answers = [kiosk.get(page(name, place)) for name in STEPS]

    assert {answer.status_code for answer in answers} == {200}
    assert all(f'<html lang="{language}">' in answer.content.decode() for answer in answers)
    assert all("no-store" in answer["Cache-Control"] for answer in answers)


def test_kiosk_gives_a_number(kiosk, place):
    answer = kiosk.post(page("kiosk-take", place), {"theme": "work"}, follow=True)

    ticket = Ticket.objects.get()
    assert (ticket.theme, ticket.language, ticket.origin) == (place.theme, "fr", Origin.KIOSK)
    shown = text_of(answer)
    assert '<p class="slip__number" id="slip-number">N-001</p>' in shown
    assert "<svg" in shown
    assert ticket_secret(ticket) not in shown + answer.redirect_chain[0][0]
    assert "Find work" not in shown


def test_kiosk_gives_one_number_for_one_page(kiosk, place):
    token = re.search(r'name="token" value="([^"]+)"', text_of(kiosk.get(page("kiosk-take", place))))[1]

    first, again = take(kiosk, place, token=token), take(kiosk, place, token=token)

    assert Ticket.objects.count() == 1
    assert kiosk.get(first.url).content != b""
    assert first.status_code == again.status_code == 303


def test_kiosk_asks_the_language_only_where_several_are_spoken(client):
    place = kept_place(languages=("fr", "nl"))
    client.cookies["screen"] = sign_screen(place.queue)

    asked = take(client, place)

    assert asked.status_code == 303
    assert "In which language?" in text_of(client.get(asked.url))
    assert not Ticket.objects.exists()
    take(client, place, language="nl")
    assert Ticket.objects.get().language == "nl"


def test_kiosk_offers_what_somebody_receives_for(kiosk, place):
    other = ThemeFactory(code="train", name_en="Train")

    before = text_of(kiosk.get(page("kiosk-take", place)))
    SeatingFactory(site=place.site, themes=[other], opened_at=timezone.now())
    after = text_of(kiosk.get(page("kiosk-take", place)))

    assert ('value="train"' in before, 'value="train"' in after) == (False, True)


def test_kiosk_refuses_a_theme_that_it_does_not_offer(kiosk, place):
    answer = take(kiosk, place, theme="forged")

    assert answer.status_code == 409
    assert "Choose what brings you here." in text_of(answer)
    assert not Ticket.objects.exists()


def test_kiosk_refuses_a_language_that_nobody_speaks(kiosk, place):
    answer = take(kiosk, place, language="de")

    assert answer.status_code == 409
    assert "Nobody receives in this language today" in text_of(answer)


def test_kiosk_of_a_closed_place_says_so(kiosk, place):
    close_desk(seating=place.seating, by=place.seating.advisor, now=timezone.now())

    shown = text_of(kiosk.get(page("kiosk-take", place)))

    assert "No numbers just now" in shown
    assert "Reception helps you" in shown
    assert "I have an appointment" in shown


def test_kiosk_shows_the_words_of_a_pause(kiosk, place):
    now = timezone.now()
    DropInPause.objects.create(site=place.site, starts_at=now - timedelta(hours=1), message_en="Back on Monday.")

    assert "Back on Monday." in text_of(kiosk.get(page("kiosk-take", place)))
    assert take(kiosk, place).status_code == 200
    assert not Ticket.objects.exists()


def test_number_is_shown_for_a_moment_only(kiosk, place, monkeypatch):
    address = take(kiosk, place).url
    assert kiosk.get(address).status_code == 200

    monkeypatch.setattr("appointments.views.queue.kiosk.NUMBER_SHOWN_SECONDS", -1)

    assert kiosk.get(address).url == page("kiosk", place)


@pytest.mark.parametrize("signed", ["", "forged", NUMBERS.sign("no key")], ids=["empty", "forged", "no key"])
def test_number_is_not_shown_to_a_forged_address(kiosk, place, signed):
    assert kiosk.get(page("kiosk-number", place, ticket=signed)).url == page("kiosk", place)


def test_number_that_may_not_be_called_before_closing_says_so_on_the_screen_and_on_paper(kiosk, place, monkeypatch):
    address = take(kiosk, place).url
    late = Estimate(30, 40, 50, is_past_closing=True)
    monkeypatch.setattr(estimates, "estimates_of", lambda **_asked: {Ticket.objects.get().pk: late})

    shown = text_of(kiosk.get(address))

    slip = shown[shown.index('class="slip"') : shown.index("</article>")]
    assert "Perhaps we close before it is your turn." in slip
    assert "Wait: " not in slip


def test_screen_with_a_number_returns_by_itself(kiosk, place):
    shown = text_of(kiosk.get(take(kiosk, place).url))

    assert f'data-return="{page("kiosk", place)}" data-return-seconds="20"' in shown
    assert f'<noscript><meta http-equiv="refresh" content="20;url={page("kiosk", place)}"></noscript>' in shown


@pytest.mark.parametrize("typed", ["{lower}", " {halves} ", "{link}?done=x"])
def test_booked_visitor_arrives_by_what_was_typed_or_scanned(kiosk, place, typed):
    booked = booked_today(place)
    link = f"http://localhost{reverse('appointments:appointment', args=[secret_of(booked)])}"
    halves = f"{booked.code[:3]} {booked.code[3:]}"
    code = typed.format(lower=booked.code.lower(), halves=halves, link=link)

    answer = kiosk.post(page("kiosk-arrive", place), {"code": code})

    ticket = Ticket.objects.get()
    assert (ticket.appointment, ticket.state) == (booked, TicketState.WAITING)
    shown = text_of(kiosk.get(answer.url))
    assert f"You are expected at {timezone.localtime(booked.starts_at):%H:%M}" in shown


def test_booked_visitor_who_arrives_twice_has_one_number(kiosk, place):
    booked = booked_today(place)

    for _time in range(2):
        kiosk.post(page("kiosk-arrive", place), {"code": booked.code})

    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("typed", ["", "XXXXXX", "http://localhost/en/b/forged/"])
def test_unknown_code_is_refused_in_words(kiosk, place, typed):
    answer = kiosk.post(page("kiosk-arrive", place), {"code": typed})

    assert answer.status_code == 422
    error = re.search(r'id="code-error">(.*?)</ul>', text_of(answer))[1]
    assert "<svg" in error
    assert not Ticket.objects.exists()


def test_pages_of_the_kiosk_ask_few_questions(kiosk, place, django_assert_max_num_queries):
    for _number in range(3):
        take(kiosk, place)
    address = take(kiosk, place).url

    for name in ("kiosk", "kiosk-arrive"):
        with django_assert_max_num_queries(2):
            kiosk.get(page(name, place))
    with django_assert_max_num_queries(12):
        kiosk.get(address)
    with django_assert_max_num_queries(40):
        kiosk.get(page("kiosk-take", place))
