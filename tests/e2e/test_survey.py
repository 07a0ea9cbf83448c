"""The exit survey on a telephone: with a script and without, pressed twice, sent again after the way back."""

from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sites.models import Site
from tests.e2e.axe import looked_at
from tests.factories.sites import SiteFactory
from visitors.models import SurveyAnswer

PHONE = {"width": 360, "height": 740}
LEAST_TARGET = 44


@pytest.fixture
def site(transactional_db: None) -> Site:
    cache.clear()
    made: Site = SiteFactory(slug="namur", name="Carrefour de Namur", city="Namur")
    return made


@pytest.fixture
def form(page: Page, live_server: Any, site: Site) -> Page:
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}{reverse('survey:answer', args=[site.slug])}")
    return page


def _choose(page: Page, question: str, answer: str) -> None:
    page.get_by_role("group", name=question).get_by_text(answer, exact=True).click()


def test_visitor_answers_what_they_like_and_leaves_nothing_behind(form: Page, context: BrowserContext) -> None:
    _choose(form, "Did you find what you came for?", "In part")
    _choose(form, "Was the waiting time all right?", "Rather no")
    form.get_by_role("button", name="Send my answers").click()

    expect(form.get_by_role("heading", name="Thank you for your answers")).to_be_visible()
    kept = SurveyAnswer.objects.get()
    assert (kept.found, kept.wait, kept.welcome) == ("PARTLY", "RATHER_NOT", "")
    assert context.cookies() == []
    assert form.evaluate("localStorage.length + sessionStorage.length") == 0
    form.reload()
    assert SurveyAnswer.objects.count() == 1


def test_answers_outlive_a_change_of_language_and_stay_nowhere(form: Page) -> None:
    _choose(form, "Was the waiting time all right?", "Rather no")
    form.locator(".languages a[hreflang=nl]").click()
    expect(form.locator("html[lang=nl]")).to_be_attached()

    expect(form.locator("[name=wait][value=RATHER_NOT]")).to_be_checked()
    expect(form.locator("[data-kept-back]")).to_be_visible()
    assert form.evaluate("localStorage.length + sessionStorage.length") == 0
    form.locator(".survey button[type=submit]").click()
    expect(form.locator(".survey")).to_be_hidden()
    assert SurveyAnswer.objects.get().wait == "RATHER_NOT"
    assert form.evaluate("localStorage.length + sessionStorage.length") == 0


def test_form_works_without_a_script(browser: Browser, live_server: Any, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE, locale="fr-BE")
    page = context.new_page()
    page.goto(f"{live_server.url}/survey/{site.slug}/")

    assert page.url.endswith(f"/fr/survey/{site.slug}/")
    page.locator("label:has([name=recommend][value=FULLY])").click()
    page.locator(".survey button[type=submit]").click()

    assert page.url.endswith("/thanks/")
    assert SurveyAnswer.objects.values_list("recommend", "language").get() == ("FULLY", "fr")
    context.close()


def test_answer_can_be_taken_back_without_a_script(form: Page) -> None:
    question = form.get_by_role("group", name="Were you well received?")
    _choose(form, "Were you well received?", "Not at all")
    _choose(form, "Were you well received?", "No answer")

    expect(question.get_by_label("Not at all")).not_to_be_checked()
    form.get_by_role("button", name="Send my answers").click()

    expect(form.get_by_text("Answer one question at least.").first).to_be_visible()
    assert not SurveyAnswer.objects.exists()


def test_form_pressed_twice_and_sent_again_after_the_way_back_counts_once(form: Page) -> None:
    _choose(form, "Did you find what you came for?", "Yes")
    form.get_by_role("button", name="Send my answers").dblclick()
    expect(form.get_by_role("heading", name="Thank you for your answers")).to_be_visible()

    form.go_back()
    _choose(form, "Did you find what you came for?", "No")
    form.get_by_role("button", name="Send my answers").click()
    expect(form.get_by_role("heading", name="Thank you for your answers")).to_be_visible()

    assert SurveyAnswer.objects.values_list("found", flat=True).get() == "NO"


def test_every_target_is_large_enough_for_a_thumb(form: Page) -> None:
    heights = form.locator(".survey label, .survey button").evaluate_all(
        "nodes => nodes.map(node => Math.round(node.getBoundingClientRect().height))"
    )

    assert len(heights) == 4 + 4 * 5 + 1
    assert min(heights) >= LEAST_TARGET


@pytest.mark.looks
def test_form_that_was_refused_has_no_violation(form: Page) -> None:
    form.get_by_role("button", name="Send my answers").click()
    expect(form.get_by_text("Answer one question at least.").first).to_be_visible()

    assert looked_at(form) == []
