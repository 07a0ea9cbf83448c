import datetime as dt
import html
import json
import re

import pytest
from django.core.cache import cache
from django.utils import timezone, translation

from appointments.services.queue import call_next, door_code, label_of, queue_of, renew_screen_key
from appointments.views.queue.screens import COOKIE
from tests.appointments.queue.place import kept_place, page, text_of, ticket_at
from tests.factories.sites import SiteFactory, UserFactory

pytestmark = pytest.mark.django_db
PIECE = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is put on."""
    now = timezone.now().replace(second=10)

    class Clock:
        def put_on(self, **time):
            nonlocal now
            now += dt.timedelta(**time)
            monkeypatch.setattr(timezone, "now", lambda: now)
            return now

    one = Clock()
    one.put_on()
    return one


def enrolled(client, place):
    return client.get(page("display", place, key=place.queue.screen_key))


def headers_of(answer):
    found = re.search(r'hx-headers="([^"]+)"', answer.content.decode())
    return {**PIECE, **json.loads(html.unescape(found[1]))}


def test_display_shows_who_is_called_where_and_who_is_next(client):
    place = kept_place()
    tickets = [ticket_at(place) for _number in range(3)]
    called = call_next(seating=place.seating, by=place.seating.advisor, now=timezone.now())

    shown = text_of(client.get(page("display", place)))

    labels = [label_of(ticket, place.queue) for ticket in tickets]
    calls, following = shown.split('id="next"')
    assert called.pk == tickets[0].pk
    assert labels[0] in calls
    assert place.seating.desk.name in calls
    assert labels[0] not in following
    assert labels[1] in following
    assert labels[2] in following
    assert place.seating.advisor.display_name not in shown


def test_display_without_a_call_says_so_and_has_no_code(client):
    place = kept_place()

    shown = text_of(client.get(page("display", place)))

    assert "Nobody has been called yet." in shown
    assert "?k=" not in shown
    assert "<noscript><meta" in shown


def test_display_of_a_bilingual_site_speaks_both_languages_side_by_side(client):
    place = kept_place(languages=("fr", "nl"))
    place.site.languages = ("fr", "nl")
    place.site.save()
    ticket_at(place)

    shown = text_of(client.get(page("display", place)))

    assert re.findall(r'<section class="wall__side" lang="(\w+)">', shown) == ["fr", "nl"]
    assert place.theme.name_fr in shown
    assert place.theme.name_nl in shown


def test_display_of_one_language_speaks_that_of_its_address(client):
    place = kept_place()
    with translation.override("de"):
        address = page("display", place)

    assert re.findall(r'wall__side" lang="(\w+)"', text_of(client.get(address))) == ["de"]


def test_display_with_the_key_becomes_a_screen_of_the_place(client, clock):
    place = kept_place()

    answer = enrolled(client, place)
    shown = text_of(client.get(answer["Location"]))

    assert answer.status_code == 302
    assert answer["Location"] == page("display", place)
    assert answer["Cache-Control"] == "no-store"
    assert answer.cookies[COOKIE]["httponly"]
    assert place.queue.screen_key not in answer.cookies[COOKIE].value
    assert 'class="wall__door"' in shown
    assert "<svg" in shown


def test_display_shows_a_code_that_opens_the_door_each_minute_anew(client, clock, monkeypatch):
    drawn = []
    monkeypatch.setattr("appointments.views.queue.display.qr_code", lambda text: drawn.append(text) or "")
    place = kept_place()
    enrolled(client, place)

    client.get(page("display", place))
    later = clock.put_on(minutes=1)
    client.get(page("display", place))

    codes = [address.partition("?k=")[2] for address in drawn]
    assert len(set(codes)) == 2
    assert codes[1] == door_code(place.queue, now=later)


@pytest.mark.parametrize("key", ["", "wrong", "é"])
def test_display_with_another_key_stays_a_stranger(client, key):
    place = kept_place()

    answer = client.get(page("display", place, key=key))

    assert answer.status_code == 200
    assert not answer.cookies
    assert "wall__door" not in text_of(answer)


def test_display_of_another_place_shows_no_code(client):
    place, other = kept_place(), SiteFactory()
    queue_of(other)
    enrolled(client, place)

    shown = text_of(client.get(page("display", place._replace(site=other))))

    assert "wall__door" not in shown


def test_display_shows_no_code_once_the_key_is_renewed(client):
    place = kept_place()
    enrolled(client, place)

    renew_screen_key(queue=place.queue, by=UserFactory())

    assert "wall__door" not in text_of(client.get(page("display", place)))


def test_display_is_sent_again_after_a_call_or_a_minute(client, clock):
    place = kept_place()
    ticket_at(place)
    address = page("display", place)
    first = client.get(address)
    headers = headers_of(first)

    same = client.get(address, headers=headers)
    call_next(seating=place.seating, by=place.seating.advisor, now=timezone.now())
    cache.clear()
    called = client.get(address, headers=headers)
    clock.put_on(minutes=1)
    later = client.get(address, headers=headers_of(called))

    assert [answer.status_code for answer in (same, called, later)] == [304, 200, 200]
    assert all(answer["Cache-Control"] == "private, no-cache" for answer in (first, same, called))
    assert "<html" not in text_of(called)


def test_display_asks_little_while_nothing_happens(client, clock, django_assert_max_num_queries):
    place = kept_place()
    enrolled(client, place)
    headers = headers_of(client.get(page("display", place)))

    with django_assert_max_num_queries(2):
        answer = client.get(page("display", place), headers=headers)

    assert answer.status_code == 304


@pytest.mark.parametrize(("hour", "is_anew"), [(23, False), (27, True)])
def test_display_loads_itself_anew_at_night(client, clock, hour, is_anew):
    place = kept_place()
    start = timezone.now().astimezone(place.site.tz)
    clock.put_on(hours=12 - start.hour)
    headers = headers_of(client.get(page("display", place)))

    clock.put_on(hours=hour - 12)
    answer = client.get(page("display", place), headers=headers)

    assert ("HX-Refresh" in answer) is is_anew


def test_display_loads_itself_anew_after_a_deployment(client, clock, monkeypatch):
    place = kept_place()
    headers = headers_of(client.get(page("display", place)))

    monkeypatch.setattr("appointments.views.queue.display.look", lambda: "another look")
    answer = client.get(page("display", place), headers=headers)
    after = client.get(page("display", place), headers=headers_of(client.get(page("display", place))))

    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")
    assert "HX-Refresh" not in after


def test_display_of_a_hidden_site_is_not_found(client):
    site = SiteFactory(is_open_to_public=False)

    assert client.get(f"/en/display/{site.slug}/").status_code == 404
