"""Every page of the slices: axe finds nothing, nothing overflows, at phone and desktop width, light and dark."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import Page

from activities.models import OpenDay, Session
from appointments.models import Absence, Appointment, DutyChange, Shift, Ticket
from appointments.services import secret_of
from appointments.services.queue import queue_of, ticket_secret
from appointments.views.queue.kiosk import NUMBERS
from sites.models import Network, Site, Theme, User
from sites.services import copy_common_list, invitation_url
from tests.e2e.axe import is_too_wide, looked_at
from tests.factories.counts import DoorCounterFactory, DoorReadingFactory, TallyFactory, TallyMarginFactory
from tests.factories.queue import TicketFactory
from tests.factories.sites import InvitationFactory

pytestmark = pytest.mark.looks
DAY = "2024-02-21"
# Each half runs beside the other.
HALVES = (0, 1)


def check(page: Page, address: str, complaints: list[str]) -> None:
    """Add what is wrong with the page at an address."""
    assert page.goto(address) is not None
    complaints += [f"{address} {found}" for found in looked_at(page)]


def _book(page: Page, base: str) -> str:
    """A real booking by its forms; the address of its secret page."""
    page.goto(f"{base}{reverse('appointments:book')}?theme=work&site=namur")
    page.locator("label:has([name=moment])").first.click()
    page.get_by_role("button", name="Book this moment").click()
    page.wait_for_url("**/b/**")
    return page.url


def _public_addresses(secret: str) -> list[str]:
    names = [
        "home",
        "sites:site-list",
        "sites:partner-list",
        "sites:resource-list",
        "charter",
        "accessibility",
        "privacy",
        "data-sources",
        "reporting:figure-overview",
        "activities:open-day-list",
        "queue:live-list",
    ]
    addresses = [reverse(name) for name in names]
    addresses += [f"{reverse('sites:site-list')}?near={postcode}" for postcode in ("5000", "nowhere")]
    addresses += [reverse("sites:site-detail", args=[slug]) for slug in ("bruxelles", "mons")]
    addresses += [reverse(f"queue:{name}", args=["bruxelles"]) for name in ("live", "display")]
    addresses += [reverse(f"survey:{name}", args=["bruxelles"]) for name in ("answer", "thanks", "poster")]
    addresses += [f"{reverse('sites:resource-list')}?{asked}" for asked in ("q=zirkus&language=nl", "theme=no&page=2")]
    addresses += [reverse("sites:resource-detail", args=[slug]) for slug in ("metiers-de-a-a-z", "entretien-en-film")]
    book = reverse("appointments:book")
    addresses += [book, f"{book}?theme=nothing", f"{book}?theme=work&near=5000"]
    addresses += [f"{book}?theme=work&site={asked}" for asked in BOOKING_PAGES]
    addresses += [reverse("activities:open-day", args=[dt.date.fromisoformat(DAY)])]
    addresses += [reverse("activities:open-day", args=[OpenDay.objects.latest("day").day])]
    addresses += [reverse("activities:open-day-site", args=[dt.date.fromisoformat(DAY), "liege"])]
    addresses += [reverse(f"appointments:{name}", args=[secret]) for name in SECRET_PAGES]
    addresses += [reverse("appointments:appointment", args=["forged"]), "/en/nowhere/"]
    return addresses + _queue_addresses()


def _queue_addresses() -> list[str]:
    """What whoever stands at the door sees, on a screen that is not enrolled, on one that is, and on a telephone."""
    namur = Site.objects.get(slug="namur")
    ticket = Ticket.objects.filter(site=namur).order_by("number").last() or TicketFactory(
        site=namur, theme=Theme.objects.get(code="work", network=None), taken_at=timezone.now()
    )
    key = f"?key={queue_of(namur).screen_key}"
    doors = [reverse(f"queue:{name}", args=["namur"]) for name in ("kiosk", "door")]
    # Two that make the device known, one for each half, and then the number.
    kiosk = [f"{reverse(f'queue:{name}', args=['namur'])}{key}" for name in ("kiosk-take", "kiosk-arrive")]
    number = f"{reverse('queue:kiosk-number', args=['namur'])}?ticket={NUMBERS.sign(str(ticket.pk))}"
    names = ("ticket", "ticket-leave", "ticket-swap", "ticket-near")
    phone = [reverse(f"queue:{name}", args=[ticket_secret(ticket)]) for name in names]
    return [*doors, *kiosk, number, f"{doors[0]}{key}", *phone]


BOOKING_PAGES = ("namur", f"namur&month={timezone.localdate():%Y-%m}", "anywhere&near=5000", "namur&way=PHONE")
SECRET_PAGES = (
    "appointment",
    "appointment-move",
    "appointment-cancel",
    "appointment-erase",
    "appointment-reach",
    "appointment-print",
)
SIGN_IN_PAGES = ("account_login", "account_request_login_code", "account_reset_password", "account_signup")


@pytest.mark.parametrize("half", HALVES)
def test_public_pages_have_no_violation(demo_data: None, page: Page, live_server: Any, half: int) -> None:
    _book(page, live_server.url)
    secret = secret_of(Appointment.objects.get())
    complaints: list[str] = []
    known = InvitationFactory(email=User.objects.latest("pk").email)
    invited = [invitation_url(one).removeprefix(settings.PORTAL_BASE_URL) for one in (InvitationFactory(), known)]

    addresses = [*_public_addresses(secret), *(reverse(name) for name in SIGN_IN_PAGES), *invited]
    for address in addresses[half :: len(HALVES)]:
        check(page, live_server.url + address, complaints)

    assert complaints == []


def _programme_addresses() -> list[str]:
    day = dt.date.fromisoformat(DAY)
    session = Session.objects.filter(programme__site__slug="namur").order_by("pk").first()
    assert session is not None
    addresses = [reverse(f"programmes:{name}") for name in ("programme-list", "programme-import")]
    addresses += [reverse(f"programmes:{name}", args=[day, "namur"]) for name in PROGRAMME_PAGES]
    addresses += [
        reverse(f"programmes:{name}", args=[session.public_id]) for name in ("session-edit", "session-delete")
    ]
    return addresses


def _catalogue_addresses() -> list[str]:
    addresses = [reverse(f"catalogue:{name}") for name in ("resource-list", "resource-add")]
    names = ("resource-edit", "resource-shelves")
    return addresses + [reverse(f"catalogue:{name}", args=["entretien-en-film"]) for name in names]


def _word_addresses() -> list[str]:
    lists = [reverse("words:word-list", args=["common", name]) for name in ("themes", "territories")]
    forms = [reverse(f"words:word-{name}", args=["common", "themes", "work"]) for name in ("reword", "retire")]
    # Forms of a network ask for one thing more, once it has a list of its own.
    network, today = Network.objects.get(slug="wallonie"), timezone.localdate()
    by = User.objects.get(email="admin@demo.example")
    copy_common_list(vocabulary=Theme, network=network, first_on=today, by=by, today=today)
    return [reverse("words:word-index"), *lists, *forms, reverse("words:word-add", args=["wallonie", "themes"])]


def _team_addresses() -> list[str]:
    namur = Site.objects.get(slug="namur")
    InvitationFactory(site=namur, failed_at=timezone.now())
    member = namur.memberships.order_by("pk").first()
    assert member is not None
    addresses = [reverse("team:team-list"), reverse("team:network-team", args=["wallonie"])]
    addresses += [reverse(f"team:site-{page}", args=["namur"]) for page in ("team", "invite")]
    return addresses + [reverse(f"team:membership-{page}", args=[member.pk]) for page in ("role", "end")]


def _planning_addresses() -> list[str]:
    """The week with everything in it: a day changed, one switched off, somebody away; and its forms."""
    shifts = Shift.objects.filter(site__slug="namur", starts_at__gt=timezone.now() + dt.timedelta(days=7))
    one, other = shifts.select_related("duty").order_by("starts_at", "pk")[:2]
    for shift in (one, other):
        DutyChange.objects.get_or_create(duty=shift.duty, day=shift.stands_for_on, is_off=True)
    starts_at = other.starts_at + dt.timedelta(days=1)
    absence = Absence.objects.create(advisor=one.advisor, starts_at=starts_at, ends_at=starts_at + dt.timedelta(days=1))
    week = f"{reverse('planning:site-week', args=['namur'])}?day={one.stands_for_on}"
    copy = f"{reverse('planning:week-copy', args=['namur'])}?week={one.stands_for_on}"
    duties = [reverse(f"planning:duty-{page}", args=["namur", one.duty_id]) for page in ("edit", "end")]
    days = [reverse("planning:day-change", args=["namur", one.duty_id, one.stands_for_on])]
    forms = [reverse(f"planning:{page}", args=["namur"]) for page in ("duty-add", "absence-add", "orphan-list")]
    gone = reverse("planning:absence-remove", args=["namur", absence.pk])
    return [reverse("planning:week"), week, copy, *duties, *days, *forms, gone]


def _count_addresses() -> list[str]:
    """Counts without persons, with a group of yesterday, a number in the grid, and two doors of which one is silent."""
    namur, yesterday = Site.objects.get(slug="namur"), timezone.localdate() - dt.timedelta(days=1)
    TallyMarginFactory(tally=TallyFactory(site=namur, day=yesterday))
    TallyFactory(batch=True, site=namur, day=yesterday, theme=Theme.objects.get(code="work", network=None))
    counter = DoorCounterFactory(site=namur, name="Porte du jardin", is_two_way=True)
    for back in (1, 2, 5):
        day = yesterday - dt.timedelta(days=back)
        DoorReadingFactory(counter=counter, day=day, reading_in=9000 - 100 * back, reading_out=8000 - 100 * back)
    DoorReadingFactory(estimate=True, site=namur, day=yesterday)
    pages = [reverse(f"visitors:{name}") for name in ("batch", "group-list", "group-add", "door-list", "counter-add")]
    more = [f"{reverse('visitors:batch')}?way=PHONE&all=1", f"{reverse('visitors:door-list')}?day={yesterday}"]
    change = f"{reverse('visitors:counter-change')}?counter={counter.pk}"
    return [*pages, *more, change, reverse("visitors:door-import")]


PROGRAMME_PAGES = ("programme-detail", "session-add", "programme-release")


def _staff_addresses() -> dict[str, Callable[[], list[str]]]:
    year = timezone.localdate().year
    reports = reverse("reports:figure-list")
    surveys = [reverse("reports:survey"), f"{reverse('reports:survey')}?period={year - 1}"]
    return {
        "advisor": lambda: [
            reverse("visitors:desk"),
            reverse("agenda:message-list"),
            reverse("account_logout"),
            "/reports/",
        ],
        "coordinator": lambda: [
            reverse("visitors:desk"),
            *_catalogue_addresses(),
            *_programme_addresses(),
            *_planning_addresses(),
        ],
        "reception": _count_addresses,
        "manager": lambda: [
            reports,
            f"{reports}?year=2023",
            f"{reports}?year={year}",
            f"{reports}?year=1890",
            *surveys,
            reverse("reports:retention"),
        ],
        "network": lambda: [
            *_team_addresses(),
            reports,
            f"{reports}?year=2023",
            reverse("words:word-list", args=["wallonie", "themes"]),
        ],
        "admin": _word_addresses,
    }


@pytest.mark.parametrize("half", HALVES)
def test_staff_pages_have_no_violation(
    demo_data: None, page: Page, live_server: Any, sign_in: Callable[[str], User], half: int
) -> None:
    complaints: list[str] = []

    for name, addresses in _staff_addresses().items():
        sign_in(name)
        for address in addresses()[half :: len(HALVES)]:
            check(page, live_server.url + address, complaints)

    assert complaints == []


def test_public_pages_hold_long_words_at_320_pixels(demo_data: None, page: Page, live_server: Any) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    too_wide: list[str] = []

    # The longest words; in French, axe looks at each page at 360 pixels.
    for language in ("nl", "de"):
        with translation.override(language):
            for address in _public_addresses("forged"):
                page.goto(live_server.url + address)
                if is_too_wide(page):
                    too_wide.append(address)

    assert too_wide == []


@pytest.mark.parametrize("width", [1280, 1440])
def test_header_of_staff_is_one_line_in_every_language(
    demo_data: None, page: Page, live_server: Any, sign_in: Callable[[str], User], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in("manager")
    page.goto(live_server.url + reverse("reports:figure-list"))
    heights = set()

    for code, _name in settings.LANGUAGES:
        page.locator(f"button[name=language][value={code}]").click()
        page.wait_for_load_state()
        heights.add(page.locator(".site-header__row").evaluate("row => row.clientHeight"))

    assert max(heights) < 2 * 44
