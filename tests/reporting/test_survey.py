"""The answers to the exit survey for the management: each question on its own base, no share on a small one."""

import datetime as dt
import io
from types import SimpleNamespace

import openpyxl
import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from reporting.rules import YearUnknownError
from reporting.survey import periods_with_answers, read_period, survey_of
from sites.enums import Role
from sites.models import User
from tests.factories.sites import MembershipFactory, SiteFactory
from tests.factories.survey import SurveyAnswerFactory
from tests.reporting.conftest import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
PAGES = [("reports:survey", []), ("reports:survey-export", ["2026"])]


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("reporting.staff_views.timezone", SimpleNamespace(now=lambda: NOW))


@pytest.fixture
def many(site):
    """Thirty forms of November: 24 said whether they found it, 30 how they were received."""
    for number in range(30):
        found = ("YES", "PARTLY")[number % 2] if number < 24 else ""
        SurveyAnswerFactory(site=site, found=found, welcome="RATHER" if number < 10 else "FULLY")
    return site


def november():
    return read_period("2026-11", today=TODAY)


def asked(survey, name):
    return next(question for question in survey.questions if question.code == name)


# --- Counting ----------------------------------------------------------------------------------------


def test_each_question_has_the_base_of_those_who_answered_it(many):
    survey = survey_of(november(), sites=[many])

    found, welcome, wait = (asked(survey, name) for name in ("found", "welcome", "wait"))
    assert survey.forms == 30
    assert (found.base, found.left_open) == (24, 6)
    assert (welcome.base, welcome.left_open) == (30, 0)
    assert (wait.base, wait.left_open) == (0, 30)


def test_no_share_and_no_length_is_told_on_a_small_base(many):
    found, welcome = (asked(survey_of(november(), sites=[many]), name) for name in ("found", "welcome"))

    assert found.is_too_few
    assert [(answer.number, answer.share, answer.length) for answer in found.answers] == [
        (12, None, "0"),
        (12, None, "0"),
        (0, None, "0"),
    ]
    assert [(answer.number, answer.share, answer.length) for answer in welcome.answers] == [
        (20, 67, "66.7"),
        (10, 33, "33.3"),
        (0, 0, "0.0"),
        (0, 0, "0.0"),
    ]


def test_other_sites_and_other_months_do_not_count(site):
    SurveyAnswerFactory(site=site, language="nl")
    SurveyAnswerFactory(site=site, month=dt.date(2026, 10, 1), is_illustrative=True)
    SurveyAnswerFactory(site=site, month=dt.date(2025, 11, 1))
    SurveyAnswerFactory(site=SiteFactory())

    month, year = (survey_of(read_period(code, today=TODAY), sites=[site]) for code in ("2026-11", "2026"))

    assert (month.forms, month.illustrative, month.by_site) == (1, 0, ((site, 1),))
    assert (year.forms, year.illustrative) == (2, 1)
    assert year.by_language == (("Français", 1), ("Nederlands", 1))


def test_survey_is_counted_in_one_query(many, django_assert_num_queries):
    with django_assert_num_queries(1):
        survey_of(november(), sites=[many, SiteFactory.build(pk=0)])


def test_periods_are_this_year_and_what_has_answers(site):
    for month in (dt.date(2026, 10, 1), dt.date(2025, 3, 1)):
        SurveyAnswerFactory(site=site, month=month)
    SurveyAnswerFactory(month=dt.date(2024, 1, 1))

    periods = periods_with_answers(sites=[site], now=NOW)

    assert [period.code for period in periods] == ["2026", "2026-10", "2025", "2025-03"]
    assert [period.label for period in periods[:2]] == ["whole year 2026", "October 2026"]


@pytest.mark.parametrize("text", ["2026-12", "2026-13", "2026-1", "2027", "1890", "x", "2026-x", "2026-11-01", "²⁰²⁶"])
def test_period_that_cannot_be_is_refused(text):
    with pytest.raises(YearUnknownError):
        read_period(text, today=TODAY)


def test_december_ends_with_the_year():
    period = read_period("2025-12", today=TODAY)

    assert (period.first, period.until) == (dt.date(2025, 12, 1), dt.date(2026, 1, 1))


# --- The page and the file ---------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_stranger_is_sent_to_sign_in(client, name, args):
    url = reverse(name, args=args)

    assertRedirects(client.get(url), f"{reverse('account_login')}?next={url}", fetch_redirect_response=False)


@pytest.mark.parametrize(("name", "args"), PAGES)
@pytest.mark.parametrize("role", [Role.ADVISOR, Role.RECEPTION, Role.COORDINATOR])
def test_other_roles_are_refused(client, site, role, name, args):
    client.force_login(MembershipFactory(role=role, site=site).user)

    assert client.get(reverse(name, args=args)).status_code == 403


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_site_of_somebody_else_does_not_exist_here(client, manager, name, args):
    foreign = SiteFactory(network=manager.memberships.get().site.network)
    client.force_login(manager)

    assert client.get(reverse(name, args=args), {"site": foreign.slug}).status_code == 404


@pytest.mark.parametrize("period", ["abc", "2026-13", "2027"])
def test_wrong_period_gets_a_sentence(client, manager, period):
    client.force_login(manager)

    page = client.get(reverse("reports:survey"), {"period": period})
    file = client.get(reverse("reports:survey-export", args=[period]))

    for answer in (page, file):
        assertContains(answer, "There are no answers of this period", status_code=404)


def test_page_tells_base_open_answers_and_where_a_base_is_too_small(client, manager, many):
    client.force_login(manager)

    page = client.get(reverse("reports:survey"), {"period": "2026-11"})

    assertContains(page, "24 people answered this question.")
    assertContains(page, "6 left it open.")
    assertContains(page, "30 people answered this question.")
    assertContains(page, "67 %")
    assertContains(page, "Too few answers for a share: fewer than 25.", count=4)
    assertContains(page, "Internal: exact figures, not for publication.")
    assertContains(page, reverse("survey:poster", args=[many.slug]))
    assertNotContains(page, "50 %")
    assert "no-store" in page["Cache-Control"]


def test_manager_sees_own_site_and_network_manager_chooses(client, manager, network_manager, site):
    neighbour = SiteFactory(network=site.network)
    for one in (site, neighbour, SiteFactory()):
        SurveyAnswerFactory(site=one)

    client.force_login(manager)
    own = client.get(reverse("reports:survey"))
    client.force_login(network_manager)
    whole = client.get(reverse("reports:survey"))
    chosen = client.get(reverse("reports:survey"), {"site": neighbour.slug, "period": "2026"})

    assert [page.context["survey"].forms for page in (own, whole, chosen)] == [1, 2, 1]
    assert "site" not in own.context["form"].fields
    assertContains(chosen, f'/reports/survey/2026/survey.xlsx?site={neighbour.slug}"')


def test_illustrative_answers_are_named(client, manager, site):
    SurveyAnswerFactory(site=site, is_illustrative=True)
    SurveyAnswerFactory(site=site)
    client.force_login(manager)

    assertContains(client.get(reverse("reports:survey")), "1 of 2 forms are invented")


def test_empty_period_helps_on(client, manager):
    client.force_login(manager)

    assertContains(client.get(reverse("reports:survey")), "Nobody answered in this period")


def test_page_asks_as_little_for_three_sites_as_for_one(client, site, network_manager, django_assert_max_num_queries):
    for _number in range(2):
        SurveyAnswerFactory(site=SiteFactory(network=site.network))
    client.force_login(network_manager)

    with django_assert_max_num_queries(10):
        client.get(reverse("reports:survey"))


def test_page_of_figures_leads_to_the_survey(client, manager):
    client.force_login(manager)

    assertContains(client.get(reverse("reports:figure-list")), f'href="{reverse("reports:survey")}"')


def test_file_holds_plain_values_with_base_and_no_share_on_a_small_one(client, manager, many):
    client.force_login(manager)

    answer = client.get(reverse("reports:survey-export", args=["2026-11"]), {"site": many.slug})

    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = list(book["Answers"].iter_rows(values_only=True))
    assert answer["Content-Disposition"] == 'attachment; filename="survey-2026-11-namur.xlsx"'
    assert rows[1] == ("Did you find what you came for?", "Yes", 12, 24, None, 6)
    assert rows[4] == ("Were you well received?", "Yes, fully", 20, 30, 67, 0)
    assert list(book["Forms"].iter_rows(values_only=True))[-1] == ("everything", "November 2026", 30)
    about = " ".join(str(cell) for row in book["About"].iter_rows(values_only=True) for cell in row)
    assert "No percentage is told on fewer than 25 answers." in about
    assert "not a sample" in about


def test_file_is_in_the_language_of_the_reader(client, manager, many):
    User.objects.update(language="fr")
    client.force_login(manager)

    answer = client.get(reverse("reports:survey-export", args=["2026"]))

    assert answer.status_code == 200
