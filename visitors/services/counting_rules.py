"""What every count asks for: the right person, a half-day that may still be counted, words that are offered."""

import datetime as dt
from collections.abc import Collection

from django.conf import settings
from django.utils.translation import gettext as _

from citemetiers.kernel import dates
from sites.models import Site, Theme, User
from visitors import rules
from visitors.enums import HalfDay

COUNT_GROUPS = "visitors.count_groups"
KEEP_DOORS = "visitors.keep_doors"


WORKING_WEEK = range(1, 6)


class CountError(rules.VisitorsError):
    """A count cannot be kept; ``field`` names the field of a form that it belongs to."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class ChangedMeanwhileError(CountError):
    """A colleague wrote first; nothing of this was written."""


def check_may_count(*, by: User, site: Site) -> None:
    """Refuse whoever may not count for the team of this site."""
    if not by.has_perm(COUNT_GROUPS, site):
        raise rules.WrongSiteError(_("You cannot count for this site."))


def check_may_keep_doors(*, by: User, site: Site) -> None:
    """Refuse whoever may not keep the door counters of this site."""
    if not by.has_perm(KEEP_DOORS, site):
        raise rules.WrongSiteError(_("You cannot keep the door counters of this site."))


def window_at(site: Site, *, now: dt.datetime) -> tuple[dt.date, dt.date]:
    """The oldest day that may still be counted at a site, and its today."""
    today = dates.local_day(now, tz=site.tz)
    return rules.window_opens_on(today=today), today


def check_half_day(
    spot: tuple[dt.date, str], *, site: Site, now: dt.datetime, closed: Collection[dt.date] | None = None
) -> None:
    """Refuse a half-day that has not begun at the site, one beyond the window, and one of a closed month.

    Whoever asks of many looks up the closed months once, and gives them.
    """
    day, half_day = spot
    first, _today = window_at(site, now=now)
    today, present = rules.moment_at(site, now=now)
    if day > today:
        raise CountError(_("A day to come cannot be counted yet."), field="day")
    if day == today and half_day == HalfDay.AFTERNOON and present == HalfDay.MORNING:
        raise CountError(_("This afternoon has not begun yet."), field="half_day")
    if day < first:
        sentence = _("Counts can be written and corrected for %(days)d days.")
        raise CountError(sentence % {"days": settings.PORTAL_CORRECTION_DAYS}, field="day")
    if day.replace(day=1) in (rules.closed_months([day], today=today) if closed is None else closed):
        sentence = _("This month is closed: its figures stand. Nothing can be logged for it any more.")
        raise CountError(sentence, field="day")


def check_theme(theme: Theme | None, *, day: dt.date) -> None:
    """Refuse a theme that was not offered on the day; no theme at all is allowed."""
    if theme is not None and not theme.covers_day(day):
        sentence = _("The theme “%(theme)s” is no longer offered. Choose another one.")
        raise CountError(sentence % {"theme": theme}, field="theme")
