"""What a visitor without an appointment may come for just now: the site is open, and somebody receives for it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from appointments.enums import Channel
from appointments.models import Seating, Shift, SiteQueue
from appointments.queue_rules import QueueClosedError
from appointments.services.queue.numbers import queue_of
from citemetiers.kernel.dates import first_and_last_at, local_day
from sites.enums import Language
from sites.models import Site, Theme
from sites.services import opening_at, opening_words, timetables

ONE_DAY = dt.timedelta(days=1)


class Offered(NamedTuple):
    """A theme for which a ticket may be taken, and the languages in which somebody receives."""

    theme: Theme
    languages: tuple[str, ...]


def offered_at(*, site: Site, now: dt.datetime) -> tuple[Offered, ...]:
    """What take_ticket accepts at this moment, in the order of the themes; empty when nobody receives today.

    Raises QueueClosedError when the site is closed, receives by appointment only or gives no numbers.
    """
    check_open_now(queue_of(site), now=now)
    served = served_today(site=site, now=now)
    themes = Theme.objects.on_offer(today=local_day(now, tz=site.tz), network=site.network_id)
    found = (Offered(theme, served.get(theme.common_code, ())) for theme in themes.select_related("common"))
    return tuple(one for one in found if one.languages)


def served_today(*, site: Site, now: dt.datetime) -> Mapping[str, tuple[str, ...]]:
    """The languages of each theme, by its code on the common list, at desks that are open or will be today."""
    today = local_day(now, tz=site.tz)
    midnight = first_and_last_at(today + ONE_DAY, dt.time(), tz=site.tz)[0]
    served: dict[str, set[str]] = defaultdict(set)
    for seating in Seating.objects.open().at(site, day=today).prefetch_related("themes__common").order_by("pk"):
        for theme in seating.themes.all():
            served[theme.common_code].update(seating.languages)
    shifts = Shift.objects.filter(site=site).within(now, midnight).select_related("duty")
    for shift in shifts.prefetch_related("duty__themes__common").order_by("pk"):
        if not shift.duty.channels or Channel.ON_SITE in shift.duty.channels:
            for theme in shift.duty.themes.all():
                served[theme.common_code].update(shift.duty.languages)
    return {code: tuple(one for one in Language.values if one in spoken) for code, spoken in served.items()}


def check_offered(*, site: Site, theme: Theme, language: str, now: dt.datetime) -> None:
    """Refuse a theme for which nobody receives today, or not in this language. Raises QueueClosedError."""
    languages = served_today(site=site, now=now).get(theme.common_code, ())
    if not languages:
        raise QueueClosedError(_("Nobody receives for this theme today. Choose another theme, or book a time."))
    if language not in languages:
        raise QueueClosedError(_("Nobody receives in this language today. Choose another language, or book a time."))


def check_open_now(queue: SiteQueue, *, now: dt.datetime) -> None:
    """Refuse where and when nobody may walk in; hours that nobody knows are open as long as a desk is.

    Raises QueueClosedError with the reason.
    """
    if not queue.is_used:
        raise QueueClosedError(_("Visitors take no number here. Speak to reception."))
    site = queue.site
    opening = opening_at(timetables([site], now=now)[site.pk], now=now)
    if opening.pause is not None:
        raise QueueClosedError(str(opening.pause.message))
    if opening.is_open and opening.is_drop_in:
        return
    if opening.is_open or opening.is_known:
        raise QueueClosedError(opening_words(opening, now=now, tz=site.tz).text)
    if not Seating.objects.open().at(site, day=local_day(now, tz=site.tz)).exists():
        raise QueueClosedError(_("Nobody receives here just now."))
