"""Who receives at which desk today, for which themes and in which languages."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from appointments.models import Seating, Shift, Ticket
from appointments.queue_rules import DeskError, check_open, desk_occupied
from appointments.services.booking.advisors import lock_advisors
from appointments.services.queue.numbers import label_of, lock_queue, queue_of
from citemetiers.kernel.dates import first_and_last_at, local_day
from sites.models import Desk, Site, Theme, User

ONE_DAY = dt.timedelta(days=1)


class Defaults(NamedTuple):
    """What an advisor most likely does today: empty where the rota says nothing."""

    themes: tuple[Theme, ...] = ()
    languages: tuple[str, ...] = ()
    desk: Desk | None = None


def duty_defaults(*, advisor: User, site: Site, now: dt.datetime) -> Defaults:
    """The themes, languages and desk of the duty of this moment; else of the next one today, else of the last."""
    today = local_day(now, tz=site.tz)
    midnight, next_midnight = (first_and_last_at(day, dt.time(), tz=site.tz)[0] for day in (today, today + ONE_DAY))
    shifts = Shift.objects.filter(advisor=advisor, site=site).within(midnight, next_midnight)
    rows = list(shifts.select_related("duty", "desk").prefetch_related("duty__themes__common").order_by("starts_at"))
    if not rows:
        return Defaults()
    shift = next((one for one in rows if one.ends_at > now), rows[-1])
    codes = {theme.common_code for theme in shift.duty.themes.all()}
    offered = Theme.objects.on_offer(today=today, network=site.network_id).select_related("common")
    themes = tuple(theme for theme in offered if theme.common_code in codes)
    desk = shift.desk if shift.desk is not None and shift.desk.is_in_use else None
    return Defaults(themes, shift.duty.languages, desk)


def open_desks(*, site: Site, now: dt.datetime) -> list[Seating]:
    """The desks at which somebody sits, paused ones too, with what the calling rule asks for; two or three queries."""
    rows = Seating.objects.open().at(site, day=local_day(now, tz=site.tz)).select_related("desk")
    return list(rows.prefetch_related("themes__common").order_by("pk"))


def seating_of(*, user: User, now: dt.datetime) -> Seating | None:
    """Where this person sits today; a desk left open on an earlier day is closed without a word."""
    found = Seating.objects.open().filter(advisor=user).select_related("site__queue", "desk").first()
    if found is None or found.day == local_day(now, tz=found.site.tz):
        return found
    _close_forgotten([found], now=now)
    return None


@transaction.atomic
def open_desk(  # noqa: PLR0913  what an advisor chooses, one by one
    *, site: Site, desk: Desk, by: User, themes: Collection[Theme], languages: Collection[str], now: dt.datetime
) -> Seating:
    """Sit down at a desk for these themes and languages; at the same desk again, the choice is changed.

    Raises DeskError when somebody else is at the desk, or this person at another one.
    """
    if desk.site_id != site.pk or not desk.is_in_use:
        raise DeskError(_("This desk is not in use here. Choose another one."))
    if not themes or not languages:
        raise DeskError(_("Choose at least one theme and one language."))
    lock_advisors({by.pk})
    lock_queue(site)
    today = local_day(now, tz=site.tz)
    concerned = (Seating.objects.open().filter(desk=desk) | Seating.objects.open().filter(advisor=by)).order_by("pk")
    standing = {one.pk: one for one in concerned.select_related("site")}
    forgotten = [one for one in standing.values() if one.day != local_day(now, tz=one.site.tz)]
    _close_forgotten(forgotten, now=now)
    for one in forgotten:
        del standing[one.pk]
    seating = _theirs(standing.values(), desk=desk, by=by)
    if seating is None:
        seating = Seating(site=site, day=today, advisor=by, desk=desk, opened_at=now)
    seating.languages = tuple(languages)
    seating.save()
    seating.themes.set(themes)
    return seating


def pause_desk(*, seating: Seating, by: User, now: dt.datetime) -> Seating:
    """Call nobody new to this desk until it resumes; whoever is there stays. Twice is once."""
    return _pause(seating, by=by, now=now, paused_at=now)


def resume_desk(*, seating: Seating, by: User, now: dt.datetime) -> Seating:
    """Call visitors to this desk again. Twice is once."""
    return _pause(seating, by=by, now=now, paused_at=None)


@transaction.atomic
def close_desk(*, seating: Seating, by: User, now: dt.datetime) -> Seating:
    """Leave the desk; whoever was passed on to it waits for any desk. Twice is once.

    Raises DeskError while a visitor is called or in session there.
    """
    held = lock_seating(seating)
    if held.closed_at is not None:
        return held
    _check_own(held, by=by)
    present = Ticket.objects.at_a_desk().filter(seating=held).first()
    if present is not None:
        raise desk_occupied(label_of(present, queue_of(held.site)))
    _free_wanted([held])
    held.closed_at = now
    held.save(update_fields=["closed_at"])
    return held


def lock_seating(seating: Seating) -> Seating:
    """The desk as it stands, held until the transaction ends: after the queue of its site, before its tickets."""
    rows = Seating.objects.select_for_update(of=("self",), no_key=True).select_related("site__queue", "desk")
    return rows.get(pk=seating.pk)


@transaction.atomic
def _pause(seating: Seating, *, by: User, now: dt.datetime, paused_at: dt.datetime | None) -> Seating:
    held = lock_seating(seating)
    check_open(held, now=now)
    _check_own(held, by=by)
    if (held.paused_at is None) != (paused_at is None):
        held.paused_at = paused_at
        held.save(update_fields=["paused_at"])
    return held


def _theirs(standing: Iterable[Seating], *, desk: Desk, by: User) -> Seating | None:
    for one in standing:
        if one.advisor_id != by.pk:
            raise DeskError(_("Somebody else is at this desk."))
        if one.desk_id != desk.pk:
            raise DeskError(_("You are at another desk. Leave that one first."))
        return one
    return None


def _check_own(seating: Seating, *, by: User) -> None:
    if seating.advisor_id != by.pk:
        raise DeskError(_("Somebody else is at this desk."))


def _close_forgotten(seatings: Collection[Seating], *, now: dt.datetime) -> None:
    """Desks of an earlier day: whoever is there goes with the tickets of that day."""
    Seating.objects.open().filter(pk__in=[one.pk for one in seatings]).update(closed_at=now)


def _free_wanted(seatings: Collection[Seating]) -> None:
    Ticket.objects.in_line().filter(seating__in=seatings).update(seating=None)
