"""What is logged without a network survives page, browser, session, clock and seat, and counts once."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import BrowserContext, BrowserType, Page, expect

from appointments.models import Seating, Ticket
from citemetiers import demo
from sites.enums import Role
from sites.models import Desk, Site, Theme, User
from tests.e2e.axe import looked_at
from tests.e2e.desks import (
    LIVE,
    PATIENCE,
    REFUSED,
    expect_live,
    expect_shell,
    expect_waiting,
    press,
    wait_until_kept,
    wait_until_queue_listens,
    wait_until_ready,
)
from tests.factories.queue import SeatingFactory, TicketFactory
from tests.factories.sites import MembershipFactory
from tests.sessions import cookie_of
from visitors.models import Contact, EntryAuthor, Tally

YEAR = dt.timedelta(days=365)


@pytest.fixture
def advisor(demo_data: None) -> User:
    User.objects.update(language="en")
    return User.objects.get(email="advisor@demo.example")


@pytest.fixture
def base(live_server: Any) -> str:
    return str(live_server.url)


@pytest.fixture
def seated(advisor: User, page: Page, base: str, sign_in: Callable[[str], User]) -> Page:
    """A desk that would open without a network."""
    sign_in("advisor")
    page.goto(f"{base}/desk/")
    wait_until_ready(page)
    wait_until_kept(page)
    return page


@pytest.fixture
def launch(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> Iterator[Callable[[], BrowserContext]]:
    """Starts the browser with the profile of last time."""
    open_ones: list[BrowserContext] = []

    def started() -> BrowserContext:
        open_ones.append(browser_type.launch_persistent_context(tmp_path / "profile", **browser_type_launch_args))
        return open_ones[-1]

    yield started
    for one in open_ones:
        one.close()


def seat_in(context: BrowserContext, person: User, base: str) -> Page:
    """The desk in a browser that remembers the person for a day."""
    tomorrow = int(timezone.now().timestamp()) + 86400
    context.add_cookies([{**cookie_of(person, url=base), "expires": tomorrow}])
    page = context.new_page()
    page.goto(f"{base}/desk/")
    wait_until_ready(page)
    wait_until_kept(page)
    return page


def shell_in(context: BrowserContext, address: str) -> Page:
    """The desk, opened without a network."""
    page = context.new_page()
    page.goto(address)
    expect_shell(page)
    return page


def logged_by(person: User) -> list[Contact]:
    keys = EntryAuthor.objects.filter(author=person, is_undone=False).values_list("entry_key", flat=True)
    return list(Contact.objects.filter(pk__in=list(keys)).order_by("day", "half_day"))


def test_entries_survive_reload_closed_tab_and_restart(
    advisor: User, base: str, launch: Callable[[], BrowserContext]
) -> None:
    before, counted = len(logged_by(advisor)), Tally.objects.count()
    context = launch()
    page = seat_in(context, advisor, base)

    context.set_offline(True)
    press(page, "2", "Enter", "3", "Enter")
    expect(page.locator(LIVE)).to_contain_text("Logged: Find work")
    expect_waiting(page, 2)
    page.reload()
    expect_shell(page)
    expect_waiting(page, 2)
    press(page, "4", "Enter")
    expect_waiting(page, 3)
    page.close()
    page = shell_in(context, f"{base}/desk/")
    assert looked_at(page) == []
    press(page, "5", "Enter", "i")
    expect_waiting(page, 5)
    context.close()
    context = launch()
    context.set_offline(True)
    page = shell_in(context, f"{base}/desk/#theme=business&language=nl&way=BOOKED&duration=FROM_30")
    expect_waiting(page, 5)
    expect(page.locator("[name=themes]:checked")).to_have_value("business")
    press(page, "Enter")
    expect_waiting(page, 6)
    press(page, "z")  # nobody has heard of it yet: it is gone at once
    expect_waiting(page, 5)

    context.set_offline(False)

    expect_live(page)
    expect_waiting(page, 0)
    expect(page.locator(".desk-last .desk-last__item")).to_have_count(5)
    assert len(logged_by(advisor)) == before + 4
    assert Tally.objects.count() == counted + 1


def test_two_tabs_at_two_sites_and_an_expired_session_send_each_entry_once(
    advisor: User, page: Page, base: str, sign_in: Callable[[str], User]
) -> None:
    namur, huy = Site.objects.for_user(advisor).get(), Site.objects.get(slug="huy")
    MembershipFactory(user=advisor, site=huy, role=Role.ADVISOR)
    sign_in("advisor")
    page.goto(f"{base}/desk/")
    page.get_by_role("button", name=namur.city).click()
    wait_until_ready(page)
    wait_until_kept(page)
    page.context.set_offline(True)
    press(page, "1", "Enter")
    expect_waiting(page, 1)
    page.context.set_offline(False)
    Session.objects.all().delete()

    press(page, "2", "Enter")
    expect(page.locator("[data-desk-when=signed-out]")).to_be_visible()
    expect_waiting(page, 2)
    with page.context.expect_page() as opened:
        page.locator("[data-desk-sign-in]").click()
    other = opened.value
    other.locator("[name=login]").fill("advisor@demo.example")
    other.locator("[name=password]").fill(demo.PASSWORD)
    other.keyboard.press("Enter")
    other.get_by_role("button", name=huy.city).click()
    expect_live(other)
    press(other, "3", "Enter")
    expect_waiting(other, 0)
    page.bring_to_front()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect_waiting(page, 0)
    expect(page.locator("[data-desk-when=signed-out]")).to_be_hidden()
    assert sorted(contact.site.slug for contact in logged_by(advisor)) == sorted([namur.slug, namur.slug, huy.slug])


def test_without_a_network_too_one_is_asked_once_a_day_where_one_sits(
    advisor: User, page: Page, base: str, sign_in: Callable[[str], User]
) -> None:
    MembershipFactory(user=advisor, site=Site.objects.get(slug="huy"), role=Role.ADVISOR)
    sign_in("advisor")
    page.goto(f"{base}/desk/")
    page.get_by_role("button", name="Namur").click()
    wait_until_ready(page)
    wait_until_kept(page, "/desk/shell/?site=huy")
    page.context.set_offline(True)
    page.reload()
    expect_shell(page)
    expect(page.locator("[data-desk-where]")).to_be_hidden()

    page.clock.set_system_time(timezone.now() + dt.timedelta(days=1))
    page.reload()
    expect(page.locator("[data-desk-where]")).to_be_visible()
    page.locator("[data-desk-shell=huy]").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Desk of Huy")
    expect(page.locator("[data-desk-where]")).to_be_hidden()
    page.goto(f"{base}/desk/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Desk of Huy")


def test_refused_entry_is_shown_with_its_reason_and_mended(seated: Page, advisor: User) -> None:
    seated.context.set_offline(True)
    press(seated, "3", "Enter", "2", "Enter", "3", "Enter")
    expect_waiting(seated, 3)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Theme.objects.filter(code="work").update(last_on=yesterday)
    seated.context.set_offline(False)

    expect_waiting(seated, 0)
    refused = seated.locator(REFUSED)
    expect(refused).to_be_visible()
    expect(refused.locator(".desk-refused__reason").first).not_to_be_empty()
    expect(refused.locator("li")).to_have_count(2)
    seated.reload()
    expect(refused.locator("li")).to_have_count(2)
    seated.locator(".desk-outbox__sum").click()
    assert looked_at(seated) == []
    seated.locator(".desk-outbox__sum").click()
    refused.get_by_role("button", name="Undo").first.click()
    expect(refused.locator("li")).to_have_count(1)
    refused.get_by_role("button", name="Correct").click()
    press(seated, "4", "Enter")

    expect(refused).to_be_hidden()
    expect_waiting(seated, 0)
    assert [[theme.code for theme in contact.themes.all()] for contact in logged_by(advisor)] in (
        [["train"], ["business"]],
        [["business"], ["train"]],
    )


def test_wrong_clock_is_set_right_once_the_server_is_heard(
    advisor: User, page: Page, base: str, sign_in: Callable[[str], User]
) -> None:
    sign_in("advisor")
    today = timezone.localdate(timezone=Site.objects.for_user(advisor).get().tz)
    page.clock.set_system_time(timezone.now() + dt.timedelta(days=3))
    page.goto(f"{base}/desk/")
    wait_until_ready(page)
    wait_until_kept(page)
    press(page, "1", "Enter")  # days ahead, and known to be
    expect_waiting(page, 0)
    page.context.set_offline(True)
    page.clock.set_system_time(timezone.now() - YEAR)
    press(page, "2", "Enter")  # set back while the page was open
    expect_waiting(page, 1)
    page.reload()
    expect_shell(page)
    expect(page.locator("[data-desk-when=clock]")).to_be_visible()
    press(page, "3", "Enter")  # and still wrong when the network is back
    expect_waiting(page, 2)
    page.context.set_offline(False)
    expect_live(page)
    expect_waiting(page, 0)
    assert [contact.day for contact in logged_by(advisor)] == [today] * 3


def test_nobody_can_tell_the_day_but_the_person_who_is_asked(seated: Page, advisor: User, base: str) -> None:
    page, context = seated, seated.context
    today = timezone.localdate(timezone=Site.objects.for_user(advisor).get().tz)
    context.set_offline(True)
    page.clock.set_system_time(timezone.now() - YEAR + dt.timedelta(days=3))
    page.reload()
    expect_shell(page)
    press(page, "4", "Enter")
    expect_waiting(page, 1)
    page.close()
    context.clock.set_system_time(timezone.now())  # set right before the page is opened again: nobody can tell
    context.set_offline(False)
    page = context.new_page()
    page.goto(f"{base}/desk/")
    refused = page.locator(REFUSED)
    expect(refused).to_contain_text("Say which day it was", timeout=PATIENCE)
    refused.get_by_role("button", name="Correct").click()
    page.locator("[name=day]").fill(today.isoformat())
    page.locator("[data-desk-log] [type=submit]").click()
    expect(refused).to_be_hidden()
    expect_waiting(page, 0)
    assert [contact.day for contact in logged_by(advisor)] == [today]


def test_what_leaves_the_page_waits_for_the_network_and_the_page_stays(seated: Page, advisor: User) -> None:
    site = Site.objects.for_user(advisor).get()
    Ticket.objects.all().delete()
    Seating.objects.all().delete()
    SeatingFactory(
        site=site,
        advisor=advisor,
        opened_at=timezone.now(),
        themes=list(Theme.objects.common()),
        desk=Desk.objects.filter(site=site).first(),
    )
    TicketFactory(site=site, theme=Theme.objects.common().get(code="train"), number=14, taken_at=timezone.now())
    seated.reload()
    expect(seated.locator("#call-next")).to_be_visible()
    wait_until_queue_listens(seated)
    press(seated, "c")
    expect(seated.locator(".counter-now__title")).to_contain_text("is called")
    wait_until_queue_listens(seated)
    press(seated, "b")
    expect(seated.locator(".counter-now__title")).to_contain_text("is with you")
    seated.context.set_offline(True)
    expect(seated.locator("[data-desk-state-word=offline]")).to_be_visible()

    press(seated, "d")
    expect(seated.locator("[data-queue-offline]")).to_be_visible()
    seated.get_by_role("link", name="Catch up a batch").click()
    expect(seated.locator(LIVE)).to_contain_text("No network")
    press(seated, "3", "Enter")
    expect_waiting(seated, 1)
    seated.context.set_offline(False)
    expect_waiting(seated, 0)
    press(seated, "d")

    expect(seated.locator("[name=themes]:checked")).to_have_value("train")
    expect(seated.locator(".counter-now__title")).to_have_count(0)
