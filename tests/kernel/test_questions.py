import datetime as dt
from threading import Thread
from typing import Any

import pytest
from django.db import connection, models
from pytest_django import DjangoAssertNumQueries

from citemetiers.kernel.questions import Given, IsOneOf, Question
from sites.models import Closure, Site
from tests.factories.sites import NetworkFactory, SiteFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)


def ask_town() -> models.QuerySet[Site, Site]:
    return Site.objects.filter(slug=Given("slug", models.SlugField())).select_related("network")


def ask_towns() -> models.QuerySet[Site, tuple[Any, ...]]:
    return Site.objects.filter(IsOneOf("slug", "slugs")).order_by("slug").values_list("slug", flat=True)


def test_question_gives_the_rows_of_its_values_each_time_anew(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    SiteFactory.create(slug="namur")
    SiteFactory.create(slug="mons")
    town = Question(ask_town)

    with django_assert_num_queries(3):
        answers = [[site.slug for site in town.ask(slug=slug)] for slug in ("namur", "mons", "nowhere")]

    assert answers == [["namur"], ["mons"], []]


def test_question_sees_what_was_written_since() -> None:
    site = SiteFactory.create(slug="namur", phone="+3281000000")
    town = Question(ask_town)
    assert town.ask(slug="namur")[0].phone == "+3281000000"

    Site.objects.filter(pk=site.pk).update(phone="+3281111111")

    assert town.ask(slug="namur")[0].phone == "+3281111111"


def test_question_reads_along_what_its_query_set_selects(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    SiteFactory.create(slug="namur")

    with django_assert_num_queries(1):
        assert Question(ask_town).ask(slug="namur")[0].network.country


def test_query_set_is_built_once_however_often_it_is_asked() -> None:
    built: list[int] = []

    def build() -> models.QuerySet[Site, Site]:
        built.append(1)
        return ask_town()

    town = Question(build)
    for slug in ("namur", "mons", "huy"):
        town.ask(slug=slug)

    assert built == [1]


@pytest.mark.parametrize("wanted", [[], ["mons"], ["namur", "mons"], ["mons", "nowhere"], ["it's", "100%"]])
def test_one_of_takes_any_number_of_values(wanted: list[str]) -> None:
    for slug in ("namur", "mons", "huy"):
        SiteFactory.create(slug=slug)

    assert Question(ask_towns).ask(slugs=wanted) == sorted({"namur", "mons", "huy"} & set(wanted))


@pytest.mark.parametrize("keys", [set(), {1, 2}])
def test_one_of_takes_numbers(keys: set[int]) -> None:
    sites = [SiteFactory.create(), SiteFactory.create(), SiteFactory.create()]
    question = Question(lambda: Site.objects.filter(IsOneOf("pk", "keys")).order_by("pk"))
    wanted = {sites[number].pk for number in keys}

    assert {site.pk for site in question.ask(keys=wanted)} == wanted


def test_value_may_be_given_so_much_earlier_or_later() -> None:
    Closure.objects.create(network=NetworkFactory.create(), reason="-", first_on=TODAY, last_on=TODAY + 3 * DAY)
    on = Given("day", models.DateField())
    question = Question(lambda: Closure.objects.filter(first_on__lte=on + DAY, last_on__gte=on - DAY))

    assert [len(question.ask(day=TODAY + number * DAY)) for number in (-2, -1, 0, 4, 5)] == [0, 1, 1, 1, 0]


def test_questions_may_be_joined() -> None:
    SiteFactory.create(slug="namur")
    SiteFactory.create(slug="mons")
    slugs = Site.objects.filter(slug=Given("slug", models.SlugField())).values_list("slug")
    others = Site.objects.filter(IsOneOf("slug", "others")).values_list("slug")
    question: Question[Any] = Question(lambda: slugs.union(others, all=True))

    assert sorted(question.ask(slug="namur", others=["mons"])) == [("mons",), ("namur",)]


def test_missing_value_is_refused() -> None:
    with pytest.raises(KeyError, match="slug"):
        Question(ask_town).ask()


def test_value_of_a_wrong_kind_is_refused() -> None:
    question = Question(lambda: Closure.objects.filter(first_on=Given("day", models.DateField())))

    with pytest.raises(Exception, match="noon"):
        question.ask(day="noon")


@pytest.mark.django_db(transaction=True)
def test_question_is_asked_in_several_threads_and_over_a_new_connection() -> None:
    SiteFactory.create(slug="namur")
    town = Question(ask_town)
    found = [len(town.ask(slug="namur"))]

    def look() -> None:
        found.append(len(town.ask(slug="namur")))
        connection.close()

    thread = Thread(target=look)
    thread.start()
    thread.join()
    if connection.vendor == "postgresql":  # a database in memory goes with its connection
        connection.close()
    found.append(len(town.ask(slug="namur")))

    assert found == [1, 1, 1]
