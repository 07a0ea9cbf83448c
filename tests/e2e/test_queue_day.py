"""A whole day of one queue in real browsers: kiosk, telephone, reception, three desks and the display."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect

from appointments.enums import Outcome
from appointments.models import QueueObservation, Seating, Ticket
from appointments.services.queue import close_days, door_code, queue_of
from sites.enums import Role
from sites.models import Site, User
from tests.factories.appointments import AppointmentFactory
from tests.factories.sites import DeskFactory, MembershipFactory, SiteFactory, ThemeFactory
from tests.sessions import cookie_of
from visitors.models import Contact

Open = Callable[..., Page]
POLL_MS = 15_000  # the longest between two questions of a page that asks by itself
QUESTIONS = 80


@pytest.fixture
def site(transactional_db: None) -> Site:
    cache.clear()
    made: Site = SiteFactory(city="Namur", slug="namur", languages=("fr",), address__last_on=None)
    for name in ("Desk 1", "Desk 2", "Desk 3"):
        DeskFactory(site=made, name=name)
    for place, code in enumerate(("train", "work"), start=1):
        ThemeFactory(code=code, name_en=code.capitalize(), position=place)
    return made


@pytest.fixture
def opened(browser: Browser, live_server: Any) -> Iterator[Open]:
    """A device of its own for whoever asks: with a person signed in on it, or nobody."""
    contexts = []

    def open_page(path: str, person: User | None = None) -> Page:
        context = browser.new_context(reduced_motion="reduce")
        contexts.append(context)
        if person is not None:
            context.add_cookies([cookie_of(person, url=live_server.url)])
        page = context.new_page()
        page.clock.install()
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def staff(site: Site, role: Role) -> User:
    person: User = MembershipFactory(site=site, role=role, user__language="en").user
    return person


def at_desk(opened: Open, site: Site, name: str) -> Page:
    """An advisor who has just sat down at a desk, before the screen that stays open all day."""
    page = opened("/desk/", staff(site, Role.ADVISOR))
    page.get_by_label("Desk", exact=True).select_option(label=name)
    page.get_by_role("button", name="Receive here").click()
    expect(page.locator(".counter__where")).to_contain_text(name)
    return page


def number_at_kiosk(kiosk: Page, start: str, code: str) -> str:
    kiosk.goto(start)
    kiosk.locator(".kiosk__choice[hreflang=en]").click()
    kiosk.locator(f"button.tile--{code}").click()
    return kiosk.locator(".slip__number").inner_text()


def called_at(desk: Page) -> str:
    """Press the key for the next visitor; the number that is called to this desk."""
    expect(desk.locator("#call-next")).to_be_visible()
    desk.keyboard.press("c")
    shown: Locator = desk.locator(".counter-now__number")
    expect(shown).to_be_visible()
    return shown.inner_text()


def shows(page: Page, text: str, *, where: str) -> None:
    """What a page hears that asks by itself: its clock goes from question to question, for answers are kept a while."""
    shown = page.locator(where).first
    for _question in range(QUESTIONS):
        if text in shown.inner_text():
            return
        page.clock.run_for(POLL_MS)
        page.wait_for_timeout(250)
    expect(shown).to_contain_text(text)


def log(desk: Page) -> None:
    desk.keyboard.press("d")
    expect(desk.locator("[name=themes]:checked")).to_have_count(1)
    expect(desk.locator("[data-desk-live]")).to_contain_text("filled in")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-desk-live]")).to_contain_text("Logged")


def screens_of(opened: Open, site: Site) -> list[Page]:
    """The kiosk and the display, enrolled by the addresses that the manager of the site is given."""
    manager = opened(f"/counter/screens/?site={site.slug}", staff(site, Role.SITE_MANAGER))
    manager.get_by_role("button", name="Save").click()
    expect(manager.locator(".counter-screens__link")).to_have_count(2)
    links = [urlsplit(link.get_attribute("href") or "") for link in manager.locator(".counter-screens__link").all()]
    return [opened(f"{link.path}?{link.query}") for link in links]


def number_by_telephone(opened: Open, site: Site) -> tuple[Page, str]:
    code = door_code(queue_of(site), now=timezone.now())
    phone = opened(f"/en/queue/{site.slug}/take/?k={code}")
    phone.locator("button.tile--work").click()
    return phone, phone.locator(".standing__number").inner_text().split()[-1]


def number_at_reception(opened: Open, site: Site) -> str:
    reception = opened("/counter/take/", staff(site, Role.RECEPTION))
    reception.keyboard.press("1")
    reception.keyboard.press("Enter")
    expect(reception.locator(".counter-slip__number")).to_be_visible()
    return reception.locator(".counter-slip__number").inner_text()


def number_by_appointment(kiosk: Page, start: str, site: Site) -> str:
    AppointmentFactory(site=site, service__theme__code="train", code="ABC234", starts_at=timezone.now())
    kiosk.goto(f"{start}arrive/")
    kiosk.locator("#code").fill("ABC234")
    kiosk.keyboard.press("Enter")
    return kiosk.locator(".slip__number").inner_text()


def leave(desks: list[Page]) -> None:
    for desk in desks:
        desk.get_by_role("button", name="Leave the desk").click()
        expect(desk.get_by_role("button", name="Receive here")).to_be_visible()


def come(opened: Open, site: Site, kiosk: Page) -> tuple[Page, list[str]]:
    """Two at the kiosk, one by telephone, one to reception, one with an appointment, who is told last."""
    start = kiosk.url
    first, second = number_at_kiosk(kiosk, start, "train"), number_at_kiosk(kiosk, start, "work")
    phone, third = number_by_telephone(opened, site)
    expect(phone.locator(".standing__state")).to_contain_text("2 people before you")
    return phone, [first, second, third, number_at_reception(opened, site), number_by_appointment(kiosk, start, site)]


def park_and_bring_back(desk: Page) -> None:
    desk.keyboard.press("p")
    parked = desk.get_by_role("heading", name="Parked")
    expect(parked).to_be_visible()
    desk.get_by_role("button", name="Back in line").click()
    expect(parked).to_be_hidden()


def check_the_night() -> None:
    """The tickets go; what is left names nobody."""
    close_days(now=timezone.now() + dt.timedelta(days=1))
    kept = QueueObservation.objects.values_list("outcome", flat=True)
    assert sorted(kept) == sorted([Outcome.DONE] * 4 + [Outcome.NO_SHOW])
    assert not Ticket.objects.exists()
    assert not Seating.objects.exists()
    assert Contact.objects.count() == 4


def test_queue_is_played_for_a_whole_day(opened: Open, site: Site) -> None:
    kiosk, display = screens_of(opened, site)
    desks = [at_desk(opened, site, name) for name in ("Desk 1", "Desk 2", "Desk 3")]

    phone, (first, second, third, fourth, booked) = come(opened, site, kiosk)

    # The booked visitor whose hour has come goes before those who arrived earlier; each desk calls another number.
    assert [called_at(desk) for desk in desks] == [booked, first, second]
    shows(display, second, where="[data-call]")
    shows(display, third, where=".wall__labels")
    shows(phone, "You are next", where=".standing__state")

    # One is received and logged, one did not come, one is parked and comes back.
    desks[0].keyboard.press("b")
    expect(desks[0].locator(".counter-now__title")).to_contain_text("is with you")
    log(desks[0])
    desks[1].keyboard.press("n")
    expect(desks[1].locator(".counter-now__number")).to_be_hidden()
    assert called_at(desks[1]) == third
    shows(phone, "Desk 2", where=".standing__state")
    park_and_bring_back(desks[2])
    assert called_at(desks[2]) == second
    log(desks[1])
    log(desks[2])

    # The last is called by whoever is free; then nobody waits, and the desks are left.
    assert called_at(desks[0]) == fourth
    log(desks[0])
    expect(desks[0].locator("#call-next")).to_be_visible()
    desks[0].keyboard.press("c")
    expect(desks[0].get_by_text("Nobody is waiting for this desk.")).to_be_visible()
    leave(desks)
    shows(phone, "Your visit is over", where=".standing__state")
    check_the_night()
