"""Publishing: the programme of a site becomes a numbered release that never changes."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from activities.models import OpenDay, Programme, Release, Session
from activities.rules import ActivityError, ChangedMeanwhileError, check_may_edit
from activities.services.content import Content, changes_between, checksum_of, content_of
from activities.services.locks import lock_sites
from sites.models import Site


class NothingToReleaseError(ActivityError):
    """The programme is empty, or the public already reads it as it is."""


class ReleasedMeanwhileError(ActivityError):
    """Somebody else released the programme at the same moment."""


@dataclass(frozen=True)
class Standing:
    """Where a programme stands between its last release and now."""

    programme: Programme
    session_count: int
    number: int
    released_at: dt.datetime | None
    checksum: str
    is_changed: bool


def standing_of(programmes: Iterable[Programme]) -> list[Standing]:
    """How each programme stands, in the given order; the same number of queries however many there are."""
    programmes = list(programmes)
    sessions = _sessions_of(programmes)
    released = {
        release.programme_id: release
        for release in Release.objects.filter(programme__in=programmes).latest_of_each().defer("content", "changes")
    }
    return [_standing(programme, sessions[programme.pk], released.get(programme.pk)) for programme in programmes]


def pending_changes(programme: Programme) -> tuple[list[dict[str, Any]], str]:
    """What a release would change for the public, and the checksum that it would have."""
    content = content_of(programme, _sessions_of([programme])[programme.pk])
    return changes_between(_last_content(_last_release(programme)), content), checksum_of(content)


def release_programme(*, programme: Programme, by: Any | None, now: dt.datetime, seen: str | None = None) -> Release:
    """Publish the programme as it is now, under the next number.

    ``seen`` is the checksum of what the person was shown; when the programme has changed since,
    nothing is published. Two releases at once wait for each other: the second finds nothing new.
    """
    check_may_edit(by, programme.site)
    try:
        with transaction.atomic():
            lock_sites([programme.site])
            return _release(programme, by=by, now=now, seen=seen)
    except IntegrityError:
        raise ReleasedMeanwhileError(_("This programme was just released by somebody else.")) from None


def state_of_changes(standings: Iterable[Standing]) -> str:
    """A fingerprint of the programmes that differ from their last releases, to publish these and no others."""
    changed = [standing for standing in standings if standing.is_changed]
    return checksum_of(sorted([standing.programme.pk, standing.checksum] for standing in changed))


def release_changed(
    *, open_day: OpenDay, sites: Iterable[Site], by: Any | None, now: dt.datetime, seen: str | None = None
) -> list[Release]:
    """Publish every programme of these sites that differs from its last release, in one act.

    ``seen`` is the ``state_of_changes`` that the person was shown; when anything has changed since,
    nothing is published.
    """
    sites = list(sites)
    for site in sites:
        check_may_edit(by, site)
    try:
        with transaction.atomic():
            lock_sites(sites)
            programmes = open_day.programmes.filter(site__in=sites).select_related("site", "open_day__network")
            standings = standing_of(programmes.order_by("site__slug"))
            changed = [standing.programme for standing in standings if standing.is_changed]
            if changed and seen is not None and seen != state_of_changes(standings):
                raise _changed_meanwhile()
            return [_release(programme, by=by, now=now, seen=None) for programme in changed]
    except IntegrityError:
        raise ReleasedMeanwhileError(_("This programme was just released by somebody else.")) from None


def _release(programme: Programme, *, by: Any | None, now: dt.datetime, seen: str | None) -> Release:
    content = content_of(programme, _sessions_of([programme])[programme.pk])
    last = _last_release(programme)
    checksum = checksum_of(content)
    if last is None and not content["sessions"]:
        raise NothingToReleaseError(_("This programme is empty. Add a session before you release it."))
    if last is not None and last.checksum == checksum:
        raise NothingToReleaseError(_("Nothing has changed since release %(number)s.") % {"number": last.number})
    if seen is not None and seen != checksum:
        raise _changed_meanwhile()
    return Release.objects.create(
        programme=programme,
        number=last.number + 1 if last else 1,
        released_at=now,
        released_by=by,
        content=content,
        changes=changes_between(_last_content(last), content),
        checksum=checksum,
    )


def _changed_meanwhile() -> ChangedMeanwhileError:
    return ChangedMeanwhileError(_("Somebody changed the programme meanwhile. Look at the differences again."))


def _standing(programme: Programme, sessions: list[Session], last: Release | None) -> Standing:
    checksum = checksum_of(content_of(programme, sessions))
    return Standing(
        programme=programme,
        session_count=len(sessions),
        number=last.number if last else 0,
        released_at=last.released_at if last else None,
        checksum=checksum,
        is_changed=last.checksum != checksum if last else bool(sessions),
    )


def _sessions_of(programmes: list[Programme]) -> dict[int, list[Session]]:
    found: dict[int, list[Session]] = defaultdict(list)
    for session in Session.objects.filter(programme__in=programmes).with_details().in_order():
        found[session.programme_id].append(session)
    return found


def _last_release(programme: Programme) -> Release | None:
    return Release.objects.filter(programme=programme).order_by("-number").first()


def _last_content(release: Release | None) -> Content | None:
    content: Content | None = release.content if release else None
    return content
