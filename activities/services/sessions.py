"""One session of a programme, written by a coordinator."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from activities.models import OpenDay, Programme, Session
from activities.rules import RoomTakenError, check_may_edit, check_period, check_room_is_free
from activities.services.locks import lock_sites
from sites.models import Room, Site

MANY = ("themes", "audiences", "partners")


def save_session(*, open_day: OpenDay, site: Site, session: Session | None, values: dict[str, Any], by: Any) -> Session:
    """Add a session to the programme of a site, or change one; ``new_room`` among the values names a room to make.

    Checks the period and the room once more under the lock of the site.
    """
    check_may_edit(by, site)
    with transaction.atomic():
        lock_sites([site])
        written = session or Session(programme=Programme.objects.get_or_create(open_day=open_day, site=site)[0])
        for name, value in values.items():
            if name not in (*MANY, "new_room"):
                setattr(written, name, value)
        if values.get("new_room"):
            written.room = ensure_room(site, values["new_room"], is_illustrative=written.is_illustrative)
        check_period(open_day=open_day, site=site, starts_at=written.starts_at, ends_at=written.ends_at)
        check_room_is_free(room=written.room, starts_at=written.starts_at, ends_at=written.ends_at, besides=written)
        try:
            with transaction.atomic():
                written.save()
        except IntegrityError:
            raise RoomTakenError(_("“%(room)s” is already used at this time.") % {"room": written.room.name}) from None
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
    room = Room.objects.filter(site=site, name__iexact=name).order_by("pk").first()
    return room or Room.objects.create(site=site, name=name, is_illustrative=is_illustrative)
