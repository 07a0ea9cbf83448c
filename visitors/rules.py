"""Who may log what, and until when."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.conf import settings
from django.utils.translation import gettext as _

from citemetiers.kernel import dates
from citemetiers.kernel.errors import DomainError
from sites.models import Site
from visitors.enums import HalfDay
from visitors.models import LARGEST_EDITION, LARGEST_PARTY, ClosedMonth

NOON = dt.time(12)


class VisitorsError(DomainError):
    """What this app refuses to do. It names the answer that must change, if there is one."""

    field = ""


class WrongSiteError(VisitorsError):
    """The person does not work at this site."""

    field = "site"


class ThemeError(VisitorsError):
    """No theme, or one that is no longer offered."""

    field = "themes"


class WindowError(VisitorsError):
    """The day lies in the future or beyond the correction window."""

    field = "day"


class ClosedMonthError(WindowError):
    """The day lies in a month of which the figures stand."""


class PartyError(VisitorsError):
    """Not a small party."""

    field = "headcount"


class EditionError(VisitorsError):
    """Without a number, or corrected once too often."""

    field = "edition"


class AnswerError(VisitorsError):
    """An answer that is not, or no longer, on the list of its question."""

    def __init__(self, field: str) -> None:
        super().__init__(_("This answer is no longer offered. Choose another one."))
        self.field = field


def moment_at(site: Site, *, now: dt.datetime) -> tuple[dt.date, HalfDay]:
    """Day and half-day on the walls of the site: the finest time that the log is ever told."""
    local = now.astimezone(site.tz)
    return local.date(), HalfDay.MORNING if local.time() < NOON else HalfDay.AFTERNOON


def window_opens_on(*, today: dt.date) -> dt.date:
    """The oldest day that can still be logged or corrected."""
    return today - dt.timedelta(days=settings.PORTAL_CORRECTION_DAYS)


def check_day(day: dt.date, *, site: Site, now: dt.datetime, closed: Collection[dt.date] | None = None) -> None:
    """Refuse a day to come, one beyond the correction window of the site, and one of a closed month.

    Whoever asks of many days looks up the closed months once, and gives them.
    """
    today = dates.local_day(now, tz=site.tz)
    if day > today:
        raise WindowError(_("A contact cannot be logged for a day to come."))
    if day < window_opens_on(today=today):
        raise WindowError(
            _("Contacts can be logged and corrected for %(days)d days.") % {"days": settings.PORTAL_CORRECTION_DAYS}
        )
    if day.replace(day=1) in (closed_months([day], today=today) if closed is None else closed):
        raise ClosedMonthError(_("This month is closed: its figures stand. Nothing can be logged for it any more."))


def closed_months(days: Iterable[dt.date], *, today: dt.date) -> frozenset[dt.date]:
    """The first days of those months of these days that are closed.

    The window may have been made longer since: what is closed stays closed. The month of today never is, and is not
    asked about.
    """
    months = {day.replace(day=1) for day in days} - {today.replace(day=1)}
    if not months:
        return frozenset()
    return frozenset(ClosedMonth.objects.filter(month__in=months).values_list("month", flat=True))


def check_edition(edition: int) -> None:
    """Refuse what does not number an edition, and one correction too many."""
    if edition < 1:
        raise EditionError(_("This entry came without its number. Please log it again."))
    if edition > LARGEST_EDITION:
        raise EditionError(_("An entry has been corrected too often."))


def check_party(headcount: int) -> None:
    """Refuse an empty party, and one so large that it is a group."""
    if not 1 <= headcount <= LARGEST_PARTY:
        raise PartyError(_("A contact is one person or one small party: 1 to 50 people."))
