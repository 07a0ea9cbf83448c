"""Random days at a site: whoever waits for a desk that calls is called, in the order of the rule."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from appointments.enums import Origin
from appointments.models import Seating, Ticket
from appointments.queue_rules import NobodyWaits, QueueError
from appointments.services.queue import (
    call_next,
    close_desk,
    finish,
    mark_missing,
    mark_priority,
    open_desk,
    park,
    pause_desk,
    resume_desk,
    return_to_line,
    transfer,
)
from tests.appointments.queue.lines import MINUTE, open_site
from tests.factories.appointments import NOW, AppointmentFactory, ServiceFactory
from tests.factories.queue import TicketFactory
from tests.factories.sites import DeskFactory, ThemeFactory, UserFactory

NO_TIME = dt.timedelta()
LANGUAGES, DESKS, THEMES = ("fr", "nl"), 3, 2
ACTS = ("open", "pause", "resume", "close", "call", "finish", "missing", "park", "return", "priority", "transfer")
themes = st.integers(0, THEMES - 1)
spoken = st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=2, unique=True)
served = st.lists(themes, min_size=1, max_size=THEMES, unique=True)
arrival = st.tuples(st.just("arrive"), themes, st.sampled_from(LANGUAGES), st.one_of(st.none(), st.integers(-15, 30)))
act = st.tuples(st.sampled_from(ACTS), st.integers(0, DESKS - 1), served, spoken)
step = st.tuples(st.integers(0, 6), st.one_of(arrival, act, act.map(lambda one: ("call", *one[1:]))))


def open_seatings():
    return list(Seating.objects.open().prefetch_related("themes").order_by("pk"))


def serves(seating, ticket):
    codes = {theme.pk for theme in seating.themes.all()}
    return ticket.language in seating.languages and ticket.theme_id in codes


class Day:
    """A site, three advisors at their desks, and what happens from one minute to the next."""

    def __init__(self):
        self.site, self.now = open_site(), NOW
        self.themes = [ThemeFactory() for _number in range(THEMES)]
        self.services = [ServiceFactory(network=self.site.network, theme=theme) for theme in self.themes]
        self.advisors = [UserFactory() for _number in range(DESKS)]
        self.desks = [DeskFactory(site=self.site) for _number in range(DESKS)]
        self.number = 0

    def arrive(self, theme, language, due):
        self.number += 1
        booked = {}
        if due is not None:
            due_at = self.now + due * MINUTE
            appointment = AppointmentFactory(
                site=self.site,
                service=self.services[theme],
                advisor=self.advisors[self.number % DESKS],
                starts_at=due_at,
                is_overbooked=True,
            )
            booked = {"appointment": appointment, "due_at": due_at, "origin": Origin.APPOINTMENT}
        row = {"theme": self.themes[theme], "language": language, "number": self.number, "taken_at": self.now}
        TicketFactory(site=self.site, **row, **booked)

    def act(self, name, place, codes, languages):
        by = self.advisors[place]
        seating = next((one for one in open_seatings() if one.advisor_id == by.pk), None)
        if name == "open":
            chosen = [self.themes[code] for code in codes]
            asked = {"site": self.site, "desk": self.desks[place], "themes": chosen, "languages": languages}
            open_desk(**asked, by=by, now=self.now)
        elif seating is not None and name in {"pause", "resume", "close"}:
            desk_acts = {"pause": pause_desk, "resume": resume_desk, "close": close_desk}
            desk_acts[name](seating=seating, by=by, now=self.now)
        elif seating is not None and name == "call":
            self.call(seating)
        else:
            self.act_on_ticket(name, by, theme=self.themes[codes[0]])

    def act_on_ticket(self, name, by, *, theme):
        ticket = Ticket.objects.alive().order_by("number").first()
        if ticket is None:
            return
        acts = {"finish": finish, "missing": mark_missing, "park": park, "return": return_to_line}
        more = {"priority": {"is_priority": True}, "transfer": {"theme": theme}}.get(name, {})
        chosen = acts | {"priority": mark_priority, "transfer": transfer}
        if name in chosen:
            chosen[name](ticket=ticket, by=by, now=self.now, **more)

    def call(self, seating):
        """Call, and compare with the rule; whom the desk has there already stays the one called."""
        line = self.line(seating)
        was_there = Ticket.objects.at_a_desk().filter(seating=seating).first()
        try:
            called = call_next(seating=seating, by=seating.advisor, now=self.now)
        except NobodyWaits:
            assert line == []
        else:
            assert called == (was_there or line[0])

    def line(self, seating):
        """The rule told anew and slowly: whom a desk may call, the next one first."""
        waiting = Ticket.objects.waiting().select_related("appointment").order_by("number")
        receiving = [own for own in open_seatings() if own.paused_at is None]
        left = [one for one in waiting if self.may_call(seating, one, receiving)]
        line = []
        while left:
            first = [one for one in left if one.is_priority]
            due = [one for one in left if one.due_at and one.due_at <= self.now]
            by_arrival = sorted(first or left, key=lambda one: (one.queued_at, one.number))
            by_hour = sorted(due, key=lambda one: (one.due_at, one.number))
            line.append((by_hour if due and not first else by_arrival)[0])
            left.remove(line[-1])
        return line

    def may_call(self, seating, one, receiving):
        if not serves(seating, one):
            return False
        if one.due_at is None or one.is_priority or not NO_TIME <= self.now - one.due_at < 10 * MINUTE:
            return True
        own = [desk for desk in receiving if desk.advisor_id == one.appointment.advisor_id and serves(desk, one)]
        return seating in own or not own

    def call_until_nobody_waits(self):
        """Every desk that is open and not paused keeps calling, until none of them finds anybody."""
        for ticket in Ticket.objects.at_a_desk():
            finish(ticket=ticket, by=ticket.seating.advisor, now=self.now)
        calling = [seating for seating in open_seatings() if seating.paused_at is None]
        called = [self.call_and_finish(seating) for seating in calling]
        while any(called):
            called = [self.call_and_finish(seating) for seating in calling]

    def call_and_finish(self, seating):
        expected = self.line(seating)[:1]
        try:
            called = call_next(seating=seating, by=seating.advisor, now=self.now)
        except NobodyWaits:
            called = None
        else:
            finish(ticket=called, by=seating.advisor, now=self.now)
        assert expected == ([called] if called else [])
        return called


class TestRandomDays(TestCase):
    @hypothesis_settings(max_examples=15)
    @given(st.lists(step, max_size=30))
    @pytest.mark.usefixtures("no_holidays")
    def test_nobody_waits_for_ever_while_a_matching_desk_calls(self, steps):
        day = Day()
        for number in range(DESKS):
            day.act("open", number, [number % THEMES], LANGUAGES[:1])
        for minutes, (name, *arguments) in steps:
            day.now += minutes * MINUTE
            if name == "arrive":
                day.arrive(*arguments)
            else:
                with suppress(QueueError):
                    day.act(name, *arguments)

        day.now = max(day.now, NOW + dt.timedelta(hours=6))
        day.call_until_nobody_waits()

        left, desks = Ticket.objects.waiting(), open_seatings()
        assert not [one for one in left for seating in desks if not seating.paused_at and serves(seating, one)]
