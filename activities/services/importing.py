"""A checked file becomes the programmes of the sites it names, whole or not at all."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _

from activities.models import OpenDay, Programme, Session
from activities.rules import ChangedMeanwhileError, RoomTakenError, check_may_edit
from activities.services.content import checksum_of, content_of
from activities.services.locks import lock_sites
from activities.services.sessions import MANY, ensure_room
from activities.sheets import ProgrammeRow
from sites.enums import Language
from sites.models import Room, Site
from sites.town_names import by_town

PLAIN = ("kind", "starts_at", "ends_at", "languages", "booking", "seats", "access")
ROOM_CHECK = "session_one_a_room_at_a_time"


@dataclass
class SitePlan:
    """What an import would do to the programme of one site."""

    site: Site
    new: list[ProgrammeRow] = field(default_factory=list)
    changed: list[tuple[Session, ProgrammeRow, list[str]]] = field(default_factory=list)
    unchanged: list[Session] = field(default_factory=list)
    removed: list[Session] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the import would leave this programme as it is."""
        return not (self.new or self.changed or self.removed)


def compare_programme(*, open_day: OpenDay, rows: list[ProgrammeRow], is_illustrative: bool) -> list[SitePlan]:
    """The differences between the file and what is there, for each site that the file names."""
    return _plans(rows, _existing(open_day, _sites_of(rows)), is_illustrative)


def state_of(*, open_day: OpenDay, rows: list[ProgrammeRow]) -> str:
    """A fingerprint of the programmes that these rows would replace, to notice a change before it is undone."""
    return _fingerprint(open_day, _sites_of(rows), _existing(open_day, _sites_of(rows)))


def import_programme(
    *, open_day: OpenDay, rows: list[ProgrammeRow], by: Any | None, is_illustrative: bool, seen: str | None = None
) -> list[SitePlan]:
    """Make the programmes of the sites named in the rows equal to the rows; all of it or nothing.

    ``by`` None is the portal itself, loading its seed. ``seen`` is the state that the person was
    shown: when it has changed since, nothing is written and ChangedMeanwhileError is raised.
    """
    sites = _sites_of(rows)
    for site in sites:
        check_may_edit(by, site)
    try:
        with transaction.atomic():
            lock_sites(sites)
            existing = _existing(open_day, sites, is_locked=True)
            if seen is not None and seen != _fingerprint(open_day, sites, existing):
                raise ChangedMeanwhileError(
                    _("Somebody changed the programme since this preview. Look at the differences again.")
                )
            plans = _plans(rows, existing, is_illustrative)
            _put_off_room_check("DEFERRED")  # a swap of two rooms passes through a moment of overlap
            _write(open_day, plans, is_illustrative)
            _put_off_room_check("IMMEDIATE")
    except IntegrityError:
        raise RoomTakenError(_("A room is already used at one of these times. Nothing was imported.")) from None
    return plans


def _sites_of(rows: Iterable[ProgrammeRow]) -> list[Site]:
    return sorted({row.site for row in rows}, key=by_town)


def _existing(open_day: OpenDay, sites: list[Site], *, is_locked: bool = False) -> dict[int, list[Session]]:
    sessions = Session.objects.filter(programme__open_day=open_day, programme__site__in=sites)
    if is_locked:
        sessions = sessions.select_for_update(of=("self",))
    by_site: dict[int, list[Session]] = {site.pk: [] for site in sites}
    for session in sessions.with_details().in_order():
        by_site[session.programme.site_id].append(session)
    return by_site


def _fingerprint(open_day: OpenDay, sites: list[Site], existing: dict[int, list[Session]]) -> str:
    programmes = [Programme(open_day=open_day, site=site) for site in sites]
    return checksum_of([content_of(programme, existing[programme.site_id]) for programme in programmes])


def _plans(rows: list[ProgrammeRow], existing: dict[int, list[Session]], is_illustrative: bool) -> list[SitePlan]:
    plans = []
    for site in _sites_of(rows):
        plan = SitePlan(site)
        here = sorted((row for row in rows if row.site == site), key=lambda row: (row.starts_at, row.room))
        pairs = _pair(here, existing[site.pk])
        for row in here:
            session = pairs.get(row.number)
            if session is None:
                plan.new.append(row)
            elif fields := _differences(session, row, is_illustrative):
                plan.changed.append((session, row, fields))
            else:
                plan.unchanged.append(session)
        kept = {session.pk for session in pairs.values()}
        plan.removed = [session for session in existing[site.pk] if session.pk not in kept]
        plans.append(plan)
    return plans


def _pair(rows: list[ProgrammeRow], sessions: list[Session]) -> dict[int, Session]:
    """Which existing session each row is, by row number.

    A file carries no key, and what was announced must stay the same session (its public id is kept
    by visitors) when it moves or is corrected. So: same title, room and start; else same title, the
    earliest with the earliest; else same room and start, which is a corrected title. The rest is new.
    """
    keys: tuple[tuple[Callable[[ProgrammeRow], Hashable], Callable[[Session], Hashable]], ...] = (
        (lambda row: (_title(row), _room(row), row.starts_at), lambda one: (_title(one), _room(one), one.starts_at)),
        (_title, _title),
        (lambda row: (_room(row), row.starts_at), lambda one: (_room(one), one.starts_at)),
    )
    pairs: dict[int, Session] = {}
    for of_row, of_session in keys:
        free: dict[Hashable, list[Session]] = defaultdict(list)
        taken = {session.pk for session in pairs.values()}
        for session in sessions:
            if session.pk not in taken:
                free[of_session(session)].append(session)
        for row in rows:
            if row.number not in pairs and free[of_row(row)]:
                pairs[row.number] = free[of_row(row)].pop(0)
    return pairs


def _title(one: ProgrammeRow | Session) -> str:
    return one.texts["title_fr"] if isinstance(one, ProgrammeRow) else str(vars(one).get("title_fr") or "")


def _room(one: ProgrammeRow | Session) -> str:
    return (one.room if isinstance(one, ProgrammeRow) else one.room.name).casefold()


def _differences(session: Session, row: ProgrammeRow, is_illustrative: bool) -> list[str]:
    fields = [name for name in PLAIN if getattr(session, name) != getattr(row, name)]
    fields += [name for name, text in row.texts.items() if (getattr(session, name) or "") != text]
    for name in MANY:
        if {one.pk for one in getattr(session, name).all()} != {one.pk for one in getattr(row, name)}:
            fields.append(name)
    if _room(session) != _room(row):
        fields.append("room")
    if session.is_illustrative != is_illustrative:
        fields.append("is_illustrative")
    return fields


def _write(open_day: OpenDay, plans: list[SitePlan], is_illustrative: bool) -> None:
    for plan in plans:
        programme, _is_new = Programme.objects.get_or_create(open_day=open_day, site=plan.site)
        rooms = {room.name.casefold(): room for room in Room.objects.filter(site=plan.site).order_by("-pk")}
        Session.objects.filter(pk__in=[session.pk for session in plan.removed]).delete()
        written = []
        added = [(Session(programme=programme), row) for row in plan.new]
        for session, row in [*((one, row) for one, row, _fields in plan.changed), *added]:
            if row.room.casefold() not in rooms:
                rooms[row.room.casefold()] = ensure_room(plan.site, row.room, is_illustrative=is_illustrative)
            _fill(session, row, rooms[row.room.casefold()], is_illustrative)
            written.append((session, row))
        Session.objects.bulk_update([one for one, _row, _fields in plan.changed], _columns())
        Session.objects.bulk_create([session for session, _row in added])
        for name in MANY:
            _write_many(name, written)


def _fill(session: Session, row: ProgrammeRow, room: Room, is_illustrative: bool) -> None:
    session.room = room
    session.is_illustrative = is_illustrative
    for name in PLAIN:
        setattr(session, name, getattr(row, name))
    for name, text in row.texts.items():
        setattr(session, name, text)


def _columns() -> list[str]:
    texts = [f"{part}_{code}" for part in ("title", "summary") for code in Language.values]
    return ["room", "is_illustrative", *PLAIN, *texts]


def _write_many(name: str, written: list[tuple[Session, ProgrammeRow]]) -> None:
    relation: Any = Session._meta.get_field(name)
    through: type[models.Model] = relation.remote_field.through
    column = f"{relation.related_model._meta.model_name}_id"
    rows: Any = through._default_manager
    rows.filter(session__in=[session for session, _row in written]).delete()
    rows.bulk_create(
        through(**{"session_id": session.pk, column: one.pk}) for session, row in written for one in getattr(row, name)
    )


def _put_off_room_check(when: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {ROOM_CHECK} {when}")
