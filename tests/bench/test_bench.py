import json
import uuid

import pytest

from appointments.models import Appointment, Ticket
from bench.desk import MOST, Sent, build_desks, count_lost_and_doubled, time_bare_inserts
from bench.measure import measure
from bench.queue import build_busy_site, compare_waits, time_calls, time_estimates
from bench.results import Figure, figure, percentile, table, write
from bench.slots import measure_world
from bench.world import Plan, build_world
from tests.factories.contacts import ContactFactory, EntryAuthorFactory
from tests.factories.sites import ThemeFactory
from visitors.models import Contact, EntryAuthor

ACTS = ("first_free", "first_free_page", "month", "month_page", "book", "agenda", "agenda_page")
MEASURES = ("p50_ms", "p95_ms", "cpu_ms", "queries")


@pytest.mark.django_db
def test_slots_are_measured_in_a_tiny_world(tmp_path):
    world = build_world(Plan(sites=2, days=8, past_days=2))
    before = Appointment.objects.count()

    figures = measure_world(world, runs=2)

    assert [one.name for one in figures] == [f"{act} {what}" for act in ACTS for what in MEASURES]
    assert {one.name: one.limit for one in figures if one.limit} == {"first_free p95_ms": 100, "first_free queries": 8}
    assert all(one.value > 0 for one in figures)
    assert Appointment.objects.count() - before == 5
    assert len(json.loads(write("slots", figures, folder=tmp_path).read_text())) == len(figures)


@pytest.mark.django_db
def test_world_is_as_full_as_planned():
    world = build_world(Plan(sites=1, days=5, past_days=5))

    share = Appointment.objects.count() / sum(4 for site in world.sites for _shift in site.shifts.all())

    assert 0.5 < share < 0.7
    assert Appointment.objects.filter(starts_at__lt=world.now, state="DONE").exists()
    assert len(world.themes) == 6


@pytest.mark.django_db
def test_runs_that_warm_up_do_not_count_and_each_act_has_its_turn():
    done = []

    runs = measure([lambda: done.append("a"), lambda: done.append("b")], runs=3, warm=1)

    assert done == ["b", "a", "b", "a"]
    assert (len(runs.wall_ms), runs.queries) == (3, [0, 0, 0])


@pytest.mark.django_db
def test_queue_is_measured_at_a_small_busy_site():
    busy = build_busy_site(desks=2, waiting=8)

    figures = [*time_calls(busy, runs=4), *time_estimates(busy, runs=1)]

    assert {one.name: one.limit for one in figures if one.limit} == {
        "call_next p95_ms": 50,
        "estimate cpu_ms with 300 waiting": 50,
    }
    assert all(one.value > 0 for one in figures)
    assert Ticket.objects.waiting().count() == 8


def test_waits_are_compared_with_what_was_told():
    figures = {one.name: one for one in compare_waits(days=1, every=15)}

    assert figures["estimate median_error"].value < figures["constant median_error"].value
    assert {name: one.least for name, one in figures.items() if one.least} == {
        "estimate coverage": 0.8,
        "constant median_error": 0.35,
    }


@pytest.mark.django_db
def test_desks_have_a_week_behind_them_and_bare_inserts_leave_nothing():
    desks = build_desks(sites=2, before=3)

    bare = time_bare_inserts(runs=1)

    assert len({desk.session for desk in desks}) == 2
    assert all(desk.themes for desk in desks)
    assert (Contact.objects.count(), EntryAuthor.objects.count()) == (6, 6)
    assert bare.queries[0] >= 3
    assert MOST == 50


@pytest.mark.django_db
def test_what_was_sent_and_is_not_there_is_lost_and_what_is_there_twice_is_doubled():
    before = ContactFactory()
    whole, without_theme, without_author, strange = (ContactFactory(themes=[ThemeFactory()]) for _one in range(4))
    without_theme.themes.clear()
    without_author.themes.add(ThemeFactory())
    for contact in (whole, without_theme, strange):
        EntryAuthorFactory(entry_key=contact.pk)
    keys = [str(contact.pk) for contact in (whole, without_theme, without_author)]

    lost, doubled = count_lost_and_doubled([Sent(dict.fromkeys([*keys, str(uuid.uuid4())], 1), [1.0])], before=1)

    assert before.pk != strange.pk
    assert (lost.value, lost.limit, lost.runs) == (3, 0, 4)
    assert (doubled.value, doubled.limit) == (2, 0)  # a stranger, and a theme too many


def test_percentile_is_a_value_that_was_measured():
    assert [percentile([3, 1, 2, 4], share) for share in (0, 0.5, 0.95, 1)] == [1, 3, 4, 4]


@pytest.mark.parametrize(("value", "limit", "is_broken"), [(1, None, False), (8, 8, False), (8.1, 8, True)])
def test_figure_is_broken_above_its_limit(value, limit, is_broken):
    one = figure("x", value, "SQL", limits={"x": limit} if limit else {})

    assert one.is_broken is is_broken
    assert ("!" in table([one])) is is_broken


@pytest.mark.parametrize(("value", "is_broken"), [(0.8, False), (0.79, True)])
def test_figure_is_broken_below_the_least_of_it(value, is_broken):
    one = figure("x", value, "share", least={"x": 0.8})

    assert one.is_broken is is_broken
    assert "≥ 0.8" in table([one])


def test_results_are_kept_as_json_in_place_of_those_before(tmp_path):
    write("slots", [Figure("old", 1, "ms")], folder=tmp_path)

    path = write("slots", [figure("first_free p95_ms", 12.34567, "ms", floor=2, limits={}, runs=9)], folder=tmp_path)

    assert path.name == "slots.json"
    assert json.loads(path.read_text()) == [
        {
            "name": "first_free p95_ms",
            "value": 12.346,
            "unit": "ms",
            "limit": None,
            "ratio": 6.17,
            "runs": 9,
            "least": None,
        }
    ]
