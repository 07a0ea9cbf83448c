"""What anybody may see of a queue: open or closed, how many wait and how long, who is called. Nobody is named."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db.models import Q

from appointments.enums import TicketState
from appointments.models import SiteQueue, Ticket
from appointments.services.queue.estimates import needs_of, outlook_of
from appointments.services.queue.lengths import experience_at
from appointments.services.queue.numbers import label_of
from appointments.services.queue.scenes import Scene, scenes_of
from appointments.waiting_time import Estimate, Experience, Need, place_in_line
from sites.enums import Language
from sites.models import Site, Theme

LAST_CALLS, NEXT_UP = 6, 3
WAS_CALLED = (TicketState.CALLED, TicketState.RECEIVED, TicketState.DONE)
# As exactly as a wait is said: a board does not change because a second has gone by.
STEP = 5


class Call(NamedTuple):
    """A number that was called, and where to."""

    label: str
    desk: str
    called_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Board:
    """The queue of one site at a moment."""

    site: Site
    is_used: bool
    """Whether visitors take a number here."""
    is_open: bool
    """Whether anybody may walk in now."""
    until: dt.datetime | None
    next_opening: dt.datetime | None
    is_paused: bool
    notice: str
    waiting: int
    by_theme: tuple[tuple[Theme, int], ...]
    by_language: tuple[tuple[str, int], ...]
    open_desks: int
    estimates: tuple[tuple[Theme, str, Estimate | None], ...]
    """For who comes now, by what somebody receives for today; none while nobody may walk in."""
    estimate: Estimate | None
    """That of the theme and language in the middle: half of the others wait no longer."""
    last_calls: tuple[Call, ...]
    next_up: tuple[str, ...]
    version: str = ""
    """Changes when anything changes that is shown; waits count as exactly as they are said."""


def board_of(*, site: Site, now: dt.datetime) -> Board:
    """The board of one site; eight queries at most."""
    return boards_of(sites=[site], now=now)[site.pk]


def boards_of(*, sites: Collection[Site], now: dt.datetime) -> dict[int, Board]:
    """The board of each site, by its key: eight queries at most however many, their networks at hand."""
    scenes = scenes_of(sites=sites, now=now)
    experience = experience_at(sites, now=now)
    queues = {queue.site_id: queue for queue in SiteQueue.objects.filter(site__in=[site.pk for site in sites])}
    themes = _themes(scenes.values())
    return {
        key: _board(scene, experience[key], queues.get(key), themes[scene.site.network_id])
        for key, scene in scenes.items()
    }


def _themes(scenes: Collection[Scene]) -> dict[int, dict[str, Theme]]:
    """By network, the themes of today in its own words, in their order, by their code on the common list."""
    networks = {scene.site.network_id: scene.today for scene in scenes}
    today = max(networks.values(), default=dt.date.min)
    rows = Theme.objects.on(today).filter(Q(network__in=networks) | Q(network__isnull=True)).select_related("common")
    found: dict[int, dict[str, Theme]] = {network: {} for network in networks}
    # Those of the network last: they stand for those of the common list.
    for theme in sorted(rows, key=lambda theme: (theme.network_id is not None, theme.position, theme.pk)):
        for network in networks if theme.network_id is None else [theme.network_id]:
            found[network][theme.common_code] = theme
    return found


def _board(scene: Scene, experience: Experience, queue: SiteQueue | None, themes: Mapping[str, Theme]) -> Board:
    opening, seatings, waiting = scene.opening, scene.open_seatings, scene.waiting
    # Hours that nobody knows are open as long as a desk is.
    is_open = (opening.is_open and opening.is_drop_in) or (not opening.is_known and bool(seatings))
    estimates = _estimates(scene, experience, themes) if is_open and not opening.pause else ()
    codes = Counter(row["theme_code"] for row in waiting)
    languages = Counter(row["language"] for row in waiting)
    board = Board(
        site=scene.site,
        is_used=queue is not None and queue.is_used,
        is_open=is_open,
        until=opening.until if is_open else None,
        next_opening=opening.next_drop_in.starts_at if opening.next_drop_in else None,
        is_paused=opening.pause is not None,
        notice=str(opening.pause.message) if opening.pause else "",
        waiting=len(waiting),
        by_theme=tuple((theme, codes[code]) for code, theme in themes.items() if codes[code]),
        by_language=tuple((code, languages[code]) for code in Language.values if languages[code]),
        open_desks=len(seatings),
        estimates=estimates,
        estimate=_middle(estimates),
        last_calls=tuple(_last_calls(scene, queue)) if queue else (),
        next_up=tuple(_next_up(scene, queue)) if queue else (),
    )
    return replace(board, version=_version(board))


def _estimates(
    scene: Scene, experience: Experience, themes: Mapping[str, Theme]
) -> tuple[tuple[Theme, str, Estimate | None], ...]:
    newcomers = outlook_of(scene, experience, asked=needs_of(scene)).newcomers
    return tuple(
        (theme, spoken, newcomers[Need(code, spoken)])
        for code, theme in themes.items()
        for spoken in Language.values
        if Need(code, spoken) in newcomers
    )


def _middle(estimates: Iterable[tuple[Theme, str, Estimate | None]]) -> Estimate | None:
    known = sorted((one for _theme, _spoken, one in estimates if one is not None), key=lambda one: one.middle)
    return known[(len(known) - 1) // 2] if known else None


def _last_calls(scene: Scene, queue: SiteQueue) -> Iterable[Call]:
    """The newest first. A visitor who stays for a second question is not called again."""
    called = [row for row in scene.tickets if row["state"] in WAS_CALLED and row["began_at"] != row["called_at"]]
    for row in sorted(called, key=lambda row: (row["called_at"], row["number"]), reverse=True)[:LAST_CALLS]:
        yield Call(_label(row, queue), row["seating__desk__name"], row["called_at"])


def _next_up(scene: Scene, queue: SiteQueue) -> Iterable[str]:
    """Those whom desks call next that are open; where none is, the first of the line."""
    desks = [desk for desk in scene.desks() if desk.opens_at <= 0]
    line = [one for one in scene.line() if not one.is_expected]
    called = [one for one in line if any(desk.may_call(one) for desk in desks)] or line
    for one in sorted(called, key=lambda one: place_in_line(one, now=0.0))[:NEXT_UP]:
        yield label_of(Ticket(number=one.number), queue)


def _label(row: Mapping[str, Any], queue: SiteQueue) -> str:
    return label_of(Ticket(number=row["number"]), queue)


def _version(board: Board) -> str:
    shown = (
        *(board.site.pk, board.is_used, board.is_open, board.until, board.next_opening, board.is_paused, board.notice),
        *(board.waiting, board.by_language, board.open_desks, board.last_calls, board.next_up),
        [(theme.pk, count) for theme, count in board.by_theme],
        [(theme.pk, spoken, _as_said(estimate)) for theme, spoken, estimate in board.estimates],
        _as_said(board.estimate),
    )
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def _as_said(estimate: Estimate | None) -> tuple[int, int, bool] | None:
    if estimate is None:
        return None
    return estimate.low // STEP, -(-estimate.high // STEP), estimate.is_past_closing
