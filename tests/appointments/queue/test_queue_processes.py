from collections import Counter

import pytest

from appointments.models import Ticket
from tests.appointments.queue.lines import open_site, sit_down, wait
from tests.factories.appointments import NOW
from tests.factories.sites import ThemeFactory
from tests.processes import told_by

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def race(*options):
    return told_by("tests.appointments.queue.queue_race", *options, "--now", NOW.isoformat())


def line_up(*, desks, waiting):
    site, theme = open_site(), ThemeFactory()
    for _number in range(desks):
        sit_down(site, theme)
    for minutes in range(waiting):
        wait(site, theme, minutes=minutes)
    return site, theme


def test_twenty_desks_call_ten_tickets_once_each():
    line_up(desks=20, waiting=10)

    found = race("call")

    assert Counter(one["outcome"] for one in found) == {"called": 10, "nobody": 10}
    assert len({one["id"] for one in found if one["outcome"] == "called"}) == 10
    held = Ticket.objects.at_a_desk().values_list("seating", "times_called")
    assert sorted(times for _seating, times in held) == [1] * 10
    assert len({seating for seating, _times in held}) == 10


def test_control_without_the_guard_two_desks_call_one_ticket():
    line_up(desks=2, waiting=1)

    found = race("call", "--unguarded")

    assert [one["outcome"] for one in found] == ["called"] * 2
    assert len({one["id"] for one in found}) == 1


def take(site, theme, *options, processes, each):
    asked = ["--site", str(site.pk), "--theme", str(theme.pk), "--processes", str(processes), "--each", str(each)]
    return race("take", *asked, *options)


def test_kiosks_give_no_number_twice():
    site, theme = line_up(desks=1, waiting=0)

    found = take(site, theme, processes=8, each=5)

    assert sorted(number for one in found for number in one["numbers"]) == list(range(1, 41))
    assert Ticket.objects.count() == 40


def test_control_without_the_guard_a_number_is_given_twice_and_refused_by_the_database_alone():
    site, theme = line_up(desks=1, waiting=0)

    found = take(site, theme, "--unguarded", processes=2, each=1)

    assert [one["numbers"] for one in found if one["outcome"] == "taken"] == [[1]]
    assert [one["error"].partition("(")[0] for one in found if one["outcome"] == "error"] == ["IntegrityError"]
