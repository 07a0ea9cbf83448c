"""What a visitor reads about the hours of a site. Whole sentences, in the time of the site's own walls."""

import datetime as dt
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from citemetiers.kernel.dates import date_words, local_day
from sites.opening import DayHours, Opening, OpenPeriod, Reason, Why

WEEK = dt.timedelta(days=7)
OPEN, BY_APPOINTMENT, CLOSED, UNKNOWN = "open", "appointment", "closed", "unknown"

REASONS = {
    Why.SITE_CLOSED: gettext_lazy("Closing day"),
    Why.NETWORK_CLOSED: gettext_lazy("Closing day of all places"),
    Why.SPECIAL: gettext_lazy("Other hours than usual"),
    Why.HOLIDAY: gettext_lazy("Public holiday"),
    Why.SEASON: gettext_lazy("Other hours than usual"),
}


class OpeningWords(NamedTuple):
    """Open or not, in one sentence, with what else helps: why, and when anyone may walk in."""

    kind: str
    text: str
    details: list[str]


def opening_words(opening: Opening, *, now: dt.datetime, tz: ZoneInfo) -> OpeningWords:
    """What to say of a site at this moment. Unknown hours are said to be unknown, never closed."""
    today = local_day(now, tz=tz)
    if opening.is_open:
        return _open(opening, today=today, tz=tz)
    if opening.next_opening is None and not opening.is_known:
        return OpeningWords(UNKNOWN, _("Opening hours to be confirmed"), [])
    details = [reason_words(opening.reason)] if opening.reason and opening.reason.why is not Why.SEASON else []
    return OpeningWords(CLOSED, _closed(opening.next_opening, today=today), details)


def reason_words(reason: Reason) -> str:
    """Why a day is not an ordinary one: what staff wrote, or the kind of day."""
    return str(reason.text) or str(REASONS[reason.why])


def day_words(hours: DayHours, *, is_paused: bool) -> str:
    """Why the week does not hold on a day: what decides on it, and that drop-in is suspended."""
    words = [reason_words(hours.reason)] if hours.reason and hours.reason.why is not Why.SEASON else []
    return " · ".join([*words, _("drop-in suspended")] if is_paused else words)


def when_words(period: OpenPeriod, *, today: dt.date) -> str:
    """The day and hour at which a period begins, as one says them: today, tomorrow, a weekday, a date."""
    time = _time(period.opens_at)
    if period.day == today:
        return _("today at %(time)s") % {"time": time}
    if period.day == today + dt.timedelta(days=1):
        return _("tomorrow at %(time)s") % {"time": time}
    day = date_format(period.day, "l")
    if period.day >= today + WEEK:
        day = f"{day} {date_words(period.day)}"
    return _("%(day)s at %(time)s") % {"day": day, "time": time}


def _open(opening: Opening, *, today: dt.date, tz: ZoneInfo) -> OpeningWords:
    until, closes_at = _wall(opening.until, tz), _wall(opening.closes_at, tz)
    if opening.is_drop_in:
        if until == closes_at:
            return OpeningWords(OPEN, _("Open until %(time)s") % {"time": until}, [])
        text = _("Open until %(time)s, then by appointment until %(end)s")
        return OpeningWords(OPEN, text % {"time": until, "end": closes_at}, [])
    details = []
    if opening.next_drop_in:
        when = when_words(opening.next_drop_in, today=today)
        details = [_("Without an appointment: %(when)s") % {"when": when}]
    text = _("By appointment only, until %(time)s") % {"time": until}
    return OpeningWords(BY_APPOINTMENT, text, details)


def _closed(period: OpenPeriod | None, *, today: dt.date) -> str:
    if period is None:
        return pgettext("place", "Closed")
    when = when_words(period, today=today)
    if period.is_by_appointment:
        return _("Closed, by appointment %(when)s") % {"when": when}
    return _("Closed, opens %(when)s") % {"when": when}


def _wall(instant: dt.datetime | None, tz: ZoneInfo) -> str:
    return _time(instant.astimezone(tz).time()) if instant else ""


def _time(time: dt.time) -> str:
    return f"{time:%H:%M}"
