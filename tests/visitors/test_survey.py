"""What is kept of an exit survey, and what is not."""

import datetime as dt
import uuid
from itertools import pairwise

import pytest
from django.core import signing
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from citemetiers.kernel.privacy import leaks, reachable_from
from sites.models import Network, Site
from tests.factories.sites import SiteFactory
from tests.factories.survey import SurveyAnswerFactory
from visitors.enums import SURVEY_ANSWERS, Agreement, Found, SurveyQuestion
from visitors.models import SurveyAnswer
from visitors.services import (
    SurveyError,
    answer_survey,
    ensure_demo_answers,
    shuffle_survey,
    survey_key,
    survey_url,
)
from visitors.tasks import shuffle_survey_answers

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
NOVEMBER = dt.date(2026, 11, 1)


def answered(site, *, key=None, now=NOW, language="fr", **answers):
    key = survey_key(site=site) if key is None else key
    return answer_survey(site=site, key=key, language=language, answers=answers or {"found": Found.YES}, now=now)


def test_survey_leads_to_its_site_and_network_alone():
    assert leaks([SurveyAnswer], shared={Site, Network}) == []
    assert set(reachable_from([SurveyAnswer], shared={Site, Network})) == {SurveyAnswer, Site, Network}


def test_answer_holds_site_month_language_and_what_was_said():
    site = SiteFactory()

    answered(site, language="nl", found=Found.PARTLY, wait=Agreement.RATHER_NOT)

    kept = SurveyAnswer.objects.values().get()
    assert kept.pop("id").version == 4
    assert kept == {
        "site_id": site.pk,
        "month": NOVEMBER,
        "language": "nl",
        "found": Found.PARTLY,
        "welcome": "",
        "wait": Agreement.RATHER_NOT,
        "next_step": "",
        "recommend": "",
        "is_illustrative": False,
    }


def test_month_is_that_of_the_site():
    site = SiteFactory()  # Brussels is an hour ahead in winter

    answered(site, now=dt.datetime(2026, 11, 30, 23, 30, tzinfo=dt.UTC))

    assert SurveyAnswer.objects.get().month == dt.date(2026, 12, 1)


def test_form_sent_twice_is_one_answer_and_its_last_words_stand():
    site = SiteFactory()
    key = survey_key(site=site)

    answered(site, key=key, found=Found.YES, wait=Agreement.FULLY)
    answered(site, key=key, found=Found.NO, now=NOW + dt.timedelta(days=10))

    kept = SurveyAnswer.objects.get()
    assert (kept.found, kept.wait, kept.month) == (Found.NO, "", NOVEMBER)


def test_answer_takes_one_statement(django_assert_num_queries):
    site = SiteFactory()

    with django_assert_num_queries(1):
        answered(site)


def test_empty_form_is_refused_with_a_sentence():
    with pytest.raises(SurveyError, match="Answer one question at least"):
        answered(SiteFactory(), found="", wait="")

    assert not SurveyAnswer.objects.exists()


@pytest.mark.parametrize(
    "make", [lambda: "", lambda: uuid.uuid4().hex, lambda: signing.Signer().sign(uuid.uuid4().hex)]
)
def test_key_of_ones_own_making_is_refused(make):
    with pytest.raises(SurveyError, match="without its number"):
        answered(SiteFactory(), key=make())

    assert not SurveyAnswer.objects.exists()


def test_key_of_another_site_is_refused():
    key = survey_key(site=SiteFactory())

    with pytest.raises(SurveyError, match="without its number"):
        answered(SiteFactory(), key=key)


def test_keys_are_random_and_a_good_one_is_kept():
    site = SiteFactory()

    first, second = survey_key(site=site), survey_key(site=site)

    assert first != second
    assert survey_key(site=site, given=first) == first
    assert survey_key(site=site, given="of my own") not in {first, second, "of my own"}


@pytest.mark.parametrize(
    "wrong", [{"month": dt.date(2026, 11, 2)}, {"found": "MAYBE"}, {"found": ""}, {"language": "xx"}]
)
def test_database_refuses_another_day_word_or_nothing(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyAnswerFactory(**wrong)


def test_each_question_is_a_column_with_the_answers_of_its_list():
    assert tuple(question.value for question in SurveyQuestion) == SurveyAnswer.QUESTIONS
    for question in SurveyQuestion:
        listed = dict(SurveyAnswer._meta.get_field(question.value).choices)
        assert [code for code, _words in SURVEY_ANSWERS[question]] == list(listed)


# --- The order is forgotten ------------------------------------------------------------------------


def order_on_disk():
    place = "rowid" if connection.vendor == "sqlite" else "ctid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT next_step, recommend FROM visitors_surveyanswer ORDER BY {place}")
        return cursor.fetchall()


def in_a_row(site, number=24):
    """Answers whose content tells their number, so that a test can recognise them."""
    words = ["", *Agreement.values]
    for one in range(number):
        answered(site, found=Found.YES, next_step=words[one // 5], recommend=words[one % 5])
    return order_on_disk()


def test_shuffling_leaves_the_answers_and_neither_their_keys_nor_their_order():
    site, other = SiteFactory(), SiteFactory()
    before = in_a_row(site)
    SurveyAnswerFactory(site=other)
    keys = set(SurveyAnswer.objects.values_list("pk", flat=True))

    number = shuffle_survey(since=NOVEMBER)

    after = [row for row in order_on_disk() if row != ("", "")]
    assert number == 25
    assert sorted(after) == sorted(row for row in before if row != ("", ""))
    assert after != [row for row in before if row != ("", "")]
    assert not keys & set(SurveyAnswer.objects.values_list("pk", flat=True))
    assert all(key.version == 4 for key in SurveyAnswer.objects.values_list("pk", flat=True))
    assert SurveyAnswer.objects.filter(site=other).count() == 1


def test_shuffling_is_another_order_each_night():
    in_a_row(SiteFactory())
    orders = []
    for _night in range(3):
        shuffle_survey(since=NOVEMBER)
        orders.append(order_on_disk())

    assert all(one != other for one, other in pairwise(orders))


def test_shuffling_leaves_older_months_and_illustrative_answers_alone():
    site = SiteFactory()
    old = SurveyAnswerFactory(site=site, month=dt.date(2026, 10, 1))
    made_up = SurveyAnswerFactory(site=site, is_illustrative=True)

    assert shuffle_survey(since=NOVEMBER) == 0
    assert set(SurveyAnswer.objects.all()) == {old, made_up}


def test_task_shuffles_what_came_since_the_month_of_yesterday():
    site, today = SiteFactory(), dt.date.today()  # noqa: DTZ011  the task takes it from the clock
    key = answered(site, now=dt.datetime.now(dt.UTC)).pk
    old = SurveyAnswerFactory(site=site, month=(today.replace(day=1) - dt.timedelta(days=40)).replace(day=1))

    shuffle_survey_answers()

    assert not SurveyAnswer.objects.filter(pk=key).exists()
    assert SurveyAnswer.objects.filter(pk=old.pk).exists()
    assert SurveyAnswer.objects.count() == 2


# --- The address and the demonstration ---------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "de"])
def test_address_of_the_square_code_has_no_language(settings, language):
    site = SiteFactory(slug="namur")

    with translation.override(language):
        assert survey_url(site) == f"{settings.PORTAL_BASE_URL}/survey/namur/"


def test_illustrative_answers_are_marked_and_loading_again_adds_only_days():
    SiteFactory()
    early = NOW.replace(day=3)

    first, again, later = (ensure_demo_answers(now=now) for now in (early, early, NOW))

    assert first > 0
    assert again == 0
    assert later > 0
    assert not SurveyAnswer.objects.filter(is_illustrative=False).exists()
    assert SurveyAnswer.objects.filter(month__gt=NOVEMBER).count() == 0
