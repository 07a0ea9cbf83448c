import datetime as dt
import re
import uuid
from http import HTTPStatus

import pytest
from django.urls import reverse

from appointments.models import Appointment, Duty
from appointments.services import book_appointment
from sites.models import Closure, User
from tests.factories.appointments import DutyFactory, ServiceFactory, ShiftFactory, offer
from tests.factories.sites import PartnerFactory, SiteFactory, ThemeFactory
from visitors.models import Visitor

# The views read the clock themselves: the tests pass on the eve of a holiday, too.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_holidays")]

LENGTH = dt.timedelta(minutes=45)


@pytest.fixture
def tomorrow():
    # The views read the clock themselves: a moment that is ahead whenever the tests run.
    return dt.datetime.now(dt.UTC).replace(hour=10, minute=0, second=0, microsecond=0) + dt.timedelta(days=2)


def book_url(**query):
    return reverse("appointments:book", query=query)


def confirm_url(site, theme, starts_at, **query):
    query = {"theme": theme.code, "site": site.slug, "language": "fr", "starts": f"{starts_at:%Y-%m-%dT%H:%MZ}"} | query
    return reverse("appointments:book-confirm", query=query)


def given(**fields):
    return {"token": uuid.uuid4(), "channel": "ON_SITE"} | fields


def text_of(response):
    return response.content.decode()


def links_in(response, part):
    return [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]*)"', text_of(response)) if part in link]


def test_booking_starts_with_the_question(client):
    theme = ThemeFactory(name_en="Find work", question_en="I’m looking for work")

    response = client.get(book_url())

    assert "Find work" in text_of(response)
    assert links_in(response, "theme=") == [book_url(theme=theme.code)]


def test_booking_from_a_site_page_keeps_the_site(client):
    theme, site = ThemeFactory(), SiteFactory()

    response = client.get(book_url(site=site.slug))

    assert links_in(response, "theme=") == [book_url(theme=theme.code, site=site.slug)]


def test_booking_asks_where_and_tells_what_is_free_first(client, tomorrow):
    _service, site, theme = offer(site=SiteFactory(city="Mons"), starts_at=tomorrow)
    other = SiteFactory(city="Huy")

    response = client.get(book_url(theme=theme.code))

    expected = [book_url(theme=theme.code, site=slug) for slug in ("anywhere", other.slug, site.slug)]
    assert [link for link in links_in(response, "theme=") if "site=" in link and link.startswith("/en/")] == expected
    assert "No free time at the moment" in text_of(response)


def test_booking_shows_the_free_slots_of_a_site_by_day(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)

    response = client.get(book_url(theme=theme.code, site=site.slug))

    links = links_in(response, reverse("appointments:book-confirm"))
    # The earliest one is highlighted, then listed with the others.
    starts = [tomorrow, *(tomorrow + LENGTH * number for number in range(4))]
    assert links == [confirm_url(site, theme, moment) for moment in starts]


@pytest.mark.parametrize("is_illustrative", [True, False])
def test_booking_says_which_moments_are_invented(client, tomorrow, is_illustrative):
    _service, site, theme = offer(starts_at=tomorrow)
    Duty.objects.update(is_illustrative=is_illustrative)

    page = text_of(client.get(book_url(theme=theme.code, site=site.slug)))

    assert ("These moments are invented" in page) is is_illustrative


@pytest.mark.parametrize("is_illustrative", [True, False])
def test_every_step_says_that_its_moments_are_invented(client, tomorrow, is_illustrative):
    _service, site, theme = offer(starts_at=tomorrow)
    Duty.objects.update(is_illustrative=is_illustrative)
    url = confirm_url(site, theme, tomorrow)

    asked = client.get(url)
    mistyped = client.post(url, given(email="robin"))
    ticket = client.post(url, given(), follow=True)
    moving = client.get(ticket.redirect_chain[0][0].split("?")[0] + "move/")
    taken = client.post(url, given())

    told = ["These moments are invented" in text_of(page) for page in (asked, mistyped, ticket, moving, taken)]
    assert told == [is_illustrative] * 5


def test_booking_anywhere_shows_the_site_that_is_free_first_on_top(client, tomorrow):
    _service, late, theme = offer(site=SiteFactory(city="Huy"), starts_at=tomorrow + dt.timedelta(days=1))
    _service, early, _theme = offer(site=SiteFactory(city="Mons"), theme=theme, starts_at=tomorrow)

    response = client.get(book_url(theme=theme.code, site="anywhere"))

    assert text_of(response).index("All times in Mons") < text_of(response).index("All times in Huy")
    assert links_in(response, "confirm")[0] == confirm_url(early, theme, tomorrow)
    assert book_url(theme=theme.code, site=late.slug) in links_in(response, "theme=")


def test_booking_shows_later_days_on_the_next_page(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)
    duty = site.duties.get()
    for day in range(1, 8):
        ShiftFactory(duty=duty, starts_at=tomorrow + dt.timedelta(days=day))

    first = client.get(book_url(theme=theme.code, site=site.slug))
    second = client.get(links_in(first, "from=")[0])

    assert len(links_in(first, "confirm")) == 1 + 6 * 4
    assert len(links_in(second, "confirm")) == 2 * 4


def test_booking_from_a_day_past_the_last_one_starts_again_from_the_first(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)

    response = client.get(book_url(theme=theme.code, site=site.slug, **{"from": "2150-01-01"}))

    assert "No free time here" not in text_of(response)
    assert len(links_in(response, "confirm")) == 1 + 4


def test_booking_shows_no_time_of_a_day_closed_since(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)
    day = tomorrow.date()
    Closure.objects.create(network=site.network, site=site, first_on=day, last_on=day, reason="Works")

    shown = client.get(book_url(theme=theme.code, site=site.slug))
    asked = client.get(confirm_url(site, theme, tomorrow))
    sent = client.post(confirm_url(site, theme, tomorrow), given())

    assert "No free time here" in text_of(shown)
    assert {asked.status_code, sent.status_code} == {HTTPStatus.UNPROCESSABLE_ENTITY}
    assert Appointment.objects.count() == 0


def test_booking_prefers_the_readers_language_and_offers_the_others(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow, languages=("en",))
    offer(site=site, theme=theme, starts_at=tomorrow + dt.timedelta(hours=1, minutes=5), languages=("nl",))

    response = client.get(book_url(theme=theme.code, site=site.slug))
    in_dutch = client.get(book_url(theme=theme.code, site=site.slug, language="nl"))
    in_any = client.get(book_url(theme=theme.code, site=site.slug, language="any"))

    assert {"language=en"} == {re.search(r"language=\w+", link)[0] for link in links_in(response, "confirm")}
    assert {"language=nl"} == {re.search(r"language=\w+", link)[0] for link in links_in(in_dutch, "confirm")}
    assert len(links_in(in_any, "confirm")) == 1 + 8
    assert "Nederlands" in text_of(response)


def test_booking_falls_back_to_other_languages_and_says_so(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow, languages=("fr",))

    response = client.get(book_url(theme=theme.code, site=site.slug))

    assert "Nobody receives in your language here" in text_of(response)
    assert len(links_in(response, "confirm")) == 5


def test_booking_with_nothing_free_helps_on(client):
    service = ServiceFactory()
    site = SiteFactory(network=service.network)

    response = client.get(book_url(theme=service.theme.code, site=site.slug))

    assert "No free time here at the moment" in text_of(response)
    assert book_url(theme=service.theme.code, site="anywhere") in links_in(response, "anywhere")
    assert site.get_absolute_url() in links_in(response, "/sites/")


@pytest.mark.parametrize(
    "query",
    [
        {"theme": "nope"},
        {"site": "nope"},
        {"language": "xx"},
        {"starts": "soon"},
        {"starts": "9999-12-31T23:59Z"},
        {"starts": "2026-11-24T09:00"},
        {"from": "one-day"},
        {"theme": "a\x00b"},
    ],
)
@pytest.mark.parametrize("name", ["book", "book-confirm"])
def test_unknown_wish_is_a_clear_404(client, name, query):
    response = client.get(reverse(f"appointments:{name}"), query)

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert "We could not find that" in text_of(response)


def test_site_that_is_not_public_is_a_clear_404(client):
    site = SiteFactory(is_open_to_public=False)

    response = client.get(book_url(site=site.slug))

    assert response.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("method", ["get", "post"])
def test_confirmation_without_a_whole_wish_is_a_clear_404(client, method):
    response = getattr(client, method)(reverse("appointments:book-confirm"))

    assert response.status_code == HTTPStatus.NOT_FOUND


def test_confirmation_shows_the_moment_and_requires_nothing(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)

    response = client.get(confirm_url(site, theme, tomorrow))

    assert response.status_code == HTTPStatus.OK
    assert f"{tomorrow.astimezone(site.tz):%H:%M}" in text_of(response)
    assert "required" not in text_of(response).split("<form", 1)[1]


def test_confirming_books_and_leads_to_the_secret_page(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)

    response = client.post(confirm_url(site, theme, tomorrow), given(), follow=True)

    appointment = Appointment.objects.get()
    assert (appointment.starts_at, appointment.language, appointment.visitor) == (tomorrow, "fr", None)
    assert appointment.code in text_of(response)
    assert "It is booked" in text_of(response)


def test_confirming_keeps_what_was_typed_in_the_readers_language(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)
    typed = given(alias="Robin", email="robin@example.org", phone="081 12 34 56")

    client.post(confirm_url(site, theme, tomorrow), typed)

    visitor = Visitor.objects.get()
    assert (visitor.alias, visitor.email, str(visitor.phone)) == ("Robin", "robin@example.org", "+3281123456")
    assert visitor.language == "en"


def test_confirming_twice_books_once(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)
    form = given(alias="Robin")

    first = client.post(confirm_url(site, theme, tomorrow), form)
    second = client.post(confirm_url(site, theme, tomorrow), form)

    assert first.url == second.url
    assert Appointment.objects.count() == Visitor.objects.count() == 1


def test_confirming_another_time_with_the_same_form_books_that_time(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)
    form = given()

    pages = [
        client.post(confirm_url(site, theme, starts_at), form).url.split("?")[0]
        for starts_at in (tomorrow, tomorrow + LENGTH, tomorrow + LENGTH)
    ]

    assert len(set(pages)) == Appointment.objects.count() == 2
    assert set(Appointment.objects.values_list("starts_at", flat=True)) == {tomorrow, tomorrow + LENGTH}


@pytest.mark.parametrize("broken", [{"token": ""}, {"token": "1"}, {"channel": ""}, {"channel": "LETTER"}])
def test_confirming_with_a_broken_hidden_field_is_told_and_works_the_second_time(client, tomorrow, broken):
    _service, site, theme = offer(starts_at=tomorrow)
    url = confirm_url(site, theme, tomorrow)

    response = client.post(url, given(alias="Robin") | broken)
    form = text_of(response).split('<form class="booking__form"', 1)[1]
    kept = dict(re.findall(r'name="(token|channel)" value="([^"]*)"', form))
    again = client.post(url, kept | {"alias": "Robin"})

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "This form was no longer complete" in text_of(response)
    assert again.status_code == HTTPStatus.FOUND
    assert Appointment.objects.get().visitor.alias == "Robin"


@pytest.mark.parametrize(
    "long",
    [{"email": f"robin@{'a.' * 150}org"}, {"alias": "r" * 61}, {"phone": "+32 81 12 34 56" + "0" * 300}],
)
def test_confirming_with_something_too_long_is_a_typing_error(client, tomorrow, long):
    _service, site, theme = offer(starts_at=tomorrow)

    response = client.post(confirm_url(site, theme, tomorrow), given() | long)

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert Visitor.objects.count() == 0


def test_confirming_keeps_the_longest_number_that_exists(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)

    client.post(confirm_url(site, theme, tomorrow), given(phone="081 12 34 56 ext. 1234567"))

    assert str(Visitor.objects.get().phone) == "+3281123456"


@pytest.mark.parametrize(
    "wrong", [{"email": "robin"}, {"phone": "12"}, {"phone": "1\x002"}, {"email": "r\x00@example.org"}]
)
def test_confirming_with_a_typing_error_shows_it_and_keeps_the_rest(client, tomorrow, wrong):
    _service, site, theme = offer(starts_at=tomorrow)

    response = client.post(confirm_url(site, theme, tomorrow), given(alias="Robin") | wrong)

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Robin" in text_of(response)
    assert Appointment.objects.count() == 0


def test_confirming_by_telephone_asks_for_the_number(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow, channels=("ON_SITE", "PHONE"))

    response = client.post(confirm_url(site, theme, tomorrow), given(channel="PHONE"))

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Give a telephone number" in text_of(response)


def take(site, theme, starts_at):
    now = dt.datetime.now(dt.UTC)
    return book_appointment(site=site, theme=theme, language="fr", starts_at=starts_at, now=now)


def test_taken_slot_offers_the_next_three_and_loses_nothing_typed(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)
    take(site, theme, tomorrow)
    typed = given(alias="Robin", email="robin@example.org")

    response = client.post(confirm_url(site, theme, tomorrow), typed)

    actions = [url.replace("&amp;", "&") for url in re.findall(r'formaction="([^"]*)"', text_of(response))]
    assert response.status_code == HTTPStatus.CONFLICT
    assert actions == [confirm_url(site, theme, tomorrow + LENGTH * number) for number in (1, 2, 3)]
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text_of(response)))
    assert (kept["alias"], kept["email"], kept["token"]) == ("Robin", "robin@example.org", str(typed["token"]))

    kept.pop("csrfmiddlewaretoken", None)
    client.post(actions[0], kept)

    booked = Appointment.objects.get(visitor__alias="Robin")
    assert booked.starts_at == tomorrow + LENGTH


def test_taken_slot_is_told_before_anything_is_typed(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)
    take(site, theme, tomorrow)

    response = client.get(confirm_url(site, theme, tomorrow))

    assert response.status_code == HTTPStatus.CONFLICT
    assert confirm_url(site, theme, tomorrow + LENGTH) in links_in(response, "confirm")


@pytest.mark.parametrize(
    ("shift", "sentence"),
    [
        (dt.timedelta(days=-9), "already past"),
        (dt.timedelta(days=70), "too far ahead"),
        (dt.timedelta(minutes=7), "Nobody receives"),
        (dt.timedelta(hours=-8), "Nobody receives"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_moment_that_is_not_offered_is_refused_with_a_sentence(client, tomorrow, method, shift, sentence):
    _service, site, theme = offer(starts_at=tomorrow)

    response = getattr(client, method)(confirm_url(site, theme, tomorrow + shift), given())
    if method == "get":
        response = client.get(confirm_url(site, theme, tomorrow + shift))

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in text_of(response)
    assert Appointment.objects.count() == 0


def test_theme_that_a_site_does_not_serve_is_refused(client, tomorrow):
    site, theme = SiteFactory(), ThemeFactory()

    shown = client.get(confirm_url(site, theme, tomorrow))
    sent = client.post(confirm_url(site, theme, tomorrow), given())

    assert (shown.status_code, sent.status_code) == (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_FOUND)


def test_public_pages_name_neither_advisor_nor_employer(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)
    User.objects.update(display_name="Zoe Advisor", email="zoe@forem.example")
    partner = PartnerFactory(name="Forem Employer")
    site.memberships.create(user=site.duties.get().advisor, role="ADVISOR", partner=partner)
    pages = [
        client.get(book_url(theme=theme.code)),
        client.get(book_url(theme=theme.code, site=site.slug)),
        client.get(book_url(theme=theme.code, site="anywhere")),
        client.get(confirm_url(site, theme, tomorrow)),
        client.post(confirm_url(site, theme, tomorrow), given(), follow=True),
        client.get(confirm_url(site, theme, tomorrow)),
    ]
    secret_page = pages[4].redirect_chain[0][0].split("?")[0]
    pages += [client.get(f"{secret_page}{page}") for page in ("move/", "cancel/", "erase/", "appointment.ics")]

    everything = " ".join(text_of(page) for page in pages)

    assert len(pages) == 10
    for word in ("Zoe", "zoe@", "Forem Employer", "advisor_id"):
        assert word not in everything


@pytest.mark.parametrize("place", ["", "anywhere", "one"])
def test_booking_costs_the_same_queries_for_one_and_three(client, tomorrow, django_assert_num_queries, place):
    _service, site, theme = offer(starts_at=tomorrow)
    url = book_url(theme=theme.code, **({"site": site.slug if place == "one" else place} if place else {}))
    client.get(url)
    expected = 1 + 4 + 1  # theme; services, shifts, closures, appointments; sites

    with django_assert_num_queries(expected):
        client.get(url)
    for _number in range(2):
        offer(theme=theme, starts_at=tomorrow)
        ShiftFactory(duty=DutyFactory(site=site, themes=[theme]), starts_at=tomorrow)
    with django_assert_num_queries(expected):
        client.get(url)


def test_wrong_detail_is_summed_up_where_the_reader_arrives(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)

    page = text_of(client.post(confirm_url(site, theme, tomorrow), given(email="nomail", alias="Robin")))

    assert "<title>Error: " in page
    assert 'class="error-summary" role="alert" tabindex="-1" autofocus' in page
    assert '<a href="#id_email">' in page
    assert 'value="Robin"' in page


def test_unknown_wish_leads_on_to_a_new_booking(client):
    page = text_of(client.get(book_url(theme="nonsense")))

    assert f'href="{reverse("appointments:book")}"' in page
