"""Who may write and release a programme, and what may be in it."""

import datetime as dt
from typing import Any

from django.utils.formats import time_format
from django.utils.translation import gettext as _

from activities.models import OpenDay, Session
from citemetiers.kernel.errors import DomainError
from sites.models import Room, Site

EDIT_PROGRAMME = "activities.edit_programme"


class ActivityError(DomainError):
    """A rule about programmes was broken; ``field`` names the field of a session form it belongs to."""

    field: str | None = None


class NotYourSiteError(ActivityError):
    """The actor may not write the programme of this site."""


class EndsBeforeItStartsError(ActivityError):
    """The period of a session is empty or turned round."""

    field = "ends"


class OutsideHoursError(ActivityError):
    """A session lies outside the hours of its open day; ``field`` says at which end."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class RoomTakenError(ActivityError):
    """Two sessions would use one room at once."""

    field = "room"


class ChangedMeanwhileError(ActivityError):
    """What the person was shown is no longer what is there."""


class SessionRemovedError(ChangedMeanwhileError):
    """The session that the person was changing is gone."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody removed this session meanwhile. What you typed is still here: save it to add it again.")
        )


def check_may_edit(by: Any | None, site: Site) -> None:
    """Refuse an actor who does not hold the role at this site; ``None`` is the portal itself."""
    if by is not None and not by.has_perm(EDIT_PROGRAMME, site):
        raise NotYourSiteError(_("You may not change the programme of %(site)s.") % {"site": site.name})


def check_period(*, open_day: OpenDay, site: Site, starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    """Refuse a period that is turned round or leaves the hours of the open day."""
    if ends_at <= starts_at:
        raise EndsBeforeItStartsError(_("The end must be later than the start."))
    first, last = starts_at.astimezone(site.tz), ends_at.astimezone(site.tz)
    hours = {"opens": time_format(open_day.opens_at), "closes": time_format(open_day.closes_at)}
    sentence = _("The open day lasts from %(opens)s to %(closes)s.") % hours
    if first.date() != open_day.day or not open_day.opens_at <= first.time() < open_day.closes_at:
        raise OutsideHoursError(sentence, field="starts")
    if last.date() != open_day.day or last.time() > open_day.closes_at:
        raise OutsideHoursError(sentence, field="ends")


def check_room_is_free(
    *, room: Room, starts_at: dt.datetime, ends_at: dt.datetime, besides: Session | None = None
) -> None:
    """Refuse a second use of a room at one time; ``besides`` is the session that is being changed."""
    taken = Session.objects.filter(room=room).overlapping(starts_at, ends_at)
    if besides is not None and besides.pk is not None:
        taken = taken.exclude(pk=besides.pk)
    if taken.exists():
        raise RoomTakenError(_("“%(room)s” is already used at this time.") % {"room": room.name})
