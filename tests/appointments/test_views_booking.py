import datetime as dt
import re
from http import HTTPStatus

import pytest
from django.urls import reverse

from appointments.enums import WhoBooks
from appointments.models import Appointment, Duty
from sites.models import Closure, Locality, User
from tests.appointments.pages import book_url, confirm_url, given, links_in, moment_value, moments_in, text_of
from tests.factories.appointments import DutyFactory, ServiceFactory, ShiftFactory, offer
from tests.factories.sites import PartnerFactory, SiteFactory, ThemeFactory

# The views read the clock themselves: the tests pass on the eve of a holiday, too.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_holidays")]

LENGTH = dt.timedelta(minutes=45)


@pytest.fixture
def tomorrow():
    # The views read the clock themselves: a moment that is ahead whenever the tests run.
    return dt.datetime.now(dt.UTC).replace(hour=10, minute=0, second=0, microsecond=0) + dt.timedelta(days=2)


def link_to(site, theme, starts_at):
    chosen = {"theme": theme.code, "site": site.slug, "language": "fr", "way": "ON_SITE"}
    return reverse("appointments:book-confirm", query=chosen | {"starts": f"{starts_at:%Y-%m-%dT%H:%MZ}"})


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
    assert [link for link in links_in(response, "site=") if link.startswith("/en/book/?")] == expected
    assert links_in(response, "confirm") == [confirm_url(site, theme, tomorrow)]
    assert "No free time at the moment" in text_of(response)


def test_booking_shows_the_free_slots_of_a_site_to_be_ticked(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)

    response = client.get(book_url(theme=theme.code, site=site.slug))

    assert moments_in(response) == [moment_value(site, tomorrow + LENGTH * number) for number in range(4)]
    assert "required" not in text_of(response).split("<form", 1)[1]


@pytest.mark.parametrize("is_illustrative", [True, False])
def test_every_step_says_that_its_moments_are_invented(client, tomorrow, is_illustrative):
    _service, site, theme = offer(starts_at=tomorrow)
    Duty.objects.update(is_illustrative=is_illustrative)
    page, link = book_url(theme=theme.code, site=site.slug), confirm_url(site, theme, tomorrow)
    form = given(moment=moment_value(site, tomorrow))

    shown, asked = client.get(page), client.get(link)
    mistyped = client.post(link, form | {"email": "robin"})
    ticket = client.post(page, form, follow=True)
    moving = client.get(ticket.redirect_chain[0][0].split("?")[0] + "move/")
    taken = client.post(page, given(moment=form["moment"]))

    told = ["These moments are invented" in text_of(one) for one in (shown, asked, mistyped, ticket, moving, taken)]
    assert told == [is_illustrative] * 6


def test_booking_anywhere_shows_the_site_that_is_free_first_on_top(client, tomorrow):
    _service, late, theme = offer(site=SiteFactory(city="Huy"), starts_at=tomorrow + dt.timedelta(days=1))
    _service, early, _theme = offer(site=SiteFactory(city="Mons"), theme=theme, starts_at=tomorrow)

    response = client.get(book_url(theme=theme.code, site="anywhere"))

    assert text_of(response).index("All times in Mons") < text_of(response).index("All times in Huy")
    assert links_in(response, "confirm") == [link_to(early, theme, tomorrow)]
    assert moments_in(response)[:3] == [moment_value(early, tomorrow + LENGTH * number) for number in range(3)]
    assert len(moments_in(response)) == 6
    assert book_url(theme=theme.code, site=late.slug) in links_in(response, "theme=")


@pytest.fixture
def two_towns(tomorrow):
    Locality.objects.create(country="BE", postcode="5000", name="Namur", latitude=50.46, longitude=4.86)
    near = SiteFactory(city="Namur", address__latitude=50.46, address__longitude=4.86)
    far = SiteFactory(city="Mons", address__latitude=50.45, address__longitude=3.95, network=near.network)
    _service, _site, theme = offer(site=near, starts_at=tomorrow + dt.timedelta(days=1))
    offer(site=far, theme=theme, starts_at=tomorrow)
    return near, far, theme


@pytest.mark.parametrize("postcode", ["5000", "B-5000 Namur", "50 00", " b- 50 00 "])
def test_booking_near_a_postcode_lists_the_nearest_first_and_the_earliest_on_top(client, tomorrow, two_towns, postcode):
    near, far, theme = two_towns

    response = client.get(book_url(theme=theme.code, site="anywhere", near=postcode))

    page = text_of(response)
    assert [value.split("|")[0] for value in moments_in(response)] == [near.slug] * 3 + [far.slug] * 3
    assert links_in(response, "confirm")[0].startswith(confirm_url(far, theme, tomorrow).split("&")[0])
    assert "about 64 km" in page.split('class="earliest__place"')[1].split("</span>")[0]
    assert "less than 1 km" in page
    assert "Anywhere near 5000" in page
    assert "Anywhere, earliest first" not in page
    assert "earliest--plain" in page


def test_earliest_near_a_postcode_is_the_nearest_of_those_at_the_same_time(client, tomorrow, two_towns):
    near, _far, theme = two_towns
    ShiftFactory(duty=near.duties.get(), starts_at=tomorrow)

    response = client.get(book_url(theme=theme.code, near="5000"))

    assert response.context["earliest"].site == near


def test_place_step_near_a_postcode_lists_the_nearest_first_and_keeps_the_postcode(client, two_towns):
    near, far, theme = two_towns

    response = client.get(book_url(theme=theme.code, near="5000"))

    expected = [book_url(theme=theme.code, site=slug, near="5000") for slug in ("anywhere", near.slug, far.slug)]
    assert [link for link in links_in(response, "site=") if link.startswith("/en/book/?")] == expected
    assert "Anywhere near 5000" in text_of(response)


def test_booking_near_an_unknown_postcode_says_so_and_shows_every_place(client, two_towns):
    _near, _far, theme = two_towns

    pages = [client.get(book_url(theme=theme.code, near="9999", **place)) for place in ({}, {"site": "anywhere"})]

    assert ["We do not know this postcode" in text_of(page) for page in pages] == [True, True]
    assert len(moments_in(pages[1])) == 6


def test_booking_shows_later_days_on_the_next_page_and_leads_back(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)
    duty = site.duties.get()
    for day in range(1, 8):
        ShiftFactory(duty=duty, starts_at=tomorrow + dt.timedelta(days=day))
    first_page = book_url(theme=theme.code, site=site.slug)

    first = client.get(first_page)
    second = client.get(next(link for link in links_in(first, "from=") if "month" not in link))

    assert len(moments_in(first)) == 6 * 4
    assert len(moments_in(second)) == 2 * 4
    assert first_page in links_in(second, "theme=")


def test_booking_looks_as_far_ahead_as_one_may_book(client, tomorrow):
    service, site, theme = offer(starts_at=tomorrow + dt.timedelta(days=30))

    near = client.get(book_url(theme=theme.code, site=site.slug))
    service.horizon_days = 20
    service.save()
    too_far = client.get(book_url(theme=theme.code, site=site.slug))

    assert len(moments_in(near)) == 4
    assert "No free time here at the moment" in text_of(too_far)


def test_booking_from_a_day_past_the_last_one_starts_again_from_the_first(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)

    response = client.get(book_url(theme=theme.code, site=site.slug, **{"from": "2150-01-01"}))

    assert "No free time here" not in text_of(response)
    assert "These are the first free moments again" in text_of(response)
    assert len(moments_in(response)) == 4


def test_booking_shows_no_time_of_a_day_closed_since(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)
    day = tomorrow.date()
    Closure.objects.create(network=site.network, site=site, first_on=day, last_on=day, reason="Works")

    shown = client.get(book_url(theme=theme.code, site=site.slug))
    asked = client.get(confirm_url(site, theme, tomorrow))
    sent = client.post(confirm_url(site, theme, tomorrow), given(moment=moment_value(site, tomorrow)))

    assert "No free time here" in text_of(shown)
    assert {asked.status_code, sent.status_code} == {HTTPStatus.UNPROCESSABLE_ENTITY}
    assert Appointment.objects.count() == 0


def test_booking_prefers_the_readers_language_and_offers_the_others(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow, languages=("en",))
    offer(site=site, theme=theme, starts_at=tomorrow + dt.timedelta(hours=1, minutes=5), languages=("nl",))
    page = {"theme": theme.code, "site": site.slug}

    response = client.get(book_url(**page))
    in_dutch = client.get(book_url(**page, language="nl"))
    in_any = client.get(book_url(**page, language="any"))

    assert {value[-2:] for value in moments_in(response)} == {"en"}
    assert {value[-2:] for value in moments_in(in_dutch)} == {"nl"}
    assert len(moments_in(in_any)) == 8
    assert "Nederlands" in text_of(response)


@pytest.mark.parametrize("place", ["anywhere", "one"])
def test_booking_falls_back_to_other_languages_and_says_so(client, tomorrow, place):
    _service, site, theme = offer(starts_at=tomorrow, languages=("fr",))

    response = client.get(book_url(theme=theme.code, site=site.slug if place == "one" else place))

    assert "Nobody receives in your language in these days" in text_of(response)
    assert {value[-2:] for value in moments_in(response)} == {"fr"}


@pytest.mark.parametrize("place", ["anywhere", "one"])
def test_booking_narrows_to_the_way_to_meet(client, tomorrow, place):
    _service, site, theme = offer(starts_at=tomorrow, channels=("ON_SITE", "PHONE"))
    Duty.objects.update(channels=("PHONE",))
    page = {"theme": theme.code, "site": site.slug if place == "one" else place}

    by_phone = client.get(book_url(**page, way="PHONE"))
    on_site = client.get(book_url(**page, way="ON_SITE"))

    assert len(moments_in(by_phone)) == (4 if place == "one" else 3)
    assert 'name="way" value="PHONE"' in text_of(by_phone)
    assert "We call you at this number." in text_of(by_phone)
    assert book_url(**page, way="ON_SITE") in links_in(by_phone, "way=")
    assert moments_in(on_site) == []


@pytest.mark.parametrize("place", ["anywhere", "one"])
def test_booking_says_when_nobody_meets_in_the_way_asked_for(client, tomorrow, place):
    _service, site, theme = offer(starts_at=tomorrow, channels=("ON_SITE",))
    page = {"theme": theme.code, "site": site.slug if place == "one" else place}

    asked, plain = client.get(book_url(**page, way="VIDEO")), client.get(book_url(**page))

    told = ["This way to meet is not offered here" in text_of(response) for response in (asked, plain)]
    assert told == [True, False]
    assert book_url(**page) in links_in(asked, "theme=")


@pytest.mark.parametrize(("language", "told"), [("fr", True), ("en", False)])
def test_place_step_names_the_language_of_a_moment_where_it_is_not_the_readers(client, tomorrow, language, told):
    _service, _site, theme = offer(starts_at=tomorrow, languages=(language,))

    page = text_of(client.get(book_url(theme=theme.code))).split('<ul class="places"')[1]

    assert ('class="slot__language"' in page) is told


def test_booking_offers_no_language_that_nobody_has_in_the_chosen_way(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow, channels=("ON_SITE", "PHONE"), languages=("fr", "nl"))
    Duty.objects.update(channels=("ON_SITE",))
    by_phone = DutyFactory(site=site, themes=[theme], languages=("de",), channels=("PHONE",))
    ShiftFactory(duty=by_phone, starts_at=tomorrow)
    page = {"theme": theme.code, "site": site.slug}

    german_here, german_by_phone = (
        client.get(book_url(**page, language="de", way=way)) for way in ("ON_SITE", "PHONE")
    )

    assert moments_in(german_here) == []
    assert len(moments_in(german_by_phone)) == 4


@pytest.mark.parametrize("place", ["", "anywhere", "one"])
def test_booking_for_another_person_only_says_so_and_asks_for_whom(client, tomorrow, place):
    _service, site, theme = offer(starts_at=tomorrow, who_books=WhoBooks.PRESCRIBER)
    page = {"theme": theme.code} | ({"site": site.slug if place == "one" else place} if place else {})

    response = client.get(book_url(**page))

    assert "booked by somebody for another person" in text_of(response)
    assert 'value="VISITOR"' not in text_of(response)
    assert bool(moments_in(response)) is bool(place)


def test_booking_that_only_reception_does_offers_no_moment_and_says_how(client, tomorrow):
    _service, site, theme = offer(
        site=SiteFactory(phone="081 12 34 56"), starts_at=tomorrow, who_books=WhoBooks.RECEPTION
    )

    response = client.get(book_url(theme=theme.code, site=site.slug))
    anywhere = client.get(book_url(theme=theme.code, site="anywhere"))

    assert "Call us on 081 12 34 56, or drop in" in text_of(response)
    assert moments_in(response) == moments_in(anywhere) == []


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
        {"way": "LETTER"},
        {"starts": "soon"},
        {"starts": "9999-12-31T23:59Z"},
        {"starts": "2026-11-24T09:00"},
        {"from": "one-day"},
        {"from": "9999-12-31"},
        {"month": "2026-13"},
        {"month": "9999-12"},
        {"theme": "a\x00b"},
    ],
)
@pytest.mark.parametrize("name", ["book", "book-confirm"])
def test_unknown_wish_is_a_clear_404(client, name, query):
    response = client.get(reverse(f"appointments:{name}"), query)

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert "We could not find that" in text_of(response)


def test_unknown_wish_leads_on_to_a_new_booking(client):
    page = text_of(client.get(book_url(theme="nonsense")))

    assert f'href="{reverse("appointments:book")}"' in page


def test_site_that_is_not_public_is_a_clear_404(client):
    site = SiteFactory(is_open_to_public=False)

    response = client.get(book_url(site=site.slug))

    assert response.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("near", ["\x00", "é" * 500, "<b>"])
def test_nonsense_for_a_postcode_is_never_an_error_of_the_portal(client, tomorrow, near):
    _service, _site, theme = offer(starts_at=tomorrow)

    answers = [client.get(book_url(theme=theme.code, near=near, **more)) for more in ({}, {"site": "anywhere"})]

    assert [answer.status_code for answer in answers] == [HTTPStatus.OK] * 2


def test_public_pages_name_neither_advisor_nor_employer(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)
    User.objects.update(display_name="Zoe Advisor", email="zoe@forem.example")
    partner = PartnerFactory(name="Forem Employer")
    site.memberships.create(user=site.duties.get().advisor, role="ADVISOR", partner=partner)
    page = book_url(theme=theme.code, site=site.slug)
    form = given(moment=moment_value(site, tomorrow))
    pages = [
        client.get(book_url(theme=theme.code)),
        client.get(page),
        client.get(f"{page}&month={tomorrow:%Y-%m}"),
        client.get(book_url(theme=theme.code, site="anywhere")),
        client.get(confirm_url(site, theme, tomorrow)),
        client.post(page, form, follow=True),
        client.post(page, given(moment=form["moment"])),
        client.get(confirm_url(site, theme, tomorrow)),
    ]
    secret_page = pages[5].redirect_chain[0][0].split("?")[0]
    pages += [
        client.get(f"{secret_page}{page}") for page in ("move/", "cancel/", "erase/", "print/", "appointment.ics")
    ]

    everything = " ".join(text_of(page) for page in pages)

    assert {page.status_code for page in pages} == {HTTPStatus.OK, HTTPStatus.CONFLICT}
    for word in ("Zoe", "zoe@", "Forem Employer", "advisor_id"):
        assert word not in everything


# Theme, site or sites, services, openings, shifts, what is taken; which languages there are anywhere.
QUERIES = {"one": 6, "": 6, "anywhere": 7}


@pytest.mark.parametrize("place", QUERIES)
def test_booking_costs_the_same_queries_for_one_and_three(client, tomorrow, django_assert_num_queries, place):
    _service, site, theme = offer(starts_at=tomorrow, languages=("en",))
    url = book_url(theme=theme.code, **({"site": site.slug if place == "one" else place} if place else {}))
    client.get(url)

    with django_assert_num_queries(QUERIES[place]):
        client.get(url)
    for _number in range(2):
        offer(theme=theme, site=SiteFactory(network=site.network), starts_at=tomorrow, languages=("en",))
        ShiftFactory(duty=DutyFactory(site=site, themes=[theme]), starts_at=tomorrow)
    with django_assert_num_queries(QUERIES[place]):
        client.get(url)


def test_month_tells_how_many_moments_are_free_on_each_day(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)
    page = book_url(theme=theme.code, site=site.slug)

    month = next(link for link in links_in(client.get(page), "month=") if link.startswith("/en/book"))
    shown = client.get(month)
    day = client.get(links_in(shown, f"from={tomorrow:%Y-%m-%d}")[0])

    assert "4 free moments" in re.sub(r"\s+", " ", text_of(shown))
    assert len(links_in(shown, "from=")) == 1
    assert len(moments_in(day)) == 4


def test_month_leads_to_the_next_one_and_never_before_today(client, tomorrow):
    _service, site, theme = offer(starts_at=tomorrow)
    first = dt.datetime.now(site.tz).date().replace(day=1)
    after = (first + dt.timedelta(days=31)).replace(day=1)

    now, later = (
        client.get(book_url(theme=theme.code, site=site.slug, month=f"{day:%Y-%m}")) for day in (first, after)
    )

    around = [(page.context["before"], page.context["after"]) for page in (now, later)]
    assert around[0] == (None, after)
    assert around[1][0] == first
    assert book_url(theme=theme.code, site=site.slug, month=f"{after:%Y-%m}") in links_in(now, "month=")


@pytest.mark.parametrize(("month", "side"), [("2150-01", "before"), ("2020-01", "after")])
def test_month_outside_those_to_book_leads_straight_back(client, tomorrow, month, side):
    service, site, theme = offer(starts_at=tomorrow)
    now = dt.datetime.now(site.tz)
    ends = {"before": now + dt.timedelta(days=service.horizon_days), "after": now}

    response = client.get(book_url(theme=theme.code, site=site.slug, month=month))

    around = {name: response.context[name] for name in ("before", "after")}
    assert {name: day for name, day in around.items() if day} == {side: ends[side].date().replace(day=1)}
    assert "Nothing is free in this month." in text_of(response)
    assert book_url(theme=theme.code, site=site.slug) in links_in(response, "theme=")


def test_month_costs_the_same_queries_for_one_and_three(client, tomorrow, django_assert_num_queries):
    _service, site, theme = offer(starts_at=tomorrow)
    url = book_url(theme=theme.code, site=site.slug, month=f"{tomorrow:%Y-%m}")

    with django_assert_num_queries(6):
        client.get(url)
    for _number in range(2):
        ShiftFactory(duty=DutyFactory(site=site, themes=[theme]), starts_at=tomorrow)
    with django_assert_num_queries(6):
        client.get(url)


@pytest.mark.parametrize(("title", "told"), [("Quick chat", "Quick chat · 45 minutes"), ("", ">45 minutes")])
def test_name_and_length_of_the_service_stand_under_its_theme(client, tomorrow, title, told):
    _service, site, theme = offer(starts_at=tomorrow, title_en=title)

    moments = client.get(book_url(theme=theme.code, site=site.slug))
    confirm = text_of(client.get(confirm_url(site, theme, tomorrow)))

    assert told in text_of(moments)
    assert title in confirm
