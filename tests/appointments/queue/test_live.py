import datetime as dt
import html
import json
import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone, translation

from sites.enums import Weekday
from sites.models import DropInPause, Locality, OpeningHours
from tests.appointments.queue.place import kept_place, page, text_of, ticket_at
from tests.factories.queue import SeatingFactory
from tests.factories.sites import SiteFactory

pytestmark = pytest.mark.django_db
PIECE = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


def asked_again(client, address, answer, **headers):
    return client.get(address, headers={**headers, "If-None-Match": answer["ETag"]})


def test_live_says_how_many_wait_and_how_long(client):
    place = kept_place()
    ticket_at(place)
    ticket_at(place)

    shown = text_of(client.get(page("live", place)))

    assert "2 people wait" in shown
    assert "1 desk open" in shown
    assert "Find work" in shown
    assert re.search(r"(about|up to) [\d–]+ min", shown)
    assert shown.count("<h1") == 1


def test_live_names_nobody(client):
    place = kept_place()
    ticket = ticket_at(place)

    shown = text_of(client.get(page("live", place)))

    assert place.seating.advisor.display_name not in shown
    assert ticket.secret_fingerprint not in shown
    assert str(ticket.pk) not in shown


def test_live_of_a_closed_site_says_when_it_opens(client):
    site = SiteFactory()
    OpeningHours.objects.create(
        site=site,
        weekday=(dt.datetime.now(tz=site.tz) + dt.timedelta(days=2)).isoweekday(),
        opens_at=dt.time(9),
        closes_at=dt.time(17),
    )

    shown = text_of(client.get(reverse("queue:live", args=[site.slug])))

    assert "Closed, opens" in shown
    assert "desk" not in shown


def test_live_of_a_queue_that_is_not_used_sends_to_reception(client):
    place = kept_place()
    place.queue.is_used = False
    place.queue.save()

    shown = text_of(client.get(page("live", place)))

    assert "Visitors take no number here." in shown
    assert "Nobody waits" not in shown


def test_live_says_why_drop_in_is_paused(client):
    place = kept_place()
    for weekday in Weekday.values:
        OpeningHours.objects.create(site=place.site, weekday=weekday, opens_at=dt.time(0), closes_at=dt.time(23, 59))
    now = dt.datetime.now(tz=dt.UTC)
    DropInPause.objects.create(site=place.site, starts_at=now - dt.timedelta(hours=1), message_en="Full until two")

    shown = text_of(client.get(page("live", place)))

    assert "Full until two" in shown


@pytest.mark.parametrize("public", [True, False])
def test_live_is_of_public_sites_only(client, public):
    site = SiteFactory(is_open_to_public=public)

    assert client.get(reverse("queue:live", args=[site.slug])).status_code == (200 if public else 404)
    assert client.get(reverse("queue:live", args=["nowhere"])).status_code == 404


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_live_speaks_each_language(client, language):
    place = kept_place(languages=("fr", "nl"))
    ticket_at(place, language="nl")
    with translation.override(language):
        addresses = [page("live", place), reverse("queue:live-list")]

    answers = [client.get(address) for address in addresses]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert f'<html lang="{language}">' in text_of(answers[0])


def test_live_tells_the_waits_of_each_language(client):
    place = kept_place(languages=("fr", "nl"))
    ticket_at(place, language="nl")
    ticket_at(place, language="fr")

    shown = text_of(client.get(page("live", place)))

    assert "By language" in shown
    assert '<span lang="nl">Nederlands</span>: 1' in shown


@pytest.mark.parametrize("name", ["live", "live-list"])
@pytest.mark.parametrize("headers", [{}, PIECE], ids=["page", "piece"])
def test_live_is_sent_again_only_after_a_change(client, name, headers, django_assert_num_queries):
    place = kept_place()
    address = page("live", place) if name == "live" else reverse("queue:live-list")
    first = client.get(address, headers=headers)

    with django_assert_num_queries(0):
        same = asked_again(client, address, first, **headers)
    ticket_at(place)
    cache.clear()
    other = asked_again(client, address, first, **headers)

    assert (same.status_code, other.status_code) == (304, 200)
    assert same["ETag"] == first["ETag"]
    assert other["ETag"] != first["ETag"]
    assert "1 person waits" in text_of(other)


@pytest.mark.parametrize("name", ["live", "live-list"])
def test_live_may_be_kept_by_a_proxy_for_a_moment(client, name):
    place = kept_place()
    address = page("live", place) if name == "live" else reverse("queue:live-list")

    answers = [client.get(address), client.get(address, headers=PIECE)]
    answers += [asked_again(client, address, answer, **PIECE) for answer in answers[1:]]

    assert [answer.status_code for answer in answers] == [200, 200, 304]
    for answer in answers:
        assert answer["Cache-Control"] == "public, max-age=5"
        assert "HX-Request" in answer["Vary"]
        assert "Cookie" not in answer["Vary"]
        assert not answer.cookies


def test_live_piece_is_drawn_once_for_all_who_watch(client, django_assert_num_queries):
    place = kept_place()
    client.get(page("live", place), headers=PIECE)

    with django_assert_num_queries(0):
        answer = client.get(page("live", place), headers=PIECE)

    assert "Nobody waits" in text_of(answer)


def test_live_page_and_piece_have_tags_of_their_own(client):
    place = kept_place()
    address = page("live", place)
    with translation.override("nl"):
        dutch = page("live", place)

    answers = [client.get(address), client.get(address, headers=PIECE), client.get(dutch, headers=PIECE)]

    assert len({answer["ETag"] for answer in answers}) == 3
    assert ["<html" in text_of(answer) for answer in answers] == [True, False, False]


def test_live_piece_carries_its_own_tag(client):
    place = kept_place()

    whole, piece = (client.get(page("live", place), headers=headers) for headers in ({}, PIECE))

    found = [re.search(r"hx-headers='([^']+)'", text_of(answer)) for answer in (whole, piece)]
    sent = [json.loads(html.unescape(one[1]))["If-None-Match"] for one in found]
    assert sent == [piece["ETag"]] * 2


@pytest.mark.parametrize("count", [1, 3])
def test_live_list_takes_the_same_number_of_queries(client, count, django_assert_max_num_queries):
    place = kept_place()
    seatings = [
        place.seating,
        *(SeatingFactory(themes=[place.theme], opened_at=timezone.now()) for _n in range(count - 1)),
    ]
    places = [place._replace(site=seating.site) for seating in seatings]
    for one in places:
        ticket_at(one)
    cache.clear()

    with django_assert_max_num_queries(28):
        answer = client.get(reverse("queue:live-list"))

    shown = text_of(answer)
    assert all(page("live", place) in shown for place in places)


def test_live_list_counts_what_is_open(client):
    place = kept_place()
    ticket_at(place)
    SiteFactory()
    SiteFactory(name="Hidden", is_open_to_public=False)

    shown = text_of(client.get(reverse("queue:live-list"), headers=PIECE))

    assert "1 place is open now" in shown
    assert "Hidden" not in shown


def test_live_list_puts_the_nearest_first(client):
    far, near = (SiteFactory(name=name, city="Arlon") for name in ("Far away", "Near by"))
    for site, latitude in ((far, 49.7), (near, 50.46)):
        address = site.addresses.get()
        address.latitude, address.longitude = latitude, 4.86
        address.save()
    Locality.objects.create(postcode="5000", name="Namur", country="BE", latitude=50.46, longitude=4.87)

    shown = text_of(client.get(reverse("queue:live-list"), {"near": "5000"}))

    assert shown.index("Near by") < shown.index("Far away")
    assert "less than 1 km" in shown


def test_live_list_keeps_a_postcode_that_nobody_knows(client):
    place = kept_place()

    answer = client.get(reverse("queue:live-list"), {"near": "nowhere"})

    assert place.site.name in text_of(answer)


def test_home_and_site_page_lead_to_what_waits_now(client):
    site = SiteFactory()

    home, detail = (text_of(client.get(address)) for address in ("/en/", site.get_absolute_url()))

    assert f'href="{reverse("queue:live-list")}">Drop in' in home
    assert f'href="{reverse("queue:live", args=[site.slug])}">Waiting now' in detail
