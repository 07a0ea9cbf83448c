"""One session of a programme, written by a coordinator."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from activities.models import OpenDay, Programme, Session
from activities.rules import (
    ChangedMeanwhileError,
    RoomTakenError,
    SessionRemovedError,
    check_may_edit,
    check_period,
    check_room_is_free,
)
from activities.services.content import state_of_session
from activities.services.locks import lock_sites
from sites.models import Room, Site

MANY = ("themes", "audiences", "partners")


def save_session(*, open_day: OpenDay, site: Site, session: Session | None, values: dict[str, Any], by: Any) -> Session:
    """Add a session to the programme of a site, or change one; ``new_room`` among the values names a room to make.

    Checks the period and the room once more under the lock of the site. ``seen`` among the values is the
    ``state_of_session`` that the person was shown: when it has changed since, ChangedMeanwhileError is raised.
    """
    check_may_edit(by, site)
    with transaction.atomic():
        lock_sites([site])
        if session is None:
            written = Session(programme=Programme.objects.get_or_create(open_day=open_day, site=site)[0])
        else:
            written = _read_again(session, values.get("seen"))
        for name, value in values.items():
            if name not in (*MANY, "new_room", "seen"):
                setattr(written, name, value)
        period = {"starts_at": written.starts_at, "ends_at": written.ends_at}
        check_period(open_day=open_day, site=site, **period)
        try:
            with transaction.atomic():
                if values.get("new_room"):
                    written.room = ensure_room(site, values["new_room"], is_illustrative=written.is_illustrative)
                check_room_is_free(room=written.room, besides=written, **period)
                written.save()
        except IntegrityError:
            name = values.get("new_room") or written.room.name
            raise RoomTakenError(_("“%(room)s” is already used at this time.") % {"room": name}) from None
        for name in MANY:
            getattr(written, name).set(values[name])
    return written


def delete_session(*, session: Session, by: Any) -> None:
    """Take a session out of its programme. What was released stays as it was."""
    site = session.programme.site
    check_may_edit(by, site)
    with transaction.atomic():
        lock_sites([site])
        Session.objects.filter(pk=session.pk).delete()


def ensure_room(site: Site, name: str, *, is_illustrative: bool) -> Room:
    """The room of this name, whatever its case; made when the site has none."""
    found = room_named(site, name)
    return found or Room.objects.get_or_create(site=site, name=name, defaults={"is_illustrative": is_illustrative})[0]


def room_named(site: Site, name: str) -> Room | None:
    """The room that has this name, whatever its case; the oldest, should there be several."""
    # In Python: SQLite knows the case of ASCII letters only, and “Salle É” is “salle é”.
    rooms = Room.objects.filter(site=site).order_by("pk")
    return next((room for room in rooms if room.name.casefold() == name.casefold()), None)


def _read_again(session: Session, seen: str | None) -> Session:
    """The session as it is now that the site is locked."""
    now: Session | None = Session.objects.select_for_update(of=("self",)).with_details().filter(pk=session.pk).first()
    if now is None:
        raise SessionRemovedError
    if seen is not None and seen != state_of_session(now):
        raise ChangedMeanwhileError(
            _("Somebody changed this session meanwhile. What you typed is still here: save it to replace their change.")
        )
    return now
