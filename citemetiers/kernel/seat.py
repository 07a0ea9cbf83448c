"""Where a person sits today: asked once a day, for all the screens that stay open all day."""

import datetime as dt
from collections.abc import MutableMapping, Sequence
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from citemetiers.kernel import dates

SITE, DAY = "desk_site", "desk_day"
Session = MutableMapping[str, Any]


class Place(Protocol):
    """A place with a wall that shows its own time."""

    slug: str

    @property
    def tz(self) -> ZoneInfo: ...


P = TypeVar("P", bound=Place)


def sit_at(session: Session, place: Place, *, now: dt.datetime) -> None:
    """Remember the place until the day there is over."""
    session[SITE], session[DAY] = place.slug, dates.local_day(now, tz=place.tz).isoformat()


def seat_of(session: Session, places: Sequence[P], *, now: dt.datetime) -> P | None:
    """The only place, or the one chosen today: tomorrow the person may sit elsewhere."""
    if len(places) == 1:
        return places[0]
    chosen = next((place for place in places if place.slug == session.get(SITE)), None)
    if chosen is None or session.get(DAY) != dates.local_day(now, tz=chosen.tz).isoformat():
        return None
    return chosen
