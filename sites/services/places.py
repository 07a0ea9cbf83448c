"""Corrections of a site's facts that touch several rows. The row of the site is locked first: two people take turns."""

import datetime as dt
import hashlib
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sites.geography import middle_of
from sites.models import Address, OpeningHours, Season, Site, User
from sites.opening import WeeklyHours, problems
from sites.rules import ChangedMeanwhileError, PlaceError, check_may_edit
from sites.signals import opening_changed

DAY = dt.timedelta(days=1)


def lock_site(site: Site) -> Site:
    """The row of a site, held until the transaction ends."""
    return Site.objects.select_for_update(of=("self",)).get(pk=site.pk)


def weekly_rows(site: Site, season: Season | None) -> list[OpeningHours]:
    """The hours of an ordinary week, or of a week in a season, in their order."""
    return list(OpeningHours.objects.filter(site=site, season=season).order_by("weekday", "opens_at", "pk"))


def state_of_week(site: Site, season: Season | None) -> str:
    """A fingerprint of the hours, to notice a change by somebody else before it is undone."""
    return hashlib.sha256("\n".join(str(_key(row)) for row in weekly_rows(site, season)).encode()).hexdigest()


def consequences_of_hours(*, site: Site, now: dt.datetime) -> list[str]:
    """What is to be done now that a site opens otherwise, in sentences of the rooms that know."""
    answers = opening_changed.send(sender=Site, site=site, now=now)
    return [str(text) for _receiver, text in answers if text]


@transaction.atomic
def set_week(*, site: Site, season: Season | None, rows: Sequence[WeeklyHours], seen: str, by: User) -> None:
    """Make the week hold exactly these hours. Refuses overlapping hours, and a week that changed since it was seen."""
    check_may_edit(by=by, site=site)
    lock_site(site)
    if seen != state_of_week(site, season):
        raise ChangedMeanwhileError(
            _("Somebody changed these hours meanwhile. What you typed is still here: save it to replace their change.")
        )
    wrong = problems(rows)
    if wrong:
        raise PlaceError(" ".join(sentence for _number, sentence in wrong))
    wanted = {(row.weekday, row.opens_at, row.closes_at, row.is_by_appointment) for row in rows}
    kept = set()
    for old in weekly_rows(site, season):
        if _key(old) in wanted:
            kept.add(_key(old))
        else:
            old.delete()
    for weekday, opens_at, closes_at, is_by_appointment in sorted(wanted - kept):
        new = OpeningHours(
            site=site,
            season=season,
            weekday=weekday,
            opens_at=opens_at,
            closes_at=closes_at,
            is_by_appointment=is_by_appointment,
        )
        new.full_clean()
        new.save()


@transaction.atomic
def move_site(*, site: Site, address: Address, by: User) -> Address:
    """Let the site receive people at another address from its first day on; the present one ends the day before.

    Without a position of its own, the new address takes the middle of its postcode.
    """
    check_may_edit(by=by, site=site)
    lock_site(site)
    if address.first_on is None:
        raise PlaceError(_("Say from which day on the place receives people there."), field="first_on")
    before = Address.objects.filter(site=site, last_on__isnull=True).order_by("pk").first()
    if before is not None:
        if before.first_on is not None and before.first_on >= address.first_on:
            sentence = _("A move on %(day)s is already written down. Correct that address, or choose a later day.")
            day = date_format(before.first_on, "DATE_FORMAT")
            raise PlaceError(sentence % {"day": day}, field="first_on")
        before.last_on = address.first_on - DAY
        before.save()
    address.site = site
    locate(address)
    try:
        address.full_clean()
    except ValidationError as error:  # an address whose last day is to come holds on that day
        raise PlaceError(" ".join(error.messages), field="first_on") from error
    address.save()
    return address


@transaction.atomic
def withdraw_move(*, site: Site, address: Address, by: User, today: dt.date) -> None:
    """Take back a move that has not taken place: the address before it goes on."""
    check_may_edit(by=by, site=site)
    lock_site(site)
    if address.first_on is None or address.first_on <= today:
        raise PlaceError(_("This move has taken place: write down a new one."))
    before = Address.objects.filter(site=site, last_on=address.first_on - DAY).order_by("pk").first()
    last_on = address.last_on
    address.delete()
    if before is not None:
        before.last_on = last_on
        before.full_clean()
        before.save()


def locate(address: Address) -> None:
    """Give an address without a position the middle of its postcode, so that the nearest place can be found."""
    if address.position is None:
        middle = middle_of(address.postcode, countries=[address.site.network.country])
        if middle is not None:
            address.latitude, address.longitude = middle


def _key(row: OpeningHours) -> tuple[int, dt.time, dt.time, bool]:
    return row.weekday, row.opens_at, row.closes_at, row.is_by_appointment
