"""A site that is open, its desks and those who wait there."""

import datetime as dt

from appointments.services.queue import open_desk
from sites.enums import Weekday
from sites.models import OpeningHours
from tests.factories.appointments import NOW
from tests.factories.queue import SiteQueueFactory, TicketFactory
from tests.factories.sites import DeskFactory, SiteFactory, UserFactory

MINUTE = dt.timedelta(minutes=1)


def open_site(**columns):
    """A site where anyone may walk in on Mondays from eight to five."""
    site = SiteFactory(**columns)
    OpeningHours.objects.create(site=site, weekday=Weekday.MONDAY, opens_at=dt.time(8), closes_at=dt.time(17))
    SiteQueueFactory(site=site)
    return site


def sit_down(site, *themes, languages=("fr",), by=None, now=NOW):
    """An advisor at a desk of the site."""
    by = by or UserFactory()
    return open_desk(site=site, desk=DeskFactory(site=site), by=by, themes=themes, languages=languages, now=now)


def wait(site, theme, *, minutes=0, **columns):
    """Somebody in line since so many minutes after the site opened."""
    return TicketFactory(site=site, theme=theme, taken_at=NOW + minutes * MINUTE, **columns)
