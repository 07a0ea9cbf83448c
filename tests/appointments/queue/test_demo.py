import datetime as dt

import pytest

from appointments.enums import TicketState
from appointments.models import QueueObservation, Seating, Ticket
from appointments.services.queue import ensure_demo_queue, seed_observations
from sites.models import Closure, Desk
from tests.factories.appointments import DutyFactory
from tests.factories.sites import SiteFactory, ThemeFactory

pytestmark = pytest.mark.django_db

MONDAY_AT_10 = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
SATURDAY_AT_10 = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC)
ONE_DAY = dt.timedelta(days=1)
COUNTED = (Desk, Seating, Ticket, QueueObservation)


@pytest.fixture
def site():
    site = SiteFactory(slug="bruxelles", languages=("fr", "nl"))
    themes = [ThemeFactory(code=code) for code in ("direction", "work")]
    for _number in range(2):
        DutyFactory.create_batch(2, site=site, is_illustrative=True, themes=themes)
    return site


@pytest.mark.parametrize("now", [MONDAY_AT_10, SATURDAY_AT_10])
def test_demo_is_in_the_middle_of_its_day_on_workdays_and_weekends(site, now):
    ensure_demo_queue(now=now)

    tickets = Ticket.objects.filter(site=site)
    states = tickets.order_by("number").values_list("state", flat=True)
    assert list(states) == [*[TicketState.RECEIVED] * 2, *[TicketState.WAITING] * 5]
    assert not tickets.filter(estimated=None).exists()
    assert set(tickets.values_list("language", flat=True)) == {"fr", "nl"}
    assert Seating.objects.open().count() == 2
    assert Desk.objects.filter(seatings=None).count() == 1


def test_demo_is_alive_though_its_advisors_have_no_theme_in_common():
    site = SiteFactory(slug="namur", languages=("fr",))
    for code in ("direction", "work"):
        DutyFactory(site=site, is_illustrative=True, themes=[ThemeFactory(code=code)])

    ensure_demo_queue(now=MONDAY_AT_10)

    assert Ticket.objects.filter(site=site, state=TicketState.RECEIVED).count() == 2


def test_demo_has_weeks_behind_it_that_are_marked_as_invented(site):
    ensure_demo_queue(now=MONDAY_AT_10)

    rows = QueueObservation.objects.filter(site=site)
    assert set(rows.values_list("is_illustrative", flat=True)) == {True}
    assert rows.count() == 12 * 39  # eight weeks of workdays, without 11 November
    assert not rows.filter(day__gte=MONDAY_AT_10.date()).exists()


@pytest.mark.usefixtures("site")
def test_demo_loaded_twice_adds_nothing():
    ensure_demo_queue(now=MONDAY_AT_10)
    before = [model.objects.count() for model in COUNTED]

    ensure_demo_queue(now=MONDAY_AT_10 + dt.timedelta(hours=1))

    assert [model.objects.count() for model in COUNTED] == before


@pytest.mark.usefixtures("site")
def test_demo_begins_anew_the_next_day():
    ensure_demo_queue(now=MONDAY_AT_10)

    ensure_demo_queue(now=MONDAY_AT_10 + ONE_DAY)

    assert set(Ticket.objects.values_list("day", flat=True)) == {dt.date(2026, 11, 24)}
    assert Ticket.objects.count() == 7


def test_demo_has_no_queue_where_nobody_may_walk_in(site):
    days = {"first_on": MONDAY_AT_10.date(), "last_on": MONDAY_AT_10.date()}
    Closure.objects.create(network=site.network, site=site, reason="Stock-taking", **days)

    ensure_demo_queue(now=MONDAY_AT_10)

    assert not Ticket.objects.exists()
    assert not Seating.objects.exists()


@pytest.mark.usefixtures("site")
def test_demo_has_no_queue_just_after_midnight():
    ensure_demo_queue(now=dt.datetime(2026, 11, 23, 0, 10, tzinfo=dt.UTC))

    assert not Ticket.objects.exists()


def seeded(site, **changes):
    years = {"first_on": dt.date(2025, 1, 1), "until": MONDAY_AT_10.date()}
    return seed_observations(**{"contacts": 500, "sites": [site], "seed": 7, **years, **changes})


def test_seed_writes_invented_observations_in_proportion_to_contacts_and_once(site):
    assert seeded(site) == 200
    before = set(QueueObservation.objects.values_list("pk", "day", "theme", "waited"))

    assert seeded(site) == 0
    assert seeded(site, contacts=1000) == 200

    rows = QueueObservation.objects.all()
    assert before < set(rows.values_list("pk", "day", "theme", "waited"))
    assert set(rows.values_list("is_illustrative", flat=True)) == {True}
    assert {day.isoweekday() for day in rows.values_list("day", flat=True)} == {1, 2, 3, 4, 5}
    assert not rows.filter(day=dt.date(2026, 5, 1)).exists()


def test_seed_without_days_or_themes_writes_nothing(site):
    assert seeded(site, until=dt.date(2025, 1, 1)) == 0
    assert seeded(SiteFactory(), sites=[]) == 0
