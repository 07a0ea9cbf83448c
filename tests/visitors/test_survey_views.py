"""The page of the exit survey: for everybody, with nothing of them."""

import logging
import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from appointments.services import challenge_for, check_act
from citemetiers.kernel.proof import solve as solve_challenge
from tests.appointments.proofs import challenge_in, solve
from tests.factories.sites import SiteFactory
from visitors.models import SurveyAnswer

pytestmark = pytest.mark.django_db
FIELDS = ("found", "welcome", "wait", "next_step", "recommend")


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def site():
    return SiteFactory(slug="namur", name="Carrefour de Namur", city="Namur", languages=("fr", "nl"))


def address(site, page="answer"):
    return reverse(f"survey:{page}", args=[site.slug])


def key_in(page):
    return re.search(r'name="key" value="([^"]+)"', page.content.decode())[1]


def send(client, site, page=None, **answers):
    page = page or client.get(address(site))
    data = {"key": key_in(page), **solve(page), **(answers or {"found": "YES"})}
    return client.post(address(site, "send"), data)


def test_page_asks_five_questions_and_says_what_becomes_of_them(client, site):
    page = client.get(address(site))

    text = page.content.decode()
    assert [name for name in FIELDS if f'name="{name}"' in text] == list(FIELDS)
    assert text.count("<legend") == 5
    assert text.count(" checked") == 5  # “no answer”, so that an answer can be taken back
    assert "Nobody asks who you are." in text
    assert "We keep no name, no day and no hour." in text
    assert "required" not in text


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_page_speaks_four_languages_and_the_answer_keeps_which(client, site, language):
    with translation.override(language):
        answer = send(client, site, wait="RATHER")

        assert answer["Location"] == f"/{language}/survey/namur/thanks/"
    assert SurveyAnswer.objects.get().language == language


def test_address_of_the_square_code_follows_the_telephone(client, site):
    answer = client.get("/survey/namur/", headers={"Accept-Language": "de-BE,de;q=0.9"})

    assert (answer.status_code, answer["Location"]) == (302, "/de/survey/namur/")


def test_one_answer_is_enough_and_thanks_follow(client, site):
    answer = send(client, site, recommend="FULLY")
    thanks = client.get(answer["Location"])

    assert (answer.status_code, answer["Location"]) == (303, address(site, "thanks"))
    assert "Thank you for your answers" in thanks.content.decode()
    assert SurveyAnswer.objects.values_list("recommend", "found").get() == ("FULLY", "")


def test_form_pressed_twice_counts_once(client, site):
    page = client.get(address(site))

    first, second = send(client, site, page), send(client, site, page)

    assert (first.status_code, second.status_code) == (303, 303)
    assert SurveyAnswer.objects.count() == 1


def test_reloaded_thanks_count_nothing(client, site):
    answer = send(client, site)
    client.get(answer["Location"])
    client.get(answer["Location"])

    assert SurveyAnswer.objects.count() == 1


def test_address_that_forms_are_sent_to_leads_to_the_form(client, site):
    answer = client.get(address(site, "send"))

    assert (answer.status_code, answer["Location"]) == (302, address(site))


def test_page_is_kept_for_the_way_back_and_by_nobody_else(client, site):
    kept = client.get(address(site))["Cache-Control"]

    assert "private" in kept
    assert "no-cache" in kept
    assert "no-store" not in kept


def test_survey_sets_no_cookie_and_asks_for_no_session(client, site, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        page = client.get(address(site))
    with django_assert_max_num_queries(2):
        answer = send(client, site, page)
    thanks = client.get(answer["Location"])

    assert not client.cookies
    assert not any(one.has_header("Set-Cookie") for one in (page, answer, thanks))


def test_empty_form_gets_a_sentence_and_keeps_its_key(client, site):
    page = client.get(address(site))

    answer = send(client, site, page, found="")

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Answer one question at least." in text
    assert "<title>Error:" in re.sub(r"\s+", " ", text)
    assert key_in(answer) == key_in(page)
    assert challenge_in(answer) != challenge_in(page)
    assert send(client, site, answer).status_code == 303


def test_wrong_word_is_an_error_of_its_question_and_the_others_stay(client, site):
    answer = send(client, site, found="MAYBE", wait="RATHER")

    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_found"' in text
    assert 'id="id_found"' in text
    assert 'value="RATHER" checked' in text
    assert not SurveyAnswer.objects.exists()


@pytest.mark.parametrize("key", ["", "of my own", "x" * 500])
def test_form_without_its_key_gets_a_fresh_one(client, site, key):
    page = client.get(address(site))

    answer = client.post(address(site, "send"), {"key": key, "found": "YES", **solve(page)})

    assert answer.status_code == 422
    assert key_in(answer) != key
    assert send(client, site, answer).status_code == 303


def test_page_of_a_hidden_or_unknown_site_is_not_found(client):
    hidden = SiteFactory(is_open_to_public=False)

    for page in ("answer", "send", "thanks", "poster"):
        assert client.get(address(hidden, page)).status_code == 404
        assert client.get(reverse(f"survey:{page}", args=["nowhere"])).status_code == 404


@pytest.mark.parametrize(
    ("origin", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 303), ("none", 303)]
)
def test_page_of_a_stranger_cannot_send_the_form(site, origin, status):
    client = Client(enforce_csrf_checks=True)
    page = client.get(address(site))

    data = {"key": key_in(page), "found": "YES", **solve(page)}
    answer = client.post(address(site, "send"), data, headers={"Sec-Fetch-Site": origin})

    assert answer.status_code == status
    assert SurveyAnswer.objects.count() == (status == 303)


def test_without_a_script_some_forms_an_hour_pass(client, site, settings):
    settings.PORTAL_ANSWERS_WITHOUT_PROOF = 3

    def bare():
        return client.post(address(site, "send"), {"key": key_in(client.get(address(site))), "found": "YES"})

    first, second = bare(), bare()

    assert first.status_code == 303
    assert second.status_code == 422
    assert "without JavaScript" in second.content.decode()
    assert send(client, site).status_code == 303


def test_too_many_from_one_place_are_held_back_and_other_places_are_not(client, site, settings):
    settings.PORTAL_ANSWERS_A_PLACE = 2
    settings.TRUSTED_PROXY_COUNT = 1
    for _time in range(2):
        send(client, site)

    refused = send(client, site)
    page = client.get(address(site))
    data = {"key": key_in(page), "found": "NO", **solve(page)}
    elsewhere = client.post(address(site, "send"), data, headers={"X-Forwarded-For": "198.51.100.7"})

    assert "Many answers came from this place" in refused.content.decode()
    assert elsewhere.status_code == 303
    assert SurveyAnswer.objects.count() == 3


def test_one_proof_pays_for_one_form(client, site):
    page = client.get(address(site))
    proof = {"proof": solve_challenge(challenge_in(page))}

    client.post(address(site, "send"), {"key": key_in(page), "found": "YES", **proof})
    other = client.post(address(site, "send"), {"key": key_in(client.get(address(site))), "found": "YES", **proof})

    assert other.status_code == 422
    assert "Nothing is lost" in other.content.decode()
    assert SurveyAnswer.objects.count() == 1


def test_whoever_answers_can_book_as_before(client, site, settings):
    settings.PORTAL_ANSWERS_A_PLACE = settings.PORTAL_BOOKINGS_A_PLACE = 1
    send(client, site)

    now = timezone.now()
    proof = solve_challenge(challenge_for("127.0.0.1", now=now))
    check_act(text=proof, act="book", address="127.0.0.1", network_id=site.network_id, now=now)


def test_no_log_line_tells_what_was_answered_or_under_which_key(client, site, caplog):
    with caplog.at_level(logging.DEBUG):
        page = client.get(address(site))
        send(client, site, page, found="PARTLY")

    said = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("django.db"))
    assert "PARTLY" not in said
    assert key_in(page).partition(":")[0] not in said


def test_poster_has_the_code_and_speaks_the_languages_of_the_place(client, site, settings):
    settings.PORTAL_BASE_URL = "https://portal.example.org"

    text = client.get(address(site, "poster")).content.decode()

    assert "<svg" in text
    assert "portal.example.org/survey/namur/" in text
    assert re.findall(r'class="survey-poster__words" lang="(\w+)"', text) == ["fr", "nl"]
