"""Somebody at a desk works the queue with the keyboard alone, beside the log."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from appointments.models import QueueObservation, Seating, Ticket
from sites.models import Desk, Site, Theme, User
from tests.e2e.axe import looked_at
from tests.e2e.desks import wait_until_queue_listens
from tests.factories.queue import SeatingFactory, TicketFactory
from visitors.models import Contact


@pytest.fixture
def advisor(demo_data: None, sign_in: Callable[[str], User]) -> User:
    Ticket.objects.all().delete()
    Seating.objects.all().delete()
    person = sign_in("advisor")
    User.objects.update(language="en")
    return person


@pytest.fixture
def site(advisor: User) -> Site:
    return Site.objects.for_user(advisor).get()


def waits(site: Site, number: int, code: str = "train") -> Ticket:
    theme = Theme.objects.common().get(code=code)
    return TicketFactory(site=site, theme=theme, number=number, language="fr", taken_at=timezone.now())


def sit(site: Site, advisor: User) -> Seating:
    desk = Desk.objects.filter(site=site).first()
    given = {"desk": desk} if desk else {}
    themes = list(Theme.objects.common())
    return SeatingFactory(site=site, advisor=advisor, opened_at=timezone.now(), themes=themes, **given)


def wait_until_listening(page: Page) -> None:
    """Wait until htmx has taken over the form: pressed before, it is sent by the browser, which needs a network."""
    expect(page.locator("#call-next")).to_be_visible()
    wait_until_queue_listens(page)


def test_visitors_are_called_received_and_logged_by_key_alone(
    watched: Page, live_server: Any, site: Site, advisor: User
) -> None:
    sit(site, advisor)
    waits(site, 14)
    waits(site, 15)
    before = Contact.objects.count()
    desk = watched
    desk.goto(f"{live_server.url}/desk/")
    now = desk.locator(".counter-now__title")

    expect(desk.locator(".counter-row")).to_have_count(2)
    desk.keyboard.press("c")
    expect(now).to_contain_text("-014 is called")
    desk.keyboard.press("b")
    expect(now).to_contain_text("-014 is with you")
    desk.get_by_role("link", name="Second question on another theme").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("has a second question")
    desk.keyboard.press("Digit3")

    expect(desk.locator("[name=themes]:checked")).to_have_value("train")
    expect(desk).to_have_url(f"{live_server.url}/desk/")
    expect(desk.locator("[data-desk-live]")).to_contain_text("filled in")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-desk-live]")).to_contain_text("Logged: Train")
    expect(desk.locator("[name=themes]:checked")).to_have_count(0)
    expect(now).to_contain_text("-014 is with you")
    desk.keyboard.press("d")
    expect(desk.locator("[name=themes]:checked")).to_have_value("work")
    expect(desk.locator("[data-desk-live]")).to_contain_text("filled in")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-desk-live]")).to_contain_text("Logged: Find work")

    expect(desk.locator("#call-next")).to_be_visible()
    desk.keyboard.press("c")
    expect(now).to_contain_text("-015 is called")
    desk.keyboard.press("n")
    expect(desk.locator("#call-next")).to_be_visible()
    expect(desk.locator(".counter-row")).to_have_count(0)
    assert Contact.objects.count() == before + 2


def test_second_question_on_the_same_theme_is_one_key(
    watched: Page, live_server: Any, site: Site, advisor: User
) -> None:
    sit(site, advisor)
    waits(site, 14)
    before = QueueObservation.objects.count()
    watched.goto(f"{live_server.url}/desk/")
    wait_until_listening(watched)
    watched.keyboard.press("c")
    expect(watched.locator(".counter-now__title")).to_contain_text("-014 is called")
    watched.keyboard.press("b")
    expect(watched.locator(".counter-now__title")).to_contain_text("-014 is with you")

    watched.keyboard.press("s")

    expect(watched.locator("[name=themes]:checked")).to_have_value("train")
    expect(watched.locator(".counter-now__title")).to_contain_text("-014 is with you")
    assert QueueObservation.objects.count() == before + 1
    assert Ticket.objects.get().state == "RECEIVED"


def test_focus_stays_in_the_queue_whatever_key_is_pressed(
    watched: Page, live_server: Any, site: Site, advisor: User
) -> None:
    sit(site, advisor)
    waits(site, 14)
    waits(site, 15)
    watched.goto(f"{live_server.url}/counter/")
    wait_until_listening(watched)
    focused = watched.locator(".counter-frame :focus")
    assert watched.evaluate("document.activeElement === document.body")

    watched.keyboard.press("c")
    expect(focused).to_contain_text("Begin")
    watched.keyboard.press("p")
    expect(focused).to_contain_text("Call the next visitor")
    watched.keyboard.press("c")
    expect(focused).to_contain_text("Begin")
    watched.keyboard.press("b")
    expect(focused).to_contain_text("Done")
    watched.get_by_role("button", name="Pause").focus()
    watched.keyboard.press("Enter")
    expect(focused).to_contain_text("Resume")


def test_what_was_noted_during_the_session_comes_along_when_it_is_done(
    watched: Page, live_server: Any, site: Site, advisor: User
) -> None:
    sit(site, advisor)
    waits(site, 14)
    watched.goto(f"{live_server.url}/desk/")
    wait_until_listening(watched)
    watched.keyboard.press("c")
    expect(watched.locator(".counter-now__title")).to_contain_text("-014 is called")
    watched.keyboard.press("b")
    expect(watched.locator(".counter-now__title")).to_contain_text("-014 is with you")
    watched.keyboard.press("3")
    watched.keyboard.press("+")

    watched.keyboard.press("d")

    expect(watched).to_have_url(re.compile(r"/desk/(#log-heading)?$"))
    expect(watched.locator("[name=themes]:checked")).to_have_count(2)
    expect(watched.get_by_label("People", exact=True)).to_have_value("2")
    expect(watched.locator(".desk-log__question")).to_be_in_viewport()


def test_reception_gives_a_number_in_two_keys(watched: Page, live_server: Any, site: Site, advisor: User) -> None:
    sit(site, advisor)
    watched.goto(f"{live_server.url}/counter/take/")

    watched.keyboard.press("2")
    watched.keyboard.press("Enter")

    expect(watched.get_by_role("heading", level=1)).to_have_text(re.compile(r"^[A-Z]-\d{3}$"))
    first = watched.locator("h1").inner_text()
    watched.wait_for_load_state()  # the keys are heard once the scripts of the new page run
    watched.keyboard.press("3")
    watched.keyboard.press("Enter")
    expect(watched.locator("h1")).not_to_have_text(first)
    assert list(Ticket.objects.order_by("number").values_list("theme__code", flat=True)) == ["train", "work"]


def test_number_keys_choose_a_theme_while_a_theme_has_the_focus(
    watched: Page, live_server: Any, site: Site, advisor: User
) -> None:
    sit(site, advisor)
    watched.goto(f"{live_server.url}/counter/take/")
    watched.locator("[name=theme][value=direction]").focus()

    watched.keyboard.press("3")
    expect(watched.locator("[name=theme]:focus")).to_have_value("work")
    watched.keyboard.press("Enter")

    expect(watched.get_by_role("heading", level=1)).to_have_text(re.compile(r"^[A-Z]-\d{3}$"))
    assert Ticket.objects.get().theme.code == "work"


def test_lost_network_says_so_and_the_same_key_is_safe(
    demo_data: None, page: Page, live_server: Any, site: Site, advisor: User
) -> None:
    sit(site, advisor)
    ticket = waits(site, 14)
    page.goto(f"{live_server.url}/desk/")
    wait_until_listening(page)
    page.context.set_offline(True)
    page.keyboard.press("c")
    expect(page.locator("[data-queue-trouble]")).to_contain_text("it is safe to press again")
    expect(page.locator("[data-desk-trouble] p:visible")).to_have_count(0)

    page.context.set_offline(False)
    page.keyboard.press("c")

    expect(page.locator(".counter-now__title")).to_contain_text("is called")
    expect(page.locator("[data-queue-trouble] span")).to_be_hidden()
    ticket.refresh_from_db()
    assert ticket.times_called == 1


def test_keys_of_the_queue_are_silent_while_somebody_types(
    watched: Page, live_server: Any, site: Site, advisor: User
) -> None:
    sit(site, advisor)
    waits(site, 14)
    watched.goto(f"{live_server.url}/desk/")
    expect(watched.locator("#call-next")).to_be_visible()
    watched.locator("[name=way]").focus()

    watched.keyboard.press("c")

    expect(watched.locator("#call-next")).to_be_visible()
    assert not Ticket.objects.at_a_desk().exists()


def test_queue_works_without_javascript(
    browser: Any, live_server: Any, site: Site, advisor: User, context: Any
) -> None:
    sit(site, advisor)
    waits(site, 14)
    plain = browser.new_context(java_script_enabled=False, storage_state=context.storage_state())
    page = plain.new_page()
    page.goto(f"{live_server.url}/desk/")

    page.get_by_role("link", name="Open the queue").first.click()
    page.get_by_role("button", name="Call the next visitor").click()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Done").click()

    # Only a script fills it in: no address that is sent, and no session, may hold a theme.
    expect(page.get_by_role("button", name="Log this contact")).to_be_visible()
    expect(page.locator("[name=themes]:checked")).to_have_count(0)
    plain.close()


@pytest.mark.looks
def test_desk_with_its_queue_is_accessible(watched: Page, live_server: Any, site: Site, advisor: User) -> None:
    sit(site, advisor)
    now = waits(site, 14)
    waits(site, 15, "work")
    waits(site, 16, "mobility")
    watched.goto(f"{live_server.url}/desk/")
    watched.locator("#call-next").click()
    expect(watched.locator(".counter-now__title")).to_be_visible()

    pages = ["/desk/", "/counter/", "/counter/take/", f"/counter/tickets/{now.pk}/"]
    pages += [f"/counter/tickets/{now.pk}/{page}/" for page in ("pass-on", "slip")]
    complaints = []
    for path in pages:
        watched.goto(live_server.url + path)
        if path in ("/desk/", "/counter/"):
            expect(watched.locator(".counter-now__title")).to_be_visible()
        complaints += [f"{path} {found}" for found in looked_at(watched)]
    assert complaints == []
