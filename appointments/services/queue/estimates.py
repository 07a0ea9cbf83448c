"""How long somebody will wait: the rest of the day played many times, from what stands at the site at this moment."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from appointments.enums import TicketState
from appointments.models import Ticket
from appointments.services.queue.lengths import experience_at
from appointments.services.queue.scenes import Scene, scenes_of
from appointments.waiting_time import Estimate, Experience, InLine, Need, Outlook, look_ahead
from sites.models import Site, Theme

__all__ = ["Estimate", "closes_before", "estimate_for", "estimates_of", "needs_of", "outlook_of"]

LAST = 10**6


def estimate_for(
    *, site: Site, theme: Theme, language: str, now: dt.datetime, due_at: dt.datetime | None = None
) -> Estimate | None:
    """How long somebody waits who comes now; for a booked visitor, how long after the hour that was booked.

    None when nobody receives for this today. Seven queries at most.
    """
    scene, experience = _look_at(site, now=now)
    need = Need(theme.common_code, language)
    if due_at is None:
        return outlook_of(scene, experience, asked=[need]).newcomers[need]
    after, line = scene.minutes(due_at), scene.line()
    # Whoever checks in is no longer expected.
    expected = [one for one in line if one.is_expected and one.due_at == after and one.need == need][:1]
    advisor = expected[0].advisor if expected else None
    arrived = InLine("arrived", need, queued_at=0.0, number=LAST, due_at=after, advisor=advisor)
    others = [one for one in line if one not in expected]
    waits = look_ahead(line=[*others, arrived], desks=scene.desks(), experience=experience).waits
    return _later(waits["arrived"], max(0.0, after))


def estimates_of(*, site: Site, now: dt.datetime) -> dict[UUID, Estimate]:
    """How long everybody who waits at a site still does, in one pass; nobody whom no desk serves today."""
    waits = outlook_of(*_look_at(site, now=now)).waits
    return {key: estimate for key, estimate in waits.items() if isinstance(key, UUID) and estimate is not None}


def closes_before(*, ticket: Ticket, now: dt.datetime) -> bool:
    """Whether the day is likely to end before the turn of somebody who waits."""
    if ticket.state != TicketState.WAITING:
        return False
    estimate = estimates_of(site=ticket.site, now=now).get(ticket.pk)
    return estimate is not None and estimate.is_past_closing


def outlook_of(scene: Scene, experience: Experience, *, asked: Iterable[Need] = ()) -> Outlook:
    """The rest of the day of one site."""
    return look_ahead(line=scene.line(), desks=scene.desks(), asked=asked, experience=experience)


def needs_of(scene: Scene) -> list[Need]:
    """All that somebody receives for at a site, now or later today."""
    return sorted({Need(code, spoken) for desk in scene.desks() for code in desk.themes for spoken in desk.languages})


def _look_at(site: Site, *, now: dt.datetime) -> tuple[Scene, Experience]:
    return scenes_of(sites=[site], now=now)[site.pk], experience_at([site], now=now)[site.pk]


def _later(estimate: Estimate | None, after: float) -> Estimate | None:
    """The same wait counted from a later moment; whoever is called before that waits no minute of it."""
    if estimate is None:
        return None
    low, middle, high = (max(0, round(part - after)) for part in estimate[:3])
    return Estimate(low, middle, high, estimate.is_past_closing)
