"""Free moments: at one site, at some, or at all of them, the first one first."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from django.db.models import CharField, DateTimeField, QuerySet, SlugField, prefetch_related_objects

from appointments.enums import WhoBooks
from appointments.models import Service, Shift
from appointments.rules import bookable_period, may_book
from appointments.services.finding.catalogue import services_at
from appointments.services.finding.on_duty import as_offered, rhythm_of, taken_periods
from appointments.services.finding.openings import Openings, openings_of
from appointments.services.terms.policies import ways_of
from appointments.slots import OnDuty, Period, Slot, free_slots, joined
from citemetiers.kernel.dates import local_day
from citemetiers.kernel.fields import holding
from citemetiers.kernel.questions import Given, IsOneOf, Question
from sites.models import Site, Theme

OFFERED_INSTEAD = 3
# The first look ahead: some working day is among these whatever today is. Each further look is so many times as wide.
FIRST_DAYS, WIDER = 4, 4


def find_free_slots(  # noqa: PLR0913  what a visitor chooses, one by one
    *,
    theme: Theme,
    sites: Collection[Site] | None,
    now: dt.datetime,
    language: str | None = None,
    channel: str | None = None,
    who: str = WhoBooks.ANYONE,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> list[Slot]:
    """Free slots of a theme that start in [since, until), the first one first across sites.

    No sites means every public site, no language or channel any. Five queries at most, however many sites and days.
    """
    search = Search.of(theme=theme, sites=sites, now=now, language=language, channel=channel, who=who)
    found = search.look(search.periods, since=since or now, until=until or search.latest)
    return sorted((slot for slots in found.values() for slot in slots), key=_first_one_first)


def find_first_slots(  # noqa: PLR0913  what a visitor chooses, one by one
    *,
    theme: Theme,
    sites: Collection[Site] | None,
    now: dt.datetime,
    language: str | None = None,
    channel: str | None = None,
    who: str = WhoBooks.ANYONE,
    a_site: int = 3,
) -> dict[int, list[Slot]]:
    """The first few free slots of each site that has any, by its key.

    Looks at the next days, then further and further ahead at the sites that still lack some: two queries each time.
    """
    search = Search.of(theme=theme, sites=sites, now=now, language=language, channel=channel, who=who)
    return search.first(since=now, most=a_site)


def find_next_slots(  # noqa: PLR0913  what a visitor chooses, one by one
    *,
    theme: Theme,
    site: Site,
    language: str | None,
    after: dt.datetime,
    now: dt.datetime,
    channel: str | None = None,
    who: str = WhoBooks.ANYONE,
) -> list[Slot]:
    """The next free slots from a moment on at this site, else its earliest ones, else those of other sites."""
    here = Search.of(theme=theme, sites=[site], now=now, language=language, channel=channel, who=who)
    later = here.first(since=max(after, now), most=OFFERED_INSTEAD)
    offered = (later or here.first(since=now, most=OFFERED_INSTEAD)).get(site.pk, [])
    if len(offered) < OFFERED_INSTEAD:
        anywhere = Search.of(theme=theme, sites=None, now=now, language=language, channel=channel, who=who)
        # As many more as are offered already: those may be among them.
        first = anywhere.first(since=now, most=OFFERED_INSTEAD + len(offered))
        known = {(slot.site_id, slot.starts_at) for slot in offered}
        others = sorted((slot for slots in first.values() for slot in slots), key=_first_one_first)
        offered = [*offered, *(slot for slot in others if (slot.site_id, slot.starts_at) not in known)]
    return offered[:OFFERED_INSTEAD]


def count_free_by_day(  # noqa: PLR0913  what a visitor chooses, one by one
    *,
    theme: Theme,
    site: Site,
    first_on: dt.date,
    last_on: dt.date,
    now: dt.datetime,
    language: str | None = None,
    channel: str | None = None,
    who: str = WhoBooks.ANYONE,
) -> dict[dt.date, int]:
    """How many free slots each day of the site has, both days included; days without any are left out."""
    search = Search.of(theme=theme, sites=[site], now=now, language=language, channel=channel, who=who)
    return search.count_by_day(site, first_on=first_on, last_on=last_on)


@dataclass(frozen=True, slots=True)
class Search:
    """One question: what is asked, and what decides at each site where it can be booked at all."""

    theme: Theme
    now: dt.datetime
    language: str | None
    channel: str | None
    services: Mapping[int, Service]
    openings: Mapping[int, Openings]
    periods: Mapping[int, Period]
    """Of each site, when a session may start."""
    shifts_read: dict[tuple[Any, ...], list[tuple[Any, ...]]] = field(default_factory=dict)
    taken_read: dict[Period, tuple[set[int], dict[int, list[Period]]]] = field(default_factory=dict)
    """What was read of a period, for a narrower question about it."""

    def narrowed(self, *, language: str | None, channel: str | None) -> Self:
        """The same question in one language or one way; what was read for it is not read again."""
        return replace(self, language=language, channel=channel)

    @classmethod
    def of(  # noqa: PLR0913  what a visitor chooses, one by one
        cls,
        *,
        theme: Theme,
        sites: Collection[Site] | None,
        now: dt.datetime,
        language: str | None,
        channel: str | None,
        who: str,
    ) -> Self:
        """Read services and openings of the sites that can be booked: two queries, three for every public site."""
        public = list(Site.objects.for_public().order_by("pk") if sites is None else sites)
        offered = services_at(theme, sites=[site for site in public if site.is_open_to_public])
        services = {key: service for key, service in offered.items() if _fits(service, language, channel, who)}
        asked = [site for site in public if site.pk in services]
        prefetch_related_objects(asked, "network")
        periods = {key: bookable_period(service, now=now, who=who) for key, service in services.items()}
        return cls(theme, now, language, channel, services, openings_of(asked, now=now), periods)

    @property
    def latest(self) -> dt.datetime:
        """The moment at which no session may start any more, at any of the sites."""
        return max((latest for _earliest, latest in self.periods.values()), default=self.now)

    def first(self, *, since: dt.datetime, most: int) -> dict[int, list[Slot]]:
        """The first slots from a moment on at each site that has any, no more than wanted."""
        found: dict[int, list[Slot]] = defaultdict(list)
        lacking, days = set(self.periods), FIRST_DAYS
        since = max(since, min((earliest for earliest, _latest in self.periods.values()), default=since))
        while lacking:
            until = since + dt.timedelta(days=days)
            for site_id, slots in self.look(lacking, since=since, until=until, most=most).items():
                found[site_id] += slots
            lacking = {key for key in lacking if len(found[key]) < most and until < self.periods[key][1]}
            since, days = until, days * WIDER
        return {site_id: slots[:most] for site_id, slots in found.items() if slots}

    def count_by_day(self, site: Site, *, first_on: dt.date, last_on: dt.date) -> dict[dt.date, int]:
        """How many slots each day of one site has, both days included; days without any are left out."""
        since, until = _midnight(first_on, site), _midnight(last_on + dt.timedelta(days=1), site)
        slots = self.look(self.periods, since=since, until=until).get(site.pk, [])
        return dict(Counter(local_day(slot.starts_at, tz=site.tz) for slot in slots))

    def look(
        self, site_ids: Collection[int], *, since: dt.datetime, until: dt.datetime, most: int | None = None
    ) -> dict[int, list[Slot]]:
        """The slots that start in [since, until) at some of the sites: two queries, one where nobody is on duty."""
        periods = {key: (max(since, self.periods[key][0]), min(until, self.periods[key][1])) for key in site_ids}
        periods = {key: period for key, period in periods.items() if period[0] < period[1]}
        shifts = self._shifts(periods)
        taken = self._taken(shifts, periods)
        return {
            site_id: free_slots(
                shifts[site_id],
                rhythm=rhythm_of(self.services[site_id]),
                taken=taken,
                is_open=self.openings[site_id].include,
                earliest=periods[site_id][0],
                latest=periods[site_id][1],
                most=most,
            )
            for site_id in shifts
        }

    def _shifts(self, periods: Mapping[int, Period]) -> dict[int, list[OnDuty]]:
        if not periods:
            return {}
        first, until = _hull(periods.values())
        found: dict[int, list[OnDuty]] = defaultdict(list)
        for row in self._rows(tuple(sorted(periods)), first, until):
            shift = OnDuty._make(row)
            service = self.services[shift.site_id]
            offered = as_offered(shift, service=service, language=self.language, channel=self.channel)
            if offered is not None:
                found[shift.site_id].append(offered)
        return found

    def _rows(self, sites: tuple[int, ...], first: dt.datetime, until: dt.datetime) -> list[tuple[Any, ...]]:
        about = sites, first, until
        if about in self.shifts_read:
            return self.shifts_read[about]
        asked: dict[str, Any] = {"sites": sites, "theme": self.theme.common_code, "first": first, "until": until}
        if self.language:
            return SPEAKING.ask(language=holding(self.language), **asked)
        self.shifts_read[about] = ON_DUTY.ask(**asked)
        return self.shifts_read[about]

    def _taken(
        self, shifts: Mapping[int, Iterable[OnDuty]], periods: Mapping[int, Period]
    ) -> Mapping[int, list[Period]]:
        advisor_ids = {shift.advisor_id for on_site in shifts.values() for shift in on_site}
        if not advisor_ids:
            return {}
        first, until = _hull(periods.values())
        longest = max(service.duration + service.buffer for service in self.services.values())
        known, taken = self.taken_read.get((first, until), (set(), {}))
        if not advisor_ids <= known:
            held = taken_periods(advisor_ids, within=(first, until + longest), now=self.now)
            taken = {advisor_id: joined(periods) for advisor_id, periods in held.items()}
            self.taken_read[first, until] = advisor_ids, taken
        return taken


def _ask_on_duty() -> QuerySet[Shift, tuple[Any, ...]]:
    moment, code = DateTimeField(), SlugField()
    rows = Shift.objects.within(Given("first", moment), Given("until", moment)).on_code(Given("theme", code))
    duty = ("duty__languages", "duty__channels", "duty__is_illustrative")
    columns = ("site_id", "advisor_id", "starts_at", "ends_at", *duty)
    return rows.filter(IsOneOf("site_id", "sites")).order_by("starts_at", "pk").values_list(*columns)


def _ask_speaking() -> QuerySet[Shift, tuple[Any, ...]]:
    return _ask_on_duty().filter(duty__languages__contains=Given("language", CharField()))


ON_DUTY, SPEAKING = Question(_ask_on_duty), Question(_ask_speaking)


def _fits(service: Service, language: str | None, channel: str | None, who: str) -> bool:
    speaks = not language or not service.languages or language in service.languages
    return speaks and (not channel or channel in ways_of(service)) and may_book(service, who=who)


def _hull(periods: Iterable[Period]) -> Period:
    listed = list(periods)
    return min(first for first, _until in listed), max(until for _first, until in listed)


def _midnight(day: dt.date, site: Site) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=site.tz).astimezone(dt.UTC)


def _first_one_first(slot: Slot) -> tuple[dt.datetime, int]:
    return slot.starts_at, slot.site_id
