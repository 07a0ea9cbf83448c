"""The content of a release: a programme as plain values in four languages, complete in itself."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from activities.enums import Change
from activities.models import Programme, Session
from sites.enums import Language
from sites.models import Audience, Theme

FORMAT = 1

Content = dict[str, Any]


def content_of(programme: Programme, sessions: Iterable[Session]) -> Content:
    """What the public would read of a programme now. The sessions come with their details, in order."""
    sessions = list(sessions)
    open_day, site = programme.open_day, programme.site
    return {
        "format": FORMAT,
        "open_day": {
            "day": open_day.day.isoformat(),
            "opens": f"{open_day.opens_at:%H:%M}",
            "closes": f"{open_day.closes_at:%H:%M}",
            "network": open_day.network.slug,
        },
        "site": {"slug": site.slug, "name": site.name, "city": site.city, "timezone": site.timezone},
        "words": {
            "themes": {theme.code: _word(theme) for one in sessions for theme in one.themes.all()},
            "audiences": {public.code: _word(public) for one in sessions for public in one.audiences.all()},
            "partners": {one.slug: one.name_on(open_day.day) for session in sessions for one in session.partners.all()},
        },
        "sessions": [_session(session, programme) for session in sessions],
    }


def state_of_session(session: Session) -> str:
    """A fingerprint of one session, to notice a change by somebody else before it is undone."""
    return checksum_of(_session(session, session.programme))


def checksum_of(content: Any) -> str:
    """The SHA-256 of the content written in one canonical way, whatever order a database keeps keys in."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def changes_between(before: Content | None, after: Content) -> list[dict[str, Any]]:
    """Each session that was added, changed or removed, in the order of the programme."""
    old = {item["id"]: item for item in before["sessions"]} if before else {}
    new = {item["id"]: item for item in after["sessions"]}
    changes = []
    for key, item in new.items():
        if key not in old:
            changes.append(_change(Change.ADDED, item))
        elif fields := [name for name in item if item[name] != old[key].get(name)]:
            changes.append(_change(Change.CHANGED, item, fields))
    changes += [_change(Change.REMOVED, item) for key, item in old.items() if key not in new]
    return sorted(changes, key=lambda change: (change["starts"], change["room"], change["id"]))


def _change(kind: Change, item: dict[str, Any], fields: Iterable[str] = ()) -> dict[str, Any]:
    named = {"id": item["id"], "title": item["title"], "starts": item["starts"], "room": item["room"]}
    return {"change": str(kind), **named, "fields": list(fields)}


def _session(session: Session, programme: Programme) -> dict[str, Any]:
    tz = programme.site.tz
    return {
        "id": str(session.public_id),
        "starts": f"{session.starts_at.astimezone(tz):%H:%M}",
        "ends": f"{session.ends_at.astimezone(tz):%H:%M}",
        "room": session.room.name,
        "kind": session.kind,
        "title": _texts(session, "title"),
        "summary": _texts(session, "summary"),
        "themes": [theme.code for theme in sorted(session.themes.all(), key=lambda theme: theme.position)],
        "audiences": [public.code for public in sorted(session.audiences.all(), key=lambda public: public.position)],
        "partners": sorted(partner.slug for partner in session.partners.all()),
        "languages": list(session.languages),
        "booking": session.booking,
        "seats": session.seats,
        "access": list(session.access),
        "is_illustrative": session.is_illustrative,
    }


def _word(word: Theme | Audience) -> dict[str, Any]:
    return {"position": word.position, "name": _texts(word, "name")}


def _texts(row: Any, name: str) -> dict[str, str]:
    return {code: getattr(row, f"{name}_{code}") or "" for code in Language.values}
