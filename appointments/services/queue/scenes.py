"""What stands at some sites at a moment: line, desks, rota and bookings of their day, in the words of the estimate."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce

from appointments.enums import Channel, State, TicketState
from appointments.models import Appointment, Seating, Shift, Ticket
from appointments.slots import Period, joined
from appointments.waiting_time import InLine, Need, OpenDesk
from citemetiers.kernel.dates import first_and_last_at, local_day
from sites.models import Site
from sites.services import Opening, opening_at, timetables

ONE_DAY, ONE_MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
# An advisor who is not at a desk so long after the rota says so receives elsewhere, or not at all; until then it is
# taken that they sit down in so many minutes.
LATE_FOR, SITS_DOWN_IN = dt.timedelta(minutes=15), 5.0
# A pause lasts so many minutes; one that has lasted longer may be over any moment.
BREAK, SOON = 10.0, 1.0
# A call stays on the display for so long.
SHOWN_FOR = dt.timedelta(hours=2)
CODE = "theme__common__code", "theme__code"


@dataclass(frozen=True, slots=True)
class Scene:
    """One site on its day."""

    site: Site
    now: dt.datetime
    opening: Opening
    tickets: list[dict[str, Any]] = field(default_factory=list)
    seatings: list[dict[str, Any]] = field(default_factory=list)
    shifts: list[dict[str, Any]] = field(default_factory=list)
    appointments: list[dict[str, Any]] = field(default_factory=list)

    @property
    def today(self) -> dt.date:
        """The date on the walls of the site."""
        return local_day(self.now, tz=self.site.tz)

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """The tickets that may be called."""
        return [row for row in self.tickets if row["state"] == TicketState.WAITING]

    @property
    def open_seatings(self) -> list[dict[str, Any]]:
        """The desks at which somebody sits, paused ones too."""
        return [row for row in self.seatings if row["closed_at"] is None]

    def line(self) -> list[InLine]:
        """Those who wait, and the booked who are still to come."""
        return [*map(self._in_line, self.waiting), *map(self._expected, self.appointments)]

    def desks(self) -> list[OpenDesk]:
        """The desks of today that call now or later: those that are open, and those that the rota promises."""
        rota: dict[int, list[Period]] = defaultdict(list)
        for row in self.shifts:
            rota[row["advisor_id"]].append((row["starts_at"], row["ends_at"]))
        return [*self._open_desks(rota), *self._desks_to_come()]

    def minutes(self, moment: dt.datetime) -> float:
        """How far away a moment is."""
        return (moment - self.now) / ONE_MINUTE

    def _in_line(self, row: dict[str, Any]) -> InLine:
        return InLine(
            key=row["pk"],
            need=Need(row["theme_code"], row["language"]),
            queued_at=self.minutes(row["queued_at"]),
            number=row["number"],
            is_priority=row["is_priority"],
            due_at=self.minutes(row["due_at"]) if row["due_at"] else None,
            advisor=row["appointment__advisor"],
            wanted_by=row["seating__advisor"],
        )

    def _expected(self, row: dict[str, Any]) -> InLine:
        is_on_site = row["channel"] == Channel.ON_SITE
        return InLine(
            key=row["pk"],
            need=Need(row["theme_code"], row["language"]),
            queued_at=self.minutes(row["starts_at"]),
            due_at=self.minutes(row["starts_at"]),
            advisor=row["advisor_id"],
            # A call by telephone or video is nobody else's, and takes the advisor as long.
            wanted_by=None if is_on_site else row["advisor_id"],
            is_expected=True,
        )

    def _open_desks(self, rota: dict[int, list[Period]]) -> Iterator[OpenDesk]:
        there = {row["seating_id"]: row for row in self.tickets if row["state"] in {"CALLED", "RECEIVED"}}
        for row in self.open_seatings:
            ends = [end for start, end in joined(rota[row["advisor_id"]]) if start <= self.now < end]
            closes_at = ends[0] if ends else self.opening.closes_at
            desk = OpenDesk(row["advisor_id"], row["codes"], frozenset(row["languages"]))
            if closes_at is not None:
                desk = replace(desk, closes_at=self.minutes(closes_at))
            if row["paused_at"] is not None:
                desk = replace(desk, opens_at=max(SOON, BREAK + self.minutes(row["paused_at"])))
            visitor = there.get(row["pk"])
            if visitor is not None:
                began_at = visitor["began_at"] or self.now
                desk = replace(desk, busy_with=visitor["theme_code"], busy_for=-self.minutes(began_at))
            yield desk

    def _desks_to_come(self) -> Iterator[OpenDesk]:
        seated = {row["advisor_id"] for row in self.open_seatings}
        left_at = {row["advisor_id"]: row["closed_at"] for row in self.seatings if row["closed_at"] is not None}
        for row in self.shifts:
            advisor, starts_at = row["advisor_id"], row["starts_at"]
            has_begun = starts_at <= self.now
            was_there = advisor in left_at and left_at[advisor] >= starts_at
            if has_begun and (advisor in seated or was_there or self.now >= starts_at + LATE_FOR):
                continue
            opens_at = SITS_DOWN_IN if has_begun else self.minutes(starts_at)
            languages, closes_at = frozenset(row["duty__languages"]), self.minutes(row["ends_at"])
            yield OpenDesk(advisor, row["codes"], languages, opens_at, closes_at)


def scenes_of(*, sites: Iterable[Site], now: dt.datetime) -> dict[int, Scene]:
    """What stands at each site, by its key; five queries however many sites, their networks at hand."""
    wanted = list(sites)
    openings = {key: opening_at(table, now=now) for key, table in timetables(wanted, now=now).items()}
    scenes = {site.pk: Scene(site, now, openings[site.pk]) for site in wanted}
    for row in _tickets(scenes.values()):
        scenes[row["site_id"]].tickets.append(row)
    for row in _seatings(scenes.values()):
        scenes[row["site_id"]].seatings.append(row)
    midnights = {key: _midnight_after(scene) for key, scene in scenes.items()}
    last = max(midnights.values(), default=now)
    for row in _shifts(scenes, now=now, until=last):
        if row["starts_at"] < midnights[row["site_id"]]:
            scenes[row["site_id"]].shifts.append(row)
    for row in _appointments(scenes, now=now, until=last):
        if row["starts_at"] < midnights[row["site_id"]]:
            scenes[row["site_id"]].appointments.append(row)
    return scenes


def _midnight_after(scene: Scene) -> dt.datetime:
    return first_and_last_at(scene.today + ONE_DAY, dt.time(), tz=scene.site.tz)[0]


def _today(scenes: Iterable[Scene]) -> Q:
    """The rows of each site on its own day."""
    sites: dict[dt.date, list[int]] = defaultdict(list)
    for scene in scenes:
        sites[scene.today].append(scene.site.pk)
    found = Q(pk__in=())
    for day, keys in sites.items():
        found |= Q(site__in=keys, day=day)
    return found


def _tickets(scenes: Collection[Scene]) -> Iterator[dict[str, Any]]:
    """Those that are not over, and those called lately."""
    now = max((scene.now for scene in scenes), default=None)
    is_shown = Q(ended_at__isnull=True) | Q(called_at__gt=now - SHOWN_FOR) if now else Q()
    columns = ("pk", "site_id", "number", "language", "is_priority", "state", "queued_at", "due_at", "seating_id")
    more = ("called_at", "began_at", "seating__advisor", "seating__desk__name", "appointment__advisor")
    rows = Ticket.objects.filter(_today(scenes), is_shown).order_by("number", "pk")
    yield from rows.values(*columns, *more, theme_code=Coalesce(*CODE))


def _seatings(scenes: Collection[Scene]) -> Iterator[dict[str, Any]]:
    code = Coalesce("themes__common__code", "themes__code")
    columns = ("pk", "site_id", "advisor_id", "languages", "paused_at", "closed_at")
    rows = Seating.objects.filter(_today(scenes)).order_by("pk")
    return _with_codes(rows.values(*columns, theme_code=code))


def _shifts(sites: Collection[int], *, now: dt.datetime, until: dt.datetime) -> Iterator[dict[str, Any]]:
    """The shifts of who receives on site, from now to the end of the day."""
    code = Coalesce("duty__themes__common__code", "duty__themes__code")
    columns = ("pk", "site_id", "advisor_id", "starts_at", "ends_at", "duty__languages", "duty__channels")
    rows = Shift.objects.filter(site__in=list(sites)).within(now, until).order_by("starts_at", "pk")
    for row in _with_codes(rows.values(*columns, theme_code=code)):
        if not row["duty__channels"] or Channel.ON_SITE in row["duty__channels"]:
            yield row


def _with_codes(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One row of the many that a join with themes makes of it, with the codes of all of them."""
    for _key, same in groupby(rows, key=lambda row: row["pk"]):
        first, *others = same
        yield first | {"codes": frozenset(row["theme_code"] for row in (first, *others))}


def _appointments(sites: Collection[int], *, now: dt.datetime, until: dt.datetime) -> Iterator[dict[str, Any]]:
    """Who is booked for later today and has not come yet."""
    code = Coalesce(*(f"service__{one}" for one in CODE))
    rows = Appointment.objects.filter(site__in=list(sites), state=State.BOOKED, starts_at__gt=now, starts_at__lt=until)
    columns = ("pk", "site_id", "advisor_id", "language", "channel", "starts_at")
    yield from rows.order_by("starts_at", "pk").values(*columns, theme_code=code)
