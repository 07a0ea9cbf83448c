"""The free moments of one place: what its page shows."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from appointments.enums import Channel, WhoBooks
from appointments.models import Service
from appointments.services import service_at, ways_of
from appointments.services.finding.search import Search
from appointments.slots import Slot
from appointments.views.filters import in_order, language_links, step_links, way_links
from appointments.views.offers import DAYS_SHOWN, DayOfOffers, by_day, held_in, is_mixed, offers_of
from appointments.views.wish import ANY_LANGUAGE, Wish
from citemetiers.kernel.dates import first_and_last_at, local_day
from sites.models import Site, Theme

DAYS_LOOKED_AT = dt.timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Window:
    """The slots that start in [since, until); whether those before were skipped, or nothing was as late as wished."""

    slots: list[Slot]
    since: dt.datetime
    until: dt.datetime
    is_later: bool
    is_again: bool = False


def site_moments(wish: Wish, *, site: Site, theme: Theme, reader: str, now: dt.datetime) -> dict[str, Any]:
    """The free days of one place from a day on, in one language and one way."""
    search = Search.of(theme=theme, sites=[site], now=now, language=None, channel=None, who=WhoBooks.PRESCRIBER)
    service = search.services.get(site.pk)
    if service is None:
        return step_links(wish) | {"is_by_reception": service_at(theme, site=site) is not None}
    window = _window(search, wish=wish, site=site)
    choice = _choice(window.slots, wish=wish, service=service, reader=reader)
    fitting = _fitting(search, window, choice)
    days = by_day(offers_of(fitting, wish=choice, sites={site.pk: site}, reader=reader))
    is_another = choice.language == ANY_LANGUAGE and not wish.language
    spoken = {code for slot in window.slots for code in slot.languages}
    later_on = _later_on(days, window, site=site, last=search.latest)
    return step_links(wish) | {
        "service": service,
        "way": choice.channel,
        "is_again": window.is_again and bool(days),
        "any_way_url": "" if choice.channel in ways_of(service) else wish.but(channel="").url,
        "is_for_another": service.who_books == WhoBooks.PRESCRIBER,
        "days": days[:DAYS_SHOWN],
        "later_url": wish.but(first_on=later_on).url if later_on else "",
        "first_url": wish.but(first_on=None).url if window.is_later else "",
        "month_url": choice.but(first_on=None, month=_month_of(days, site=site, now=now)).url if days else "",
        "spoken": language_links(wish, spoken, current=choice.language),
        "ways": way_links(wish, in_order(ways_of(service)), current=choice.channel),
        "is_another_language": is_another and bool(days),
        "is_mixed": choice.language == ANY_LANGUAGE,
        "is_illustrative": any(slot.is_illustrative for slot in fitting),
        "any_language_url": wish.but(language=ANY_LANGUAGE).url if spoken else "",
    }


def find_days(
    wish: Wish, *, site: Site, theme: Theme, who: WhoBooks, now: dt.datetime
) -> tuple[list[DayOfOffers], dt.date | None, bool]:
    """The free days in exactly this language and way, where the next ones start, and whether any is invented."""
    search = Search.of(
        theme=theme, sites=[site], now=now, language=wish.language, channel=wish.channel or None, who=who
    )
    if site.pk not in search.services:
        return [], None, False
    window = _window(search, wish=wish, site=site)
    days = by_day(offers_of(window.slots, wish=wish, sites={site.pk: site}, reader=wish.language))
    later_on = _later_on(days, window, site=site, last=search.latest)
    return days[:DAYS_SHOWN], later_on, any(slot.is_illustrative for slot in window.slots)


def _window(search: Search, *, wish: Wish, site: Site) -> Window:
    """Some days from the wished one on; else all that follow them; else the first ones there are."""
    wished = first_and_last_at(wish.first_on, dt.time(), tz=site.tz)[0] if wish.first_on else search.now
    since = max(search.now, wished)
    day = local_day(since, tz=site.tz) + DAYS_LOOKED_AT
    until = first_and_last_at(day, dt.time(), tz=site.tz)[0]
    slots = _look(search, site=site, since=since, until=until)
    if not slots:
        rest, until = until, max(until, search.latest)
        slots = _look(search, site=site, since=rest, until=until)
    if not slots and since > search.now:
        return replace(_window(search, wish=wish.but(first_on=None), site=site), is_again=True)
    return Window(slots, since, until, is_later=since > search.now)


def _look(search: Search, *, site: Site, since: dt.datetime, until: dt.datetime) -> list[Slot]:
    return search.look([site.pk], since=since, until=until).get(site.pk, [])


def _choice(slots: Iterable[Slot], *, wish: Wish, service: Service, reader: str) -> Wish:
    """What the list is narrowed to where nothing is chosen: the reader's language, if it is spoken; the first way."""
    spoken = {code for slot in slots for code in slot.languages}
    ways = in_order({code for slot in slots for code in slot.channels} or ways_of(service))
    language = wish.language or (reader if reader in spoken or not spoken else ANY_LANGUAGE)
    return wish.but(language=language, channel=wish.channel or next(iter(ways), Channel.ON_SITE))


def _fitting(search: Search, window: Window, choice: Wish) -> list[Slot]:
    fitting = held_in(window.slots, language=choice.language, channel=choice.channel)
    if choice.site is None or not any(is_mixed(slot) for slot in fitting):
        return fitting
    # One advisor speaks it, another is reached that way: only a narrower search can tell.
    language = None if choice.language == ANY_LANGUAGE else choice.language
    narrower = search.narrowed(language=language, channel=choice.channel)
    return _look(narrower, site=choice.site, since=window.since, until=window.until)


def _later_on(days: list[DayOfOffers], window: Window, *, site: Site, last: dt.datetime) -> dt.date | None:
    if len(days) > DAYS_SHOWN:
        return days[DAYS_SHOWN].day
    return None if window.until >= last else local_day(window.until, tz=site.tz)


def _month_of(days: list[DayOfOffers], *, site: Site, now: dt.datetime) -> dt.date:
    day = days[0].day if days else local_day(now, tz=site.tz)
    return day.replace(day=1)
