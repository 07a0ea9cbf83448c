"""How long somebody waits: the rest of the day played many times over. Pure: no query, no clock.

Times are minutes from now. Each pass draws how long every session lasts from those that took place, lets the desks
call by the rule of the queue, and notes when each ticket is called. What all passes say together is the estimate.
"""

import datetime as dt
import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from math import ceil, floor, inf
from operator import itemgetter
from typing import Any, NamedTuple

# A booked visitor whose time has come is kept for the advisor they are booked with.
KEPT_FOR = dt.timedelta(minutes=10)
KEPT_MINUTES = KEPT_FOR / dt.timedelta(minutes=1)
# From the end of a session to the next call: the log is written.
TURNOVER = 2.0
# To call somebody twice who is no longer there.
CALLED_IN_VAIN = 3.0
# A session that lasts longer than all known ones is taken to last so much longer.
OVERDUE = 5.0
# Calls played for one answer, so that a long line costs no more than a short one.
WORK, FEWEST_PASSES, MOST_PASSES = 8_000, 30, 120
# The ends of the range: of a hundred passes, so many lie below either.
LOWER, UPPER = 0.05, 0.95
# Whoever is not called in so large a share of the passes is told that the wait passes closing time.
UNLIKELY = 0.25


class Estimate(NamedTuple):
    """A wait in whole minutes and the range in which it lies nearly always; whether it may pass closing time."""

    low: int
    middle: int
    high: int
    is_past_closing: bool = False


class Need(NamedTuple):
    """What somebody comes for: a theme, by its code on the common list, and a language."""

    theme: str
    language: str


@dataclass(frozen=True, slots=True)
class InLine:
    """Somebody who waits, or, with ``is_expected``, is booked and has not come yet."""

    key: Hashable
    need: Need
    queued_at: float
    number: int = 0
    is_priority: bool = False
    due_at: float | None = None
    advisor: Hashable = None
    """With whom they are booked."""
    wanted_by: Hashable = None
    """The only advisor who may call them: they were passed on to that one."""
    is_expected: bool = False


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """An advisor at a desk, now or later: whom they serve, from when and until when they call, who is there now."""

    advisor: Hashable
    themes: frozenset[str]
    languages: frozenset[str]
    opens_at: float = 0.0
    closes_at: float = inf
    busy_with: str | None = None
    busy_for: float = 0.0

    def serves(self, need: Need) -> bool:
        """Whether theme and language match."""
        return need.theme in self.themes and need.language in self.languages

    def may_call(self, one: InLine) -> bool:
        """Whether somebody may be called here at all."""
        if one.wanted_by is not None:
            return one.wanted_by == self.advisor
        return self.serves(one.need)


@dataclass(frozen=True, slots=True)
class Experience:
    """What is known of the days before: how long sessions last, and how many are there when called."""

    lengths: Mapping[str, Sequence[float]]
    """Minutes by theme, in order."""
    others: Sequence[float]
    """Those of a theme without any."""
    gone: float = 0.0
    """The share of those in line who are not there when called."""
    come: float = 0.85
    """The share of the booked who come."""

    def of(self, theme: str) -> Sequence[float]:
        """The lengths that count for a theme."""
        return self.lengths.get(theme) or self.others


class Outlook(NamedTuple):
    """When those in line are called, and when somebody would be who comes now; none where nobody serves them."""

    waits: dict[Hashable, Estimate | None]
    newcomers: dict[Need, Estimate | None]


def place_in_line(ticket: Any, *, now: Any) -> tuple[int, Any, int]:
    """The rule of the queue; whoever has the smallest place is called first.

    First priority given by reception, then booked visitors whose time has come, the one due first, then the order
    of arrival.
    """
    if ticket.is_priority:
        return 0, ticket.queued_at, ticket.number
    if ticket.due_at is not None and ticket.due_at <= now:
        return 1, ticket.due_at, ticket.number
    return 2, ticket.queued_at, ticket.number


def look_ahead(
    *,
    line: Iterable[InLine],
    desks: Sequence[OpenDesk],
    asked: Iterable[Need] = (),
    experience: Experience,
    seed: int = 1,
) -> Outlook:
    """Estimate the wait of everybody in line, and of somebody who came now with each of the needs asked for.

    The same question has the same answer: the draw is seeded. It takes no longer for a long line than for a short one.
    """
    people = list(line)
    day = _Day(people, desks, list(asked), experience)
    passes = max(FEWEST_PASSES, min(MOST_PASSES, WORK // (len(people) + 2 * len(desks) + 1)))
    draw = random.Random(seed)  # noqa: S311  nothing is kept secret by it
    for _pass in range(passes):
        day.play(draw)
    latest = max((desk.closes_at for desk in desks if desk.closes_at < inf), default=0.0)
    waits: dict[Hashable, Estimate | None] = {}
    for one in people:
        if not one.is_expected:
            is_served = any(desk.may_call(one) for desk in desks)
            waits[one.key] = _estimate(day.called[one.key], passes, latest) if is_served else None
    newcomers: dict[Need, Estimate | None] = {}
    for need, moments in zip(day.asked, day.received, strict=True):
        is_served = any(desk.serves(need) for desk in desks)
        newcomers[need] = _estimate(moments, passes, latest) if is_served else None
    return Outlook(waits, newcomers)


def _estimate(moments: Sequence[float], passes: int, latest: float) -> Estimate:
    """What the passes say together; whoever was called in none of them waits at least until the last desk closes."""
    ordered = sorted(moments)
    ordered += [max(latest, 0.0)] * (passes - len(ordered))
    low, middle, high = (ordered[min(passes - 1, int(share * passes))] for share in (LOWER, 0.5, UPPER))
    is_past_closing = passes - len(moments) > UNLIKELY * passes
    return Estimate(floor(low), max(floor(low), min(ceil(high), round(middle))), ceil(high), is_past_closing)


class _Day:
    """The rest of a day, made ready to be played many times."""

    def __init__(
        self, people: Sequence[InLine], desks: Sequence[OpenDesk], asked: list[Need], experience: Experience
    ) -> None:
        self.desks, self.asked, self.experience = desks, asked, experience
        arrived = [one for one in people if one.due_at is None]
        self.walk_ins = sorted(arrived, key=lambda one: place_in_line(one, now=0.0))
        self.places = [place_in_line(one, now=0.0) for one in self.walk_ins]
        self.booked = [(one.due_at, one) for one in people if one.due_at is not None]
        self.called: dict[Hashable, list[float]] = {one.key: [] for one in people}
        self.received: list[list[float]] = [[] for _need in asked]
        self._make_lanes()
        self.newcomers_of = [[n for n, need in enumerate(asked) if desk.serves(need)] for desk in desks]
        self.seated: dict[Hashable, list[OpenDesk]] = defaultdict(list)
        for desk in desks:
            self.seated[desk.advisor].append(desk)

    def _make_lanes(self) -> None:
        """One lane for those whom the same desks may call: its head, and after each one the next."""
        lanes: dict[tuple[Need, Hashable], list[int]] = defaultdict(list)
        for number, one in enumerate(self.walk_ins):
            lanes[one.need, one.wanted_by].append(number)
        nobody = len(self.walk_ins)
        self.heads = [lane[0] for lane in lanes.values()]
        self.after, self.lane_of = [nobody] * nobody, [0] * nobody
        for number, lane in enumerate(lanes.values()):
            for place, following in zip(lane, [*lane[1:], nobody], strict=True):
                self.after[place], self.lane_of[place] = following, number
        firsts = [self.walk_ins[lane[0]] for lane in lanes.values()]
        self.lanes_of = [[n for n, first in enumerate(firsts) if desk.may_call(first)] for desk in self.desks]

    def play(self, draw: random.Random) -> None:
        """One pass: note when each is called."""
        heads, nobody = self.heads[:], len(self.walk_ins)
        booked = _Booked(self, draw) if self.booked else None
        unreceived = [True] * len(self.asked)
        turns = [(self._free_at(desk, draw), number) for number, desk in enumerate(self.desks)]
        heapify(turns)
        while turns:
            at, number = turns[0]
            if at >= self.desks[number].closes_at:
                heappop(turns)
                continue
            first = min([heads[lane] for lane in self.lanes_of[number]], default=nobody)
            one = booked.take(number, at, self.places[first] if first < nobody else None) if booked else None
            if one is None and first < nobody:
                one = self.walk_ins[first]
                heads[self.lane_of[first]] = self.after[first]
            if one is None:
                self._receive_newcomers(number, at, unreceived)
                heapreplace(turns, (booked.next_moment(number, at) if booked else inf, number))
            else:
                self.called[one.key].append(at)
                heapreplace(turns, (at + self._lasts(one.need.theme, draw), number))

    def _lasts(self, theme: str, draw: random.Random) -> float:
        if draw.random() < self.experience.gone:
            return CALLED_IN_VAIN
        lengths = self.experience.of(theme)
        return lengths[int(draw.random() * len(lengths))] + TURNOVER

    def _free_at(self, desk: OpenDesk, draw: random.Random) -> float:
        """When a desk calls for the first time: it opens, or the session that goes on ends."""
        if desk.busy_with is None:
            return desk.opens_at
        lengths = self.experience.of(desk.busy_with)
        longer = bisect_right(lengths, desk.busy_for)
        if longer == len(lengths):
            return max(desk.opens_at, draw.random() * 2 * OVERDUE + TURNOVER)
        length = lengths[longer + int(draw.random() * (len(lengths) - longer))]
        return max(desk.opens_at, length - desk.busy_for + TURNOVER)

    def _receive_newcomers(self, number: int, at: float, unreceived: list[bool]) -> None:
        for newcomer in self.newcomers_of[number]:
            if unreceived[newcomer]:
                unreceived[newcomer] = False
                self.received[newcomer].append(at)


class _Booked:
    """The booked visitors of one pass: those who wait here, and those still to come, the next one last."""

    def __init__(self, day: _Day, draw: random.Random) -> None:
        self.day = day
        self.here = [(due_at, one) for due_at, one in day.booked if not one.is_expected]
        come = [row for row in day.booked if row[1].is_expected and draw.random() < day.experience.come]
        self.coming = sorted(come, key=itemgetter(0), reverse=True)

    def take(self, number: int, at: float, before: tuple[int, float, int] | None) -> InLine | None:
        """The booked visitor whom a desk calls now, if one goes before the place of its first walk-in."""
        while self.coming and self.coming[-1][0] <= at:
            self.here.append(self.coming.pop())
        if not self.here:
            return None
        desk = self.day.desks[number]
        open_to = [row for row in self.here if desk.may_call(row[1]) and self._kept_until(desk, row, at) <= at]
        first = min(open_to, key=lambda row: place_in_line(row[1], now=at), default=None)
        if first is None or (before is not None and before < place_in_line(first[1], now=at)):
            return None
        self.here.remove(first)
        return first[1]

    def next_moment(self, number: int, at: float) -> float:
        """When an idle desk may have somebody to call: a booked visitor comes, or is kept no longer."""
        desk = self.day.desks[number]
        moments = [due_at for due_at, one in self.coming if desk.may_call(one)]
        moments += [self._kept_until(desk, row, at) for row in self.here if desk.may_call(row[1])]
        return min((moment for moment in moments if moment > at), default=inf)

    def _kept_until(self, desk: OpenDesk, row: tuple[float, InLine], at: float) -> float:
        """Until when a booked visitor is kept from a desk, for their own advisor who is there."""
        due_at, one = row
        kept_until = due_at + KEPT_MINUTES
        if desk.advisor == one.advisor or one.is_priority or not due_at <= at < kept_until:
            return -inf
        theirs = self.day.seated[one.advisor]
        is_there = any(own.opens_at <= at < own.closes_at and own.may_call(one) for own in theirs)
        return kept_until if is_there else -inf
