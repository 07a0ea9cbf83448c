"""The kinds of rows that a site has several of, and what the pages say of each."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citemetiers.kernel.dates import date_words
from sites.forms.facts import FactForm
from sites.forms.places import (
    ClosureForm,
    DeskForm,
    PauseForm,
    PresenceForm,
    RoomForm,
    SeasonForm,
    SpecialHoursForm,
)
from sites.models import Closure, Desk, DropInPause, Partner, Presence, Room, Season, Site, SpecialHours


@dataclass(frozen=True)
class Kind:
    """Rows of one model at one site: their form, and the words around it."""

    form: type[FactForm]
    rows: Callable[[Site], QuerySet[Any]]
    adding: Promise
    changing: Promise
    saved: Promise
    words: Callable[[Any], str] = str
    is_removable: bool = True


def _days(row: Any) -> str:
    first, last = (date_words(day) for day in (row.first_on, row.last_on))
    return f"{first} – {last}" if first != last else first


def _closure(row: Closure) -> str:
    return " · ".join(part for part in (_days(row), row.reason) if part)


def _special_hours(row: SpecialHours) -> str:
    return f"{date_words(row.day)}, {row.opens_at:%H:%M}–{row.closes_at:%H:%M}"


def _presences(site: Site) -> QuerySet[Presence]:
    return Presence.objects.filter(site=site).select_related("partner").order_by("partner__slug", "first_on", "pk")


KINDS = {
    "closures": Kind(
        ClosureForm,
        lambda site: Closure.objects.filter(site=site).order_by("first_on", "pk"),
        adding=_("Add closing days"),
        changing=_("Change closing days"),
        saved=_("The closing days are saved."),
        words=_closure,
    ),
    "special-hours": Kind(
        SpecialHoursForm,
        lambda site: SpecialHours.objects.filter(site=site).order_by("day", "opens_at", "pk"),
        adding=_("Add other hours for one day"),
        changing=_("Change the hours of one day"),
        saved=_("The hours of this day are saved."),
        words=_special_hours,
    ),
    "pauses": Kind(
        PauseForm,
        lambda site: DropInPause.objects.filter(site=site).order_by("starts_at", "pk"),
        adding=_("Suspend drop-in"),
        changing=_("Change the suspension of drop-in"),
        saved=_("The suspension of drop-in is saved."),
    ),
    "seasons": Kind(
        SeasonForm,
        lambda site: Season.objects.filter(site=site).order_by("first_on", "pk"),
        adding=_("Add a season"),
        changing=_("Change a season"),
        saved=_("The season is saved. It begins to count once you have saved its hours here."),
    ),
    "rooms": Kind(
        RoomForm,
        lambda site: Room.objects.filter(site=site).order_by("-is_in_use", "name", "pk"),
        adding=_("Add a room"),
        changing=_("Change a room"),
        saved=_("The room is saved."),
        is_removable=False,
    ),
    "desks": Kind(
        DeskForm,
        lambda site: Desk.objects.filter(site=site).select_related("room").order_by("-is_in_use", "name", "pk"),
        adding=_("Add a desk"),
        changing=_("Change a desk"),
        saved=_("The desk is saved."),
        is_removable=False,
    ),
    "partners": Kind(
        PresenceForm,
        _presences,
        adding=_("Name a partner for this place"),
        changing=_("Change the presence of a partner"),
        saved=_("The presence of the partner is saved."),
    ),
}


def names_of(presences: list[Presence], *, today: dt.date) -> list[tuple[Presence, str]]:
    """Each presence with the name that its partner bears today."""
    partners = Partner.objects.with_names().in_bulk({presence.partner_id for presence in presences})
    return [(presence, partners[presence.partner_id].name_on(today)) for presence in presences]
