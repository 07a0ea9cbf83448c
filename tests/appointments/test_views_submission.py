import datetime as dt
import re
from http import HTTPStatus

import pytest
from django.urls import reverse

from appointments.enums import BookedBy, WhoBooks
from appointments.models import Appointment
from appointments.services import book_appointment
from sites.models import Site
from tests.appointments.pages import book_url, confirm_url, given, links_in, moment_value, moments_in, text_of
from tests.appointments.proofs import solve
from tests.factories.appointments import offer
from tests.factories.sites import SiteFactory, ThemeFactory
from visitors.models import Visitor

# The views read the clock themselves: the tests pass on the eve of a holiday, too.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_holidays")]

LENGTH = dt.timedelta(minutes=45)
# Each page that books, by the query it needs besides theme and site.
PAGES = ("moments", "anywhere", "confirm")


@pytest.fixture
def tomorrow():
    # The views read the clock themselves: a moment that is ahead whenever the tests run.
    return dt.datetime.now(dt.UTC).replace(hour=10, minute=0, second=0, microsecond=0) + dt.timedelta(days=2)


@pytest.fixture
def offered(tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)
    return site, theme


@pytest.fixture
def page(offered):
    site, theme = offered
    return book_url(theme=theme.code, site=site.slug)


def take(site, theme, starts_at):
    now = dt.datetime.now(dt.UTC)
    return book_appointment(site=site, theme=theme, language="fr", starts_at=starts_at, now=now)


def errors_in(response):
    return [str(error) for errors in response.context["form"].errors.values() for error in errors]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_moments_books_and_leads_to_the_secret_page(client, tomorrow, offered, name):
    site, theme = offered
    pages = {
        "moments": book_url(theme=theme.code, site=site.slug),
        "anywhere": book_url(theme=theme.code, site="anywhere"),
        "confirm": confirm_url(site, theme, tomorrow),
    }
    shown = client.get(pages[name])

    answer = client.post(pages[name], given(moment=moments_in(shown)[0]) | solve(shown))

    appointment = Appointment.objects.get()
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert (appointment.starts_at, appointment.language, appointment.visitor) == (tomorrow, "fr", None)
    assert (appointment.booked_by, appointment.channel) == (BookedBy.VISITOR, "ON_SITE")
    assert appointment.code in text_of(client.get(answer.url))


def test_booking_keeps_what_was_typed_in_the_readers_language(client, tomorrow, offered, page):
    site, _theme = offered
    typed = given(moment=moment_value(site, tomorrow), alias="Robin", email="robin@example.org", phone="081 12 34 56")

    client.post(page, typed)

    visitor = Visitor.objects.get()
    assert (visitor.alias, visitor.email, str(visitor.phone)) == ("Robin", "robin@example.org", "+3281123456")
    assert visitor.language == "en"


def test_pressing_the_button_twice_books_once(client, tomorrow, offered, page):
    site, _theme = offered
    form = given(moment=moment_value(site, tomorrow), alias="Robin")

    first, second = client.post(page, form), client.post(page, form)

    assert first.url.split("?")[0] == second.url.split("?")[0]
    assert Appointment.objects.count() == Visitor.objects.count() == 1


def test_another_moment_with_the_same_form_is_another_appointment(client, tomorrow, offered, page):
    site, _theme = offered
    form = given()

    pages = [
        client.post(page, form | {"moment": moment_value(site, starts_at)}).url.split("?")[0]
        for starts_at in (tomorrow, tomorrow + LENGTH, tomorrow + LENGTH)
    ]

    assert len(set(pages)) == Appointment.objects.count() == 2
    assert set(Appointment.objects.values_list("starts_at", flat=True)) == {tomorrow, tomorrow + LENGTH}


@pytest.mark.parametrize(
    "moment", ["", "nonsense", "a|b|c", "nowhere|2030-01-01T10:00Z|fr", "x\x00|2030-01-01T10:00Z|fr"]
)
def test_booking_without_a_moment_says_so_and_keeps_what_was_typed(client, page, moment):
    answer = client.post(page, given(moment=moment, alias="Robin"))

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert len(errors_in(answer)) == 1
    assert 'value="Robin"' in text_of(answer)
    assert len(moments_in(answer)) == 4


@pytest.mark.parametrize("broken", [{"token": ""}, {"token": "1"}, {"way": ""}, {"way": "LETTER"}])
@pytest.mark.parametrize("name", ["moments", "confirm"])
def test_booking_with_a_broken_hidden_field_is_told_and_works_the_second_time(
    client, tomorrow, offered, page, broken, name
):
    site, theme = offered
    url = page if name == "moments" else confirm_url(site, theme, tomorrow)
    typed = {"moment": moment_value(site, tomorrow), "alias": "Robin"}

    response = client.post(url, given(**typed) | broken)
    kept = dict(re.findall(r'name="(token|way)" value="([^"]*)"', text_of(response)))
    again = client.post(url, kept | typed)

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "This form was no longer complete" in text_of(response)
    assert again.status_code == HTTPStatus.SEE_OTHER
    assert Appointment.objects.get().visitor.alias == "Robin"


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "robin"},
        {"email": "r\x00@example.org"},
        {"email": f"robin@{'a.' * 150}org"},
        {"phone": "12"},
        {"phone": "1\x002"},
        {"phone": "+32 81 12 34 56" + "0" * 300},
        {"alias": "r" * 61},
        {"booked_by": "RECEPTION"},
    ],
)
@pytest.mark.parametrize("name", ["moments", "confirm"])
def test_booking_with_a_typing_error_shows_it_and_keeps_moment_and_rest(client, tomorrow, offered, page, wrong, name):
    site, theme = offered
    url = page if name == "moments" else confirm_url(site, theme, tomorrow)
    chosen = moment_value(site, tomorrow + LENGTH) if name == "moments" else moment_value(site, tomorrow)

    response = client.post(url, given(moment=chosen, alias="Robin") | wrong)

    shown = text_of(response)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert Appointment.objects.count() == Visitor.objects.count() == 0
    assert 'class="error-summary" role="alert" tabindex="-1" autofocus' in shown
    assert "<title>Error: " in shown
    assert "alias" in wrong or 'value="Robin"' in shown
    assert name == "confirm" or f'value="{chosen}" checked' in shown


def test_booking_keeps_the_longest_number_that_exists(client, tomorrow, offered, page):
    site, _theme = offered

    client.post(page, given(moment=moment_value(site, tomorrow), phone="081 12 34 56 ext. 1234567"))

    assert str(Visitor.objects.get().phone) == "+3281123456"


def test_booking_asks_for_what_the_way_to_meet_cannot_do_without(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow, channels=("ON_SITE", "PHONE"))
    page = book_url(theme=theme.code, site=site.slug, way="PHONE")
    form = given(moment=moment_value(site, tomorrow), way="PHONE")

    without = client.post(page, form)
    complete = client.post(page, form | {"phone": "081 12 34 56"})

    assert without.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert list(without.context["form"].errors) == ["phone"]
    assert complete.status_code == HTTPStatus.SEE_OTHER
    assert Appointment.objects.get().channel == "PHONE"


@pytest.mark.parametrize("booked_by", ["SCHOOL", "PARTNER", "FAMILY"])
def test_somebody_books_for_another_person(client, tomorrow, booked_by):
    _service, site, theme = offer(starts_at=tomorrow, who_books=WhoBooks.PRESCRIBER)
    page, form = book_url(theme=theme.code, site=site.slug), given(moment=moment_value(site, tomorrow))

    for_myself = client.post(page, form)
    for_another = client.post(page, form | {"booked_by": booked_by})

    assert for_myself.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert for_another.status_code == HTTPStatus.SEE_OTHER
    assert Appointment.objects.get().booked_by == booked_by


@pytest.mark.parametrize("name", PAGES)
def test_taken_slot_offers_the_next_three_on_the_same_page_and_loses_nothing_typed(client, tomorrow, offered, name):
    site, theme = offered
    url = {
        "moments": book_url(theme=theme.code, site=site.slug),
        "anywhere": book_url(theme=theme.code, site="anywhere"),
        "confirm": confirm_url(site, theme, tomorrow),
    }[name]
    take(site, theme, tomorrow)
    typed = given(moment=moment_value(site, tomorrow), alias="Robin", email="robin@example.org")

    response = client.post(url, typed)

    offered_instead = moments_in(response)[:3]
    kept = {"alias": 'value="Robin"', "email": 'value="robin@example.org"', "token": f'value="{typed["token"]}"'}
    assert response.status_code == HTTPStatus.CONFLICT
    assert "This time was just taken" in text_of(response)
    assert offered_instead == [moment_value(site, tomorrow + LENGTH * number) for number in (1, 2, 3)]
    assert {field for field, part in kept.items() if part in text_of(response)} == set(kept)

    client.post(url, typed | {"moment": offered_instead[0]})

    assert Appointment.objects.get(visitor__alias="Robin").starts_at == tomorrow + LENGTH


def test_taken_slot_offers_other_places_when_nothing_else_is_free_here(client, tomorrow, offered, page):
    site, theme = offered
    elsewhere = SiteFactory(city="Huy", network=site.network)
    offer(site=elsewhere, theme=theme, starts_at=tomorrow)
    for number in range(4):
        take(site, theme, tomorrow + LENGTH * number)

    response = client.post(page, given(moment=moment_value(site, tomorrow)))

    instead = [moment_value(elsewhere, tomorrow + LENGTH * number) for number in range(3)]
    assert moments_in(response) == instead
    assert "Huy" in text_of(response)

    booked = client.post(page, given(moment=instead[0], instead=instead))

    assert booked.status_code == HTTPStatus.SEE_OTHER
    assert Appointment.objects.filter(site=elsewhere).count() == 1


@pytest.mark.parametrize("name", ["moments", "confirm"])
def test_page_of_one_place_books_at_no_other(client, tomorrow, offered, name):
    site, theme = offered
    elsewhere = SiteFactory(city="Huy", network=site.network)
    offer(site=elsewhere, theme=theme, starts_at=tomorrow)
    pages = {"moments": book_url(theme=theme.code, site=site.slug), "confirm": confirm_url(site, theme, tomorrow)}

    response = client.post(pages[name], given(moment=moment_value(elsewhere, tomorrow)))

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "names no moment that we understand" in text_of(response)
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("place", ["anywhere", "one"])
def test_taken_slot_leaves_nothing_ticked_and_shows_each_moment_once(client, tomorrow, offered, place):
    site, theme = offered
    take(site, theme, tomorrow)
    page = book_url(theme=theme.code, site=site.slug if place == "one" else place)

    response = client.post(page, given(moment=moment_value(site, tomorrow)))

    assert re.findall(r'name="moment"[^>]* checked', text_of(response)) == []
    assert moments_in(response) == [moment_value(site, tomorrow + LENGTH * number) for number in (1, 2, 3)]


def test_taken_slot_is_told_before_anything_is_typed(client, tomorrow, offered):
    site, theme = offered
    take(site, theme, tomorrow)

    response = client.get(confirm_url(site, theme, tomorrow))

    assert response.status_code == HTTPStatus.CONFLICT
    assert moments_in(response)[0] == moment_value(site, tomorrow + LENGTH)
    assert "go forward in your browser" in text_of(response)


REFUSED = [
    (dt.timedelta(days=-9), "already past"),
    (dt.timedelta(days=70), "too far ahead"),
    (dt.timedelta(minutes=7), "Nobody receives"),
    (dt.timedelta(hours=-8), "Nobody receives"),
]


@pytest.mark.parametrize(("shift", "sentence"), REFUSED)
@pytest.mark.parametrize("name", ["moments", "link", "confirm"])
def test_moment_that_is_not_offered_is_refused_with_a_sentence(client, tomorrow, offered, page, name, shift, sentence):
    site, theme = offered
    link = confirm_url(site, theme, tomorrow + shift)

    if name == "link":
        response = client.get(link)
    else:
        form = given(moment=moment_value(site, tomorrow + shift))
        response = client.post(page if name == "moments" else link, form)

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in text_of(response)
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_link_to_a_theme_that_a_site_does_not_serve_is_a_clear_404(client, tomorrow, method):
    site, theme = SiteFactory(), ThemeFactory()

    response = getattr(client, method)(confirm_url(site, theme, tomorrow))

    assert response.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("method", ["get", "post"])
def test_link_without_a_whole_wish_is_a_clear_404(client, method):
    response = getattr(client, method)(reverse("appointments:book-confirm"))

    assert response.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("query", [{}, {"site": "one"}, {"theme": "one"}])
def test_sending_the_form_to_an_earlier_step_shows_that_step(client, tomorrow, offered, query):
    site, theme = offered
    known = {"site": site.slug, "theme": theme.code}

    response = client.post(
        book_url(**{name: known[name] for name in query}), given(moment=moment_value(site, tomorrow))
    )

    assert response.status_code == HTTPStatus.OK
    assert Appointment.objects.count() == 0


def test_link_to_one_moment_shows_it_and_requires_nothing(client, tomorrow, offered):
    site, theme = offered

    response = client.get(confirm_url(site, theme, tomorrow))

    assert response.status_code == HTTPStatus.OK
    assert f"{tomorrow.astimezone(site.tz):%H:%M}" in text_of(response)
    assert "required" not in text_of(response).split("<form", 1)[1]
    assert book_url(theme=theme.code, site=site.slug, language="fr", way="ON_SITE") in links_in(response, "book")


def test_link_to_one_moment_for_another_person_asks_for_whom(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow, who_books=WhoBooks.PRESCRIBER)

    response = client.get(confirm_url(site, theme, tomorrow))

    assert response.status_code == HTTPStatus.OK
    assert 'value="SCHOOL"' in text_of(response)
    assert 'value="VISITOR"' not in text_of(response)


def test_a_robot_without_the_work_is_refused_and_told(client, tomorrow, offered, page, settings):
    settings.PORTAL_BOOKINGS_WITHOUT_PROOF = 0
    site, _theme = offered
    shown = client.get(page)
    form = given(moment=moment_value(site, tomorrow), alias="Robin")

    without, wrong = client.post(page, form), client.post(page, form | {"proof": "nonsense"})
    booked = client.post(page, form | solve(shown))

    assert [without.status_code, wrong.status_code] == [HTTPStatus.UNPROCESSABLE_ENTITY] * 2
    assert 'value="Robin"' in text_of(without)
    assert booked.status_code == HTTPStatus.SEE_OTHER


@pytest.mark.parametrize("name", ["moments", "confirm"])
def test_limit_is_said_with_the_telephone_of_the_place(client, tomorrow, offered, page, settings, name):
    settings.PORTAL_BOOKINGS_WITHOUT_PROOF = 0
    site, theme = offered
    Site.objects.update(phone="081 12 34 56")
    url = page if name == "moments" else confirm_url(site, theme, tomorrow)

    refused = client.post(url, given(moment=moment_value(site, tomorrow)))

    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'href="tel:081 12 34 56"' in text_of(refused)
    assert "check what you entered" not in text_of(refused)


def test_one_proof_pays_for_one_moment(client, tomorrow, offered, page):
    site, _theme = offered
    proof = solve(client.get(page))

    answers = [
        client.post(page, given(moment=moment_value(site, tomorrow + LENGTH * number)) | proof) for number in (0, 1)
    ]

    assert [answer.status_code for answer in answers] == [HTTPStatus.SEE_OTHER, HTTPStatus.UNPROCESSABLE_ENTITY]
    assert Appointment.objects.count() == 1
