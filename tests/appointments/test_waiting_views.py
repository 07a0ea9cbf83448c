import datetime as dt
import re
import uuid
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from appointments.enums import Answer
from appointments.models import Appointment, Duty, FreedSlot, Offer, Shift, Wait
from appointments.services import (
    VisitorDetails,
    end_wait,
    secret_of,
    start_wait,
    start_wait_for,
    tend_freed_slots,
    wait_secret_of,
)
from sites.models import Site
from tests.appointments.mailing import LANDLINE, MOBILE
from tests.appointments.proofs import solve
from tests.appointments.waits import MINUTE, booked
from tests.factories.appointments import AppointmentFactory, offer

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def place(no_holidays):
    """A theme at a place where somebody receives on each of the next days."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    starts_at = now.replace(hour=9) + 3 * DAY
    service, site, theme = offer(starts_at=starts_at)
    return service, site, theme, starts_at


def asked(place, **more):
    _service, site, theme, _starts_at = place
    today = timezone.localdate()
    given = {"first_on": today.isoformat(), "last_on": (today + 14 * DAY).isoformat()}
    url = reverse("appointments:wait-start") + f"?theme={theme.code}&site={site.slug}&language=fr"
    return url, given | {"language": "fr", "way": "ON_SITE", "token": str(uuid.uuid4())} | more


def waits_at(place, **more):
    _service, site, theme, _starts_at = place
    today = timezone.localdate()
    return start_wait(
        site=site,
        theme=theme,
        language="fr",
        first_on=today,
        last_on=today + 14 * DAY,
        now=timezone.now() - HOUR,
        **more,
    )


def kept_for_somebody(place):
    service, site, _theme, starts_at = place
    FreedSlot.objects.create(
        advisor=Shift.objects.get().advisor,
        site=site,
        service=service,
        starts_at=starts_at,
        free_again_at=starts_at + service.duration,
        returns_at=timezone.now() - MINUTE,
    )
    assert tend_freed_slots(now=timezone.now()) == 1


def page_of(wait):
    return reverse("appointments:wait", args=[wait_secret_of(wait)])


def page_for(appointment):
    return reverse("appointments:appointment-wait", args=[secret_of(appointment)])


def test_form_starts_a_wait_and_leads_to_its_secret_page(client, place):
    url, given = asked(place, email="robin@example.org", phone="0470 12 34 56")

    page = client.get(url)
    answer = client.post(url, given | solve(page))

    wait = Wait.objects.get()
    assert answer.url == page_of(wait)
    assert (wait.visitor.email, str(wait.visitor.phone)) == ("robin@example.org", "+32470123456")
    told = client.get(answer.url)
    assert "You are waiting for a moment" in told.content.decode()
    assert told["Cache-Control"] == "no-store, private"
    assert told["X-Robots-Tag"] == "noindex, nofollow"


def test_who_leaves_nothing_is_told_to_look(client, place):
    url, given = asked(place)

    answer = client.post(url, given, follow=True)

    assert "look here now and then" in answer.content.decode()


@pytest.mark.parametrize(
    ("left", "is_told", "is_warned"),
    [
        ({"phone": MOBILE}, True, False),
        ({"phone": LANDLINE}, False, True),
        ({"phone": LANDLINE, "email": "robin@example.org"}, True, False),
        ({}, False, False),
    ],
)
def test_page_of_a_wait_promises_only_what_arrives(client, place, left, is_told, is_warned):
    wait = waits_at(place, details=VisitorDetails(language="en", **left))

    page = client.get(page_of(wait)).content.decode()

    assert ("We tell you when a moment is kept" in page) is is_told
    assert ("look here now and then" in page) is not is_told
    assert ("We cannot send text messages to this number" in page) is is_warned


@pytest.mark.parametrize(("phone", "is_told"), [(MOBILE, True), (LANDLINE, False)])
def test_page_of_an_appointment_promises_only_what_arrives(client, place, phone, is_told):
    service, site, theme, starts_at = place
    appointment = booked(site, theme, starts_at=starts_at + service.duration, now=timezone.now(), phone=phone)
    client.post(page_for(appointment), {"do": "start"})

    page = client.get(reverse("appointments:appointment", args=[secret_of(appointment)])).content.decode()

    assert ("We tell you, and show it on this page" in page) is is_told
    assert ("Look at this page now and then" in page) is not is_told
    assert ("We cannot send text messages to this number" in page) is not is_told
    assert ("It is the only way back to your appointment" in page) is not is_told


def test_address_that_is_only_pressed_leads_to_the_page_of_the_appointment(client, place):
    appointment = own(place)

    answer = client.get(page_for(appointment))

    assert answer.url == reverse("appointments:appointment", args=[secret_of(appointment)])
    assert client.get(reverse("appointments:appointment-wait", args=["forged"])).status_code == 404


def test_limit_is_said_without_asking_to_check_anything_and_with_the_telephone(client, place, settings):
    settings.PORTAL_BOOKINGS_WITHOUT_PROOF = 0
    Site.objects.update(phone="081 12 34 56")
    url, given = asked(place)

    limit, wrong = client.post(url, given), client.post(url, given | {"email": "robin"})

    assert "This did not work. Nothing is saved yet" in limit.content.decode()
    assert "check what you entered" not in limit.content.decode()
    assert 'href="tel:081 12 34 56"' in limit.content.decode()
    assert "check what you entered" in wrong.content.decode()
    assert "tel:" not in wrong.content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"last_on": "2020-01-01", "first_on": "2020-01-01"}, "already past"),
        ({"last_on": "2020-01-01"}, "before the first day"),
        ({"last_on": "2199-01-01"}, "within the next 90 days"),
        ({"last_on": "never"}, "Enter a valid date"),
        ({"email": "robin"}, "valid email"),
        ({"language": "xx"}, "no longer complete"),
        ({"way": "PHONE"}, "no longer complete"),
        ({"token": "x"}, "no longer complete"),
    ],
)
def test_wrong_input_comes_back_with_all_that_was_typed(client, place, wrong, sentence):
    url, given = asked(place, phone="0470 12 34 56")

    answer = client.post(url, given | wrong)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert "0470 12 34 56" in text
    assert not Wait.objects.exists()


def test_everything_that_is_wrong_is_told_at_once_and_works_the_second_time(client, place):
    url, given = asked(place, email="robin@example.org")
    wrong = given | {"token": "x", "email": "robin", "last_on": "2020-01-01"}

    refused = client.post(url, wrong)
    text = refused.content.decode()
    token = re.search(r'name="token" value="([^"]*)"', text)[1]
    again = client.post(url, given | {"token": token})

    told = ["no longer complete", "valid email", "before the first day"]
    assert [sentence for sentence in told if sentence in text] == told
    assert "UUID" not in text
    assert again.status_code == 302


@pytest.mark.parametrize("proof", ["wrong", "replayed"])
def test_proof_that_is_refused_comes_back_fresh_and_works_the_second_time(client, place, proof):
    url, given = asked(place, email="robin@example.org")
    first = solve(client.get(url))
    if proof == "replayed":
        client.post(url, given | first)
        given = given | {"token": str(uuid.uuid4())}
    else:
        first = {"proof": "x"}
    before = Wait.objects.count()

    refused = client.post(url, given | first)

    assert refused.status_code == 422
    assert "nothing is lost" in refused.content.decode()
    assert "robin@example.org" in refused.content.decode()
    assert Wait.objects.count() == before
    assert client.post(url, given | solve(refused)).status_code == 302
    assert Wait.objects.count() == before + 1


def test_form_without_a_script_works_until_the_budget_is_used_up(client, place, settings):
    settings.PORTAL_BOOKINGS_WITHOUT_PROOF = 1
    cache.clear()
    url, given = asked(place)

    first = client.post(url, given)
    second = client.post(url, given | {"token": str(uuid.uuid4())})

    assert (first.status_code, second.status_code) == (302, 422)
    assert "without JavaScript" in second.content.decode()


def test_form_pressed_twice_is_one_wait(client, place):
    url, given = asked(place)
    given = given | solve(client.get(url))

    first, second = client.post(url, given), client.post(url, given)

    assert first.url == second.url
    assert Wait.objects.count() == 1


@pytest.mark.parametrize("query", ["", "?theme=none", "?site=nowhere", "?theme={theme}", "?theme={theme}&site={other}"])
def test_unknown_place_or_theme_is_said(client, place, query):
    _service, _site, theme, _starts_at = place
    _other_service, other, _theme = offer()
    url = reverse("appointments:wait-start") + query.format(theme=theme.code, other=other.slug)

    assert client.get(url).status_code == 404
    assert client.post(url, {}).status_code == 404


def test_form_offers_the_languages_that_are_spoken_there(client, place):
    url, _given = asked(place)
    Duty.objects.update(languages=("nl", "de"))

    page = client.get(url.replace("language=fr", "")).content.decode()

    assert 'value="nl"' in page
    assert 'value="de"' in page
    assert 'value="fr"' not in page


def test_offer_on_the_page_is_taken(client, place):
    wait = waits_at(place)
    kept_for_somebody(place)
    page = client.get(page_of(wait)).content.decode()

    answer = client.post(page_of(wait), {"do": "take", "offer": Offer.objects.get().pk})

    appointment = Appointment.objects.get()
    assert "A moment is kept for you" in page
    assert urlsplit(answer.url).path == reverse("appointments:appointment", args=[secret_of(appointment)])
    assert appointment.starts_at == place[3]
    assert client.get(page_of(wait)).url == reverse("appointments:appointment", args=[secret_of(appointment)])


def test_offer_taken_twice_leads_to_the_same_appointment(client, place):
    wait = waits_at(place)
    kept_for_somebody(place)
    pressed = {"do": "take", "offer": Offer.objects.get().pk}

    first, second = client.post(page_of(wait), pressed), client.post(page_of(wait), pressed)

    assert urlsplit(first.url).path == urlsplit(second.url).path
    assert Appointment.objects.count() == 1
    assert parse_qs(urlsplit(first.url).query)["done"]


def test_offer_on_the_page_is_declined_and_the_wait_goes_on(client, place):
    wait = waits_at(place)
    kept_for_somebody(place)

    answer = client.post(page_of(wait), {"do": "decline", "offer": Offer.objects.get().pk}, follow=True)

    assert Offer.objects.get().answer == Answer.DECLINED
    assert "You are waiting for a moment" in answer.content.decode()
    assert "We offer it to the next one. You still wait." in answer.content.decode()
    assert not client.cookies.get("sessionid")


def test_refusal_of_an_offer_is_no_news_once_the_wait_is_over(client, place):
    wait = waits_at(place)
    kept_for_somebody(place)
    declined = client.post(page_of(wait), {"do": "decline", "offer": Offer.objects.get().pk})

    client.post(page_of(wait), {"do": "stop"})

    assert "You still wait" not in client.get(declined.url).content.decode()


def test_standing_offer_is_the_heading_of_the_page(client, place):
    wait = waits_at(place)
    kept_for_somebody(place)

    page = client.get(page_of(wait)).content.decode()

    assert re.findall(r"<h1[^>]*>([^<]*)</h1>", page) == ["A moment is kept for you"]
    assert page.count('id="kept"') == 1


@pytest.mark.parametrize("number", ["", "x", "0", "9" * 30, "²"])
@pytest.mark.parametrize("do", ["take", "decline"])
def test_offer_that_does_not_stand_is_said_on_the_page(client, place, do, number):
    wait = waits_at(place)

    answer = client.post(page_of(wait), {"do": do, "offer": number})

    assert answer.status_code == 409
    assert "does not stand any more" in answer.content.decode()


def test_offer_of_another_is_not_taken(client, place):
    other = waits_at(place)
    kept_for_somebody(place)
    wait = waits_at(place)

    answer = client.post(page_of(wait), {"do": "take", "offer": other.offers.get().pk})

    assert answer.status_code == 409
    assert not Appointment.objects.exists()


def test_moment_that_is_gone_after_all_is_said_and_not_offered_again(client, place):
    wait = waits_at(place)
    kept_for_somebody(place)
    Shift.objects.all().delete()

    answer = client.post(page_of(wait), {"do": "take", "offer": Offer.objects.get().pk})

    assert answer.status_code == 409
    assert Offer.objects.get().answer == Answer.DECLINED


def test_wait_is_stopped_with_one_press(client, place):
    wait = waits_at(place)

    answer = client.post(page_of(wait), {"do": "stop"}, follow=True)

    assert "You do not wait any more" in answer.content.decode()
    wait.refresh_from_db()
    assert wait.ended_at


@pytest.mark.parametrize(("is_known", "status"), [(False, 404), (True, 410)])
def test_link_that_opens_nothing_is_said(client, place, is_known, status):
    wait = waits_at(place)
    past = timezone.localdate() - DAY
    Wait.objects.update(first_on=past, last_on=past)

    answer = client.get(page_of(wait) if is_known else reverse("appointments:wait", args=["x" * 32]))

    assert answer.status_code == status
    assert answer["Cache-Control"] == "no-store, private"


def test_page_of_an_appointment_waits_and_stops_with_one_press_each(client, place):
    appointment = own(place)
    url = reverse("appointments:appointment", args=[secret_of(appointment)])

    assert "Tell me if an earlier moment frees up" in client.get(url).content.decode()
    client.post(page_for(appointment), {"do": "start"})
    assert "Stop telling me" in client.get(url).content.decode()
    client.post(page_for(appointment), {"do": "stop"})
    assert "Tell me if an earlier moment frees up" in client.get(url).content.decode()
    assert Wait.objects.get().ended_at


def own(place):
    service, site, theme, starts_at = place
    return booked(site, theme, starts_at=starts_at + service.duration, now=timezone.now())


def test_offer_on_the_page_of_an_appointment_moves_it(client, place):
    appointment = own(place)
    start_wait_for(appointment=appointment, now=timezone.now())
    kept_for_somebody(place)
    url = reverse("appointments:appointment", args=[secret_of(appointment)])
    page = client.get(url).content.decode()

    answer = client.post(page_for(appointment), {"do": "take", "offer": Offer.objects.get().pk})

    assert "A moment is kept for you" in page
    assert urlsplit(answer.url).path == url
    assert Appointment.objects.get().starts_at == place[3]


def test_offer_of_an_earlier_moment_is_declined(client, place):
    appointment = own(place)
    start_wait_for(appointment=appointment, now=timezone.now())
    kept_for_somebody(place)

    answer = client.post(page_for(appointment), {"do": "decline", "offer": Offer.objects.get().pk}, follow=True)

    assert Offer.objects.get().answer == Answer.DECLINED
    assert "You still wait" in answer.content.decode()


def test_nothing_is_asked_once_the_appointment_has_begun(client, place):
    service, site, _theme, _starts_at = place
    begun = AppointmentFactory(service=service, site=site, starts_at=timezone.now() - MINUTE)

    page = client.get(reverse("appointments:appointment", args=[secret_of(begun)]))
    answer = client.post(page_for(begun), {"do": "start"})

    assert "Tell me if an earlier" not in page.content.decode()
    assert answer.status_code == 409


@pytest.mark.parametrize("do", ["", "x", "take"])
def test_anything_else_pressed_is_no_error_of_ours(client, place, do):
    answer = client.post(page_for(own(place)), {"do": do})

    assert answer.status_code in {302, 409}


def test_pages_of_a_wait_tell_neither_advisor_nor_secret_of_another(client, place):
    wait, other = waits_at(place), waits_at(place)
    kept_for_somebody(place)

    page = client.get(page_of(wait)).content.decode()

    assert Shift.objects.get().advisor.email not in page
    assert wait_secret_of(other) not in page


@pytest.mark.parametrize("number", [1, 3])
def test_pages_ask_the_database_as_often_whoever_waits(client, place, number, django_assert_num_queries):
    waits = [waits_at(place) for _one in range(number)]
    kept_for_somebody(place)
    url, _given = asked(place)

    with django_assert_num_queries(3):
        assert client.get(page_of(waits[0])).status_code == 200
    with django_assert_num_queries(4):
        assert client.get(url).status_code == 200


def test_place_where_nothing_is_free_offers_to_wait(client, place):
    _service, site, theme, _starts_at = place
    Shift.objects.all().delete()

    page = client.get(reverse("appointments:book") + f"?theme={theme.code}&site={site.slug}").content.decode()

    assert reverse("appointments:wait-start") in page


def test_place_with_free_moments_offers_to_wait_for_an_earlier_one(client, place):
    _service, site, theme, _starts_at = place

    page = client.get(reverse("appointments:book") + f"?theme={theme.code}&site={site.slug}").content.decode()

    assert "Tell me if an earlier moment frees up" in page
    assert reverse("appointments:wait-start") in page


def test_ended_wait_asks_nothing_of_its_place(client, place):
    wait = waits_at(place)
    end_wait(wait=wait, now=timezone.now())
    Site.objects.update(is_open_to_public=False)

    assert client.get(page_of(wait)).status_code == 200
