"""Made-up days of a queue, played from opening to closing: what each visitor was told, and how long they waited.

Visitors walk in at random (Poisson), more of them around the middle of the day; sessions last lognormally by theme;
desks open late, pause, and close for lunch; some speak one language, some two; of the booked, some do not come; some
in line leave, and some are not there when called. The estimate knows duties, bookings, line and desks of the moment,
and sessions of days before: nothing that is still to be drawn.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import count
from math import exp, pi, sin
from statistics import fmean, median
from typing import NamedTuple

from appointments.waiting_time import Estimate, Experience, InLine, Need, OpenDesk, look_ahead, place_in_line

THEMES = {"direction": 32.0, "train": 26.0, "work": 22.0, "business": 38.0, "mobility": 24.0, "recognition": 30.0}
WEIGHTS = (28, 22, 24, 8, 8, 10)
# The standard deviation of the logarithm of a length.
SHAPE = 0.45
# Half of the desks go to lunch before the other half.
HALF_DAYS = (((0.0, 180.0), (225.0, 450.0)), ((0.0, 225.0), (270.0, 450.0)))
DOORS_CLOSE = 420.0
ADVISORS, WALK_INS, IS_ON_DUTY = 10, 90, 0.75
DUTCH, COMES, LEAVES, IS_GONE = 0.3, 0.85, 0.04, 0.03
PAUSE, TURNOVER, IN_VAIN, KEPT_FOR = (7.0, 13.0), (1.0, 3.0), 3.0, 10.0
# What a shop would set: with how many minutes each person ahead counts.
CONSTANT = fmean(THEMES.values()) / ADVISORS
# Errors of shorter waits say little: a minute for two is a half.
SHORTEST_WAIT = 5.0


class Told(NamedTuple):
    """What a visitor was told on arrival, by us and by the usual formula, and how long they waited."""

    estimate: Estimate
    constant: float
    waited: float


@dataclass(slots=True)
class Errors:
    """How far what was told lies from what happened, over all who were received."""

    told: list[Told] = field(default_factory=list)

    @property
    def median_error(self) -> float:
        """The median of |estimate − wait| / wait, over waits of five minutes and more."""
        return median(abs(one.estimate.middle - one.waited) / one.waited for one in self.long_waits)

    @property
    def constant_error(self) -> float:
        """The same for people ahead × a constant."""
        return median(abs(one.constant - one.waited) / one.waited for one in self.long_waits)

    @property
    def best_constant_error(self) -> float:
        """The same for the constant that suits these very days best, which nobody knows beforehand."""
        rows = [(one.constant, one.waited) for one in self.long_waits]
        return min(median(abs(part / 20 * told - waited) / waited for told, waited in rows) for part in range(1, 80))

    @property
    def coverage(self) -> float:
        """The share of waits, to the minute, that lie within the range told; short ones count, too."""
        return fmean(one.estimate.low <= round(one.waited) <= one.estimate.high for one in self.told)

    @property
    def long_waits(self) -> Sequence[Told]:
        """Those of five minutes and more."""
        return [one for one in self.told if one.waited >= SHORTEST_WAIT]


def play_days(days: int, *, seed: int, every: int = 1) -> Errors:
    """So many days; one of so many visitors is told something."""
    errors = Errors()
    for number in range(days):
        errors.told += _Day(random.Random(seed * 1000 + number), every).play()  # noqa: S311  nothing is kept secret by it
    return errors


@dataclass(slots=True)
class _Advisor:
    number: int
    themes: frozenset[str]
    languages: frozenset[str]
    halves: list[tuple[float, float]]
    pauses: list[float]
    free_at: float = 0.0
    began_at: float = 0.0
    theme: str | None = None
    paused_at: float | None = None

    def closes_at(self, at: float) -> float | None:
        """When the half-day of a moment ends; none where the desk is not open."""
        return next((end for start, end in self.halves if start <= at < end), None)


class _Day:
    """One day, in minutes from its opening: what happens is drawn when it happens."""

    def __init__(self, draw: random.Random, every: int) -> None:
        self.draw, self.every = draw, every
        lengths = {theme: sorted(float(max(1, round(self._length(theme)))) for _one in range(150)) for theme in THEMES}
        self.experience = Experience(lengths, others=(30.0,), gone=LEAVES + IS_GONE, come=COMES)
        self.advisors = [self._advisor(number) for number in range(ADVISORS)]
        self.line: list[InLine] = []
        self.told: dict[object, tuple[Estimate, float]] = {}
        self.done: list[Told] = []
        self.order = count()
        self.events: list[tuple[float, int, str, InLine | None]] = []
        self.expected = list(self._bookings())

    def play(self) -> list[Told]:
        """The whole day: what was told to those received, and how long they waited."""
        for one in self.expected:
            if self.draw.random() < COMES:
                self._at((one.due_at or 0.0) + self.draw.uniform(-15, 5), "booked", one)
            self._at((one.due_at or 0.0), "look")
            self._at((one.due_at or 0.0) + KEPT_FOR, "look")
        for advisor in self.advisors:
            for start, _end in advisor.halves:
                self._at(start, "look")
        for one in self._walk_ins():
            self._at(one.queued_at, "walk in", one)
        while self.events:
            at, _order, what, who = heappop(self.events)
            if who is not None:
                self._take(at, what, who)
            self._call(at)
        return self.done

    def _at(self, at: float, what: str, who: InLine | None = None) -> None:
        heappush(self.events, (at, next(self.order), what, who))

    def _take(self, at: float, what: str, who: InLine) -> None:
        if what == "booked":
            self.expected.remove(who)
            self.line.append(replace(who, queued_at=at, is_expected=False))
        elif what == "leave":
            self.line = [one for one in self.line if one.key != who.key]
        else:
            if who.number % self.every == 0:
                self._tell(at, who)
            self.line.append(who)
            if self.draw.random() < LEAVES:
                self._at(at + self.draw.uniform(5, 40), "leave", who)

    def _tell(self, at: float, who: InLine) -> None:
        outlook = look_ahead(
            line=[_from(at, one) for one in self.line + self.expected if one.due_at is None or self._counts(one, at)],
            desks=list(self._desks(at)),
            asked=[who.need],
            experience=self.experience,
        )
        estimate = outlook.newcomers[who.need]
        if estimate is not None:
            self.told[who.key] = estimate, len(self.line) * CONSTANT

    def _counts(self, one: InLine, at: float) -> bool:
        return not one.is_expected or (one.due_at or 0.0) > at

    def _desks(self, at: float) -> Iterator[OpenDesk]:
        """The desks as the portal sees them: those open, and those that will be by the rota."""
        for one in self.advisors:
            closes_at = one.closes_at(at)
            known = one.number, one.themes, one.languages
            if closes_at is not None:
                since = None if one.paused_at is None or one.free_at <= at else one.paused_at
                back = 0.0 if since is None else max(1.0, 10.0 - (at - since))
                theme = one.theme if one.free_at > at and since is None else None
                yield OpenDesk(*known, back, closes_at - at, theme, at - one.began_at)
            for start, end in one.halves:
                if start > at:
                    yield OpenDesk(*known, round(start) - at, end - at)

    def _call(self, at: float) -> None:
        """Every desk that is free calls whoever is first for it."""
        for advisor in self.advisors:
            if advisor.free_at > at or advisor.closes_at(at) is None:
                continue
            if advisor.pauses and advisor.pauses[0] <= at:
                advisor.pauses.pop(0)
                advisor.paused_at, advisor.theme = at, None
                self._is_free(advisor, at + self.draw.uniform(*PAUSE))
                continue
            one = min(self._callable(advisor, at), key=lambda one: place_in_line(one, now=at), default=None)
            if one is not None:
                self._receive(advisor, one, at)

    def _callable(self, advisor: _Advisor, at: float) -> Iterator[InLine]:
        for one in self.line:
            if one.need.theme in advisor.themes and one.need.language in advisor.languages:
                is_kept = one.due_at is not None and one.due_at <= at < one.due_at + KEPT_FOR
                own = self.advisors[one.advisor] if isinstance(one.advisor, int) else advisor
                if not is_kept or own is advisor or own.closes_at(at) is None:
                    yield one

    def _receive(self, advisor: _Advisor, one: InLine, at: float) -> None:
        self.line.remove(one)
        if self.draw.random() < IS_GONE:
            self._is_free(advisor, at + IN_VAIN)
            return
        if one.key in self.told:
            self.done.append(Told(*self.told[one.key], waited=at - one.queued_at))
        advisor.began_at, advisor.theme, advisor.paused_at = at, one.need.theme, None
        self._is_free(advisor, at + self._length(one.need.theme) + self.draw.uniform(*TURNOVER))

    def _is_free(self, advisor: _Advisor, at: float) -> None:
        advisor.free_at = at
        self._at(at, "look")

    def _length(self, theme: str) -> float:
        return self.draw.lognormvariate(0, SHAPE) * THEMES[theme] / exp(SHAPE**2 / 2)

    def _advisor(self, number: int) -> _Advisor:
        halves = [
            (start + self.draw.uniform(0, 5), end)
            for start, end in HALF_DAYS[number % 2]
            if self.draw.random() < IS_ON_DUTY
        ]
        languages = frozenset({"fr"} if number % 3 == 0 else {"fr", "nl"})
        themes = frozenset(self.draw.sample(list(THEMES), 4))
        return _Advisor(
            number, themes, languages, halves, [start + self.draw.uniform(60, 150) for start, _end in halves]
        )

    def _bookings(self) -> Iterator[InLine]:
        for advisor in self.advisors:
            for start, _end in advisor.halves:
                need = Need(self.draw.choice(sorted(advisor.themes)), self.draw.choice(sorted(advisor.languages)))
                due_at = round(start) + self.draw.choice((30.0, 60.0, 90.0, 120.0))
                key = "booked", advisor.number, due_at
                yield InLine(key, need, 0.0, due_at=due_at, advisor=advisor.number, is_expected=True)

    def _walk_ins(self) -> Iterator[InLine]:
        """Poisson: the busiest moment is twice as busy as opening and closing."""
        at, number, busiest = 0.0, 0, WALK_INS / DOORS_CLOSE * 1.22
        while (at := at + self.draw.expovariate(busiest)) < DOORS_CLOSE:
            if self.draw.random() < 0.5 + 0.5 * sin(pi * at / DOORS_CLOSE):
                number += 1
                need = Need(self.draw.choices(list(THEMES), WEIGHTS)[0], "nl" if self.draw.random() < DUTCH else "fr")
                yield InLine(number, need, at, number)


def _from(at: float, one: InLine) -> InLine:
    """The same person, in minutes from a moment."""
    return replace(one, queued_at=one.queued_at - at, due_at=None if one.due_at is None else one.due_at - at)
