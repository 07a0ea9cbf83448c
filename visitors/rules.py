"""Who may log what, and until when."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from citemetiers.kernel import dates
from citemetiers.kernel.access import grant
from citemetiers.kernel.errors import DomainError
from sites.enums import Role
from sites.models import Site, Theme, User
from visitors.enums import HalfDay
from visitors.models import LARGEST_PARTY

grant("visitors.log_contact", Role.RECEPTION, Role.ADVISOR, Role.COORDINATOR, Role.SITE_MANAGER)

NOON = dt.time(12)


class VisitorsError(DomainError):
    """What this app refuses to do."""


class WrongSiteError(VisitorsError):
    """The person does not work at this site."""


class ThemeError(VisitorsError):
    """No theme, or one that is no longer offered."""


class WindowError(VisitorsError):
    """The day lies in the future or beyond the correction window."""


class PartyError(VisitorsError):
    """Not a small party."""


def moment_at(site: Site, *, now: dt.datetime) -> tuple[dt.date, HalfDay]:
    """Day and half-day on the walls of the site: the finest time that the log is ever told."""
    local = now.astimezone(site.tz)
    return local.date(), HalfDay.MORNING if local.time() < NOON else HalfDay.AFTERNOON


def window_opens_on(*, today: dt.date) -> dt.date:
    """The oldest day that can still be logged or corrected."""
    return today - dt.timedelta(days=settings.PORTAL_CORRECTION_DAYS)


def window_opens_at(*, today: dt.date) -> dt.datetime:
    """The instant before which nobody is remembered as the author of a contact."""
    midnight = dt.datetime.combine(window_opens_on(today=today), dt.time(), tzinfo=timezone.get_default_timezone())
    return midnight.astimezone(dt.UTC)


def check_works_at(*, by: User, site: Site) -> None:
    """Refuse whoever may not log contacts at this site."""
    if not by.has_perm("visitors.log_contact", site):
        raise WrongSiteError(_("You cannot log contacts at this site."))


def check_themes(themes: Sequence[Theme]) -> None:
    """Refuse a contact about nothing, and a theme that is no longer offered."""
    if not themes:
        raise ThemeError(_("Choose at least one theme."))
    for theme in themes:
        if theme.is_retired:
            raise ThemeError(_("The theme “%(theme)s” is no longer offered. Choose another one.") % {"theme": theme})


def check_day(day: dt.date, *, site: Site, now: dt.datetime) -> None:
    """Refuse a day to come, and one beyond the correction window of the site."""
    today = dates.local_day(now, tz=site.tz)
    if day > today:
        raise WindowError(_("A contact cannot be logged for a day to come."))
    if day < window_opens_on(today=today):
        raise WindowError(
            _("Contacts can be logged and corrected for %(days)d days.") % {"days": settings.PORTAL_CORRECTION_DAYS}
        )


def check_party(headcount: int) -> None:
    """Refuse an empty party, and one so large that it is a group."""
    if not 1 <= headcount <= LARGEST_PARTY:
        raise PartyError(_("A contact is one person or one small party: 1 to 50 people."))
