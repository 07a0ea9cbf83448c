"""A day played over HTTP by everybody who has a part in it; then what visitors left is gone, wherever one looks."""

import datetime as dt
import json
import logging
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from appointments.models import Appointment, QueueObservation, Seating, Ticket
from appointments.services import secret_of
from appointments.services.queue import queue_of, sign_screen, ticket_secret
from appointments.tasks import tend_freed_slots
from citemetiers.schedule import BEAT_SCHEDULE
from sites.enums import Role
from sites.models import Site, User
from tests.appointments.proofs import solve
from tests.factories.appointments import offer
from tests.factories.queue import SeatingFactory
from tests.factories.sites import MembershipFactory, SiteFactory, ThemeFactory
from tests.traces import Found, Watch, found_in
from visitors.models import Contact, EntryAuthor, SurveyAnswer, Tally, Visitor

pytestmark = pytest.mark.django_db

# What two visitors leave: one erases it by a click, the other waits until it goes by itself.
CLICKS = {"alias": "Zoralind Quist", "email": "zoralind.quist@planted.example", "phone": "+32 470 99 88 77"}
WAITS = {"alias": "Bexley Farrow", "email": "bexley.farrow@planted.example", "phone": "+32 471 22 33 44"}
CORRECTED, NEAR = "second.address@planted.example", "walked.in@planted.example"
LEFT_BY_WHO_CLICKS = ["Zoralind", "zoralind.quist@planted.example", "470998877", CORRECTED]
LEFT = [*LEFT_BY_WHO_CLICKS, "Bexley", "bexley.farrow@planted.example", "471223344", NEAR]
TUESDAY = 1


class Clock:
    """The time by which everything in the portal goes."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        """This moment."""
        return self.now

    def at(self, hour: int, minute: int = 0, *, days: int = 0) -> dt.datetime:
        """Go on to an hour of this day, or of one of the next."""
        local = self.now.astimezone(ZoneInfo("Europe/Brussels")) + dt.timedelta(days=days)
        self.now = local.replace(hour=hour, minute=minute).astimezone(dt.UTC)
        return self.now


class Place(NamedTuple):
    site: Site
    advisor: User
    seating: Seating
    staff: Client


class Day(NamedTuple):
    """What must be found nowhere in the end: what was left, and every key by which rows could be joined."""

    booked: list[Appointment]
    codes: list[str]
    secrets: list[str]
    keys: list[str]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, no_holidays: None) -> Clock:
    """Eight in the morning of a Tuesday to come: the work of an open page has not run out by the real clock."""
    today = dt.datetime.now(ZoneInfo("Europe/Brussels")).replace(hour=8, minute=0, second=0, microsecond=0)
    tuesday = today + dt.timedelta(days=1 + (TUESDAY - today.weekday() - 1) % 7)
    made = Clock(tuesday.astimezone(dt.UTC))
    monkeypatch.setattr(timezone, "now", made)
    return made


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sent: list[str] = []
    carrier = "appointments.services.messages.carriers.Carriers.send_text"
    monkeypatch.setattr(carrier, lambda _self, *, number, text, key: sent.append(f"{number} {text}") or key)
    return sent


@pytest.fixture
def watch(texts: list[str]) -> Iterator[Watch]:
    cache.clear()
    made = Watch()
    made.begin()
    yield made
    made.end()
    cache.clear()


@pytest.fixture
def place(clock: Clock) -> Place:
    site = SiteFactory(city="Namur", slug="namur", languages=("fr", "en"))
    theme = ThemeFactory(code="work", name_en="Find work")
    offer(site=site, theme=theme, advisors=2, starts_at=clock.now + dt.timedelta(hours=5), notice_hours=0)
    advisor = MembershipFactory(site=site, role=Role.ADVISOR, user__language="en").user
    seating = SeatingFactory(site=site, advisor=advisor, themes=[theme], languages=("fr",), opened_at=clock.now)
    staff = Client()
    staff.force_login(advisor)
    return Place(site, advisor, seating, staff)


def fields_of(page: Any, **more: Any) -> dict[str, Any]:
    """The hidden fields of a page, with the work of its script done."""
    text = page.content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', text))
    return hidden | (solve(page) if "data-proof" in text else {}) | more


def pressed(client: Client, path: str, *, at: str = "", **fields: Any) -> Any:
    """Open a page, fill its form in and send it; the page on which one arrives."""
    answer = client.post(at or path, fields_of(client.get(path), **fields), follow=True)
    assert answer.status_code == 200, answer.content.decode()
    return answer


def book(place: Place, starts_at: dt.datetime, left: dict[str, str]) -> Appointment:
    before = set(Appointment.objects.values_list("pk", flat=True))
    visitor = Client()
    path = reverse("appointments:book", query={"theme": "work", "site": "namur", "language": "fr"})
    moment = f"namur|{starts_at.astimezone(dt.UTC):%Y-%m-%dT%H:%MZ}|fr"
    pressed(visitor, path, moment=moment, way="ON_SITE", token=uuid.uuid4(), **left)
    appointment: Appointment = Appointment.objects.exclude(pk__in=before).get()
    for page in ("appointment", "appointment-print", "appointment-calendar"):
        visitor.get(reverse(f"appointments:{page}", args=[secret_of(appointment)]))
    return appointment


def come(place: Place, appointment: Appointment) -> tuple[Ticket, Ticket]:
    """The booked visitor types the code at the kiosk, somebody else takes a number and asks to be told."""
    kiosk = Client()
    kiosk.cookies["screen"] = sign_screen(queue_of(place.site))
    pressed(kiosk, reverse("queue:kiosk-arrive", args=["namur"]), code=appointment.code)
    pressed(kiosk, reverse("queue:kiosk-take", args=["namur"]), theme="work", language="fr")
    booked, walked_in = Ticket.objects.order_by("number")
    phone = Client()
    pressed(phone, reverse("queue:ticket-near", args=[ticket_secret(walked_in)]), email=NEAR)
    phone.get(reverse("queue:ticket", args=[ticket_secret(walked_in)]))
    for path in (reverse("queue:display", args=["namur"]), reverse("queue:live", args=["namur"])):
        assert Client().get(path).status_code == 200
    return booked, walked_in


def receive(place: Place) -> str:
    """The advisor calls whoever is next, begins, has done, and logs it; the key under which it was sent."""
    place.staff.post(reverse("counter:call-next"), follow=True)
    ticket = Ticket.objects.at_a_desk().get()
    log = ""
    for act in ("begin", "done"):
        panel = place.staff.get(reverse("counter:panel"))
        (stamp,) = re.findall(
            rf'{ticket.pk}/act/".*?name="expects" value="([^"]*)"', panel.content.decode(), re.DOTALL
        )[:1]
        answer = place.staff.post(reverse("counter:act", args=[ticket.pk]), {"act": act, "expects": stamp})
        log = answer.url
    assert place.staff.get(log).status_code == 200
    return send_entry(place, kind="contact")


def send_entry(place: Place, *, kind: str) -> str:
    key = str(uuid.uuid4())
    entry: dict[str, Any] = {"key": key, "edition": 1, "kind": kind, "site": "namur", "half_day": "MORNING"}
    entry |= {"day": timezone.localdate(timezone=place.site.tz).isoformat()}
    if kind == "contact":
        entry |= {"way": "WALK_IN", "themes": ["work"], "language": "fr", "headcount": 1, "duration": "FROM_15"}
    body = json.dumps({"entries": [entry]})
    answer = place.staff.put(reverse("visitors:entries"), body, content_type="application/json")
    assert [one["kept"] for one in answer.json()["answers"]] == [True], answer.content
    return key


def answer_survey() -> str:
    visitor = Client()
    path = reverse("survey:answer", args=["namur"])
    pressed(visitor, path, at=reverse("survey:send", args=["namur"]), found="YES")
    assert SurveyAnswer.objects.count() == 1
    return str(SurveyAnswer.objects.get().pk)


def tend() -> None:
    """Everything that the clock of the portal starts."""
    for name in sorted({entry["task"] for entry in BEAT_SCHEDULE.values()}):
        import_string(name).delay()


@pytest.fixture
def day(clock: Clock, place: Place, watch: Watch) -> Day:
    """From the first booking to the evening."""
    clicks, waits = (
        book(place, clock.now + dt.timedelta(hours=5, minutes=45 * number), left)
        for number, left in enumerate((CLICKS, WAITS))
    )
    pressed(
        Client(),
        reverse("appointments:appointment-reach", args=[secret_of(clicks)]),
        alias=CLICKS["alias"],
        email=CORRECTED,
    )
    tend()
    place.staff.get(reverse("agenda:day"))
    clock.at(13, 5)
    tickets = come(place, clicks)
    tend()
    entries = [receive(place), receive(place), send_entry(place, kind="self-service")]
    survey = answer_survey()
    both = [clicks, waits]
    secrets = [secret_of(one) for one in both] + [ticket_secret(one) for one in tickets]
    keys = [*entries, survey, *(str(one.pk) for one in tickets)]
    return Day(both, [one.code for one in both], secrets, keys)


def erase(day: Day) -> None:
    pressed(Client(), reverse("appointments:appointment-erase", args=[secret_of(day.booked[0])]))


def days_pass(clock: Clock) -> None:
    """The night after, the one in which the log is sealed, the one in which the last of an appointment goes."""
    for days in (1, 9, 7):
        clock.at(4, 30, days=days)
        tend()


def beside(found: Found, *places: str) -> Found:
    return [(where, word) for where, word in found if not where.startswith(places)]


def test_control_what_is_left_is_found_while_it_is_needed(day: Day, watch: Watch) -> None:
    found = found_in(watch, [*LEFT, *day.codes, *day.keys])

    rows = {word for where, word in found if "." in where}
    delivered = {word for where, word in found if where == "mail"}
    assert rows == {*LEFT, *day.codes, *day.keys} - {CLICKS["email"]}
    assert {CORRECTED, "Bexley", *day.codes} <= delivered


def test_day_leaves_no_trace_of_anybody_in_lines_tasks_cache_and_sessions(day: Day, watch: Watch) -> None:
    mail.outbox.clear()  # in the hands of those to whom it was written

    found = found_in(watch, [*LEFT, *day.codes, *day.secrets, *day.keys])

    assert [(where, word) for where, word in found if "." not in where] == []
    assert watch.lines
    assert watch.tasks


def test_erasure_by_a_click_takes_all_that_was_left_at_once(day: Day, watch: Watch) -> None:
    mail.outbox.clear()

    erase(day)

    assert found_in(watch, LEFT_BY_WHO_CLICKS) == []
    assert Visitor.objects.filter(alias="Bexley Farrow").exists()


def test_after_its_days_nothing_of_the_day_leads_to_anybody(day: Day, watch: Watch, clock: Clock) -> None:
    mail.outbox.clear()
    erase(day)

    days_pass(clock)

    assert found_in(watch, [*LEFT, *day.codes, *day.secrets, *day.keys]) == []
    counted = (Contact, Tally, SurveyAnswer, QueueObservation, Appointment)
    assert [model.objects.count() for model in counted] == [2, 1, 1, 2, 2]
    assert not EntryAuthor.objects.exists()
    assert not mail.outbox


PLANTED = "Marigold Venn"
HIDING: dict[str, Callable[[], Any]] = {
    "sites_site.name": lambda: SiteFactory(name="Chez marigold-venn"),
    "log": lambda: logging.getLogger("appointments").debug("booked for %s", PLANTED),
    "cache": lambda: cache.set("slot", {"for": [PLANTED]}),
    "cache ": lambda: cache.set("of/marigold%20venn", 1),
    "task": lambda: tend_freed_slots.delay(whose=PLANTED),
    "mail": lambda: mail.outbox.append(EmailMessage("Hello", "Dear Marigold  Venn", to=["a@example.org"])),
}


@pytest.mark.parametrize("where", HIDING)
def test_control_search_finds_what_hides(watch: Watch, where: str) -> None:
    HIDING[where]()

    assert (where.strip(), PLANTED) in found_in(watch, [PLANTED])


def test_control_search_reads_sessions(place: Place, watch: Watch) -> None:
    session = place.staff.session
    session["last"] = PLANTED
    session.save()

    assert ("django_session, decoded", PLANTED) in found_in(watch, [PLANTED])
