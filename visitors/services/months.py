"""A month that nobody can correct any more is folded into cubes; its rows go 13 months after the end of its year.

Illustrative rows alone may still be added to a closed month, and only through `write_illustrative`.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from sites.models import Network
from visitors import counting, rules
from visitors.enums import Dimension
from visitors.models import ClosedMonth, Contact, ContactTheme, EntryAuthor, MonthCube, Tally, TallyMargin
from visitors.services.windows import corrected_until

FEBRUARY = 2
AUTHOR = EntryAuthor.objects.filter(entry_key=OuterRef("pk"))
CELL = ["month", "site", "dimension", "line", "code"]
SUMS = ["contacts", "people", "illustrative", "batched"]
LoggedContact = tuple[Contact, Sequence[ContactTheme]]
CountedTally = tuple[Tally, Sequence[TallyMargin]]
Written = TypeVar("Written", LoggedContact, CountedTally)


class CubesDifferError(rules.VisitorsError):
    """The rows of a closed month are not what its cubes say: nothing is deleted before somebody has looked."""


class NotIllustrativeError(rules.VisitorsError):
    """A row that is not marked as illustrative would be added to a closed month."""


def close_months(*, now: dt.datetime) -> int:
    """Fold every month that can be corrected nowhere any more into its cubes; says how many rows were folded.

    Each month is one transaction. Whoever comes second, at once or later, finds nothing to do. A month of which an
    entry still has its author waits for the seal: its author could still move it to another day.
    """
    until = corrected_until(now=now).replace(day=1)
    return sum(_close(month, today=timezone.localdate(now)) for month in _months_open(until=until))


def delete_old_rows(*, now: dt.datetime) -> int:
    """Delete the rows of closed months whose time has come; says how many contacts and counts went.

    Raises CubesDifferError, and deletes nothing of the month, where the rows no longer make the sums that are kept.
    """
    today = timezone.localdate(now)
    kept = ClosedMonth.objects.filter(deleted_on__isnull=True).order_by("month").values_list("month", flat=True)
    return sum(_delete(month, today=today) for month in list(kept) if rows_go_on(month) <= today)


def months_to_close(*, now: dt.datetime) -> list[dt.date]:
    """The months that are not closed yet, from the first one with a row to the one that has begun."""
    return _months_open(until=counting.next_month(timezone.localdate(now)))


def rows_go_on(month: dt.date) -> dt.date:
    """The day on which the rows of a month are deleted: 13 months after the end of its year."""
    return dt.date(month.year + 2, FEBRUARY, 1)


@transaction.atomic
def write_illustrative(
    *, contacts: Sequence[LoggedContact] = (), tallies: Sequence[CountedTally] = ()
) -> tuple[int, int]:
    """Write made-up rows with their themes and margins; says how many contacts and how many counts are new.

    Of a closed month the cubes grow by exactly these rows: what was folded of real rows is not counted anew. Of a
    month whose rows are deleted nothing is written. Raises NotIllustrativeError for a row that is not marked.
    """
    rows: list[Contact | Tally] = [*(row for row, _more in contacts), *(row for row, _more in tallies)]
    if not all(row.is_illustrative for row in rows):
        raise NotIllustrativeError(_("Only illustrative rows can be added to a month that is over."))
    _one_at_a_time()
    months = {row.day.replace(day=1) for row in rows}
    closed = {found.month: found for found in ClosedMonth.objects.filter(month__in=months)}
    gone = {month for month, found in closed.items() if found.deleted_on}
    logged = Contact.objects.filter(pk__in=[row.pk for row, _parts in contacts]).values_list("pk", flat=True)
    counted = Tally.objects.filter(pk__in=[row.pk for row, _parts in tallies]).values_list("pk", flat=True)
    fresh = _without(contacts, keys=set(logged), months=gone)
    counts = _without(tallies, keys=set(counted), months=gone)
    Contact.objects.bulk_create([row for row, _more in fresh])
    ContactTheme.objects.bulk_create([theme for _one, themes in fresh for theme in themes])
    # A batch that somebody caught up for the same half-day and theme stays; the made-up one is left out.
    Tally.objects.bulk_create([row for row, _more in counts], ignore_conflicts=True)
    TallyMargin.objects.bulk_create([margin for _one, margins in counts for margin in margins])
    if closed:
        _add_to_cubes(
            closed,
            contacts=[row.pk for row, _more in fresh if row.day.replace(day=1) in closed],
            tallies=[row.pk for row, _more in counts if row.day.replace(day=1) in closed],
        )
    return len(fresh), len(counts)


def _without(rows: Iterable[Written], *, keys: set[UUID], months: set[dt.date]) -> list[Written]:
    found = {item[0].pk: item for item in rows if item[0].day.replace(day=1) not in months}
    return [item for key, item in found.items() if key not in keys]


def _one_at_a_time() -> None:
    """Whoever closes, deletes or invents waits here for the others; the log itself waits for nobody."""
    networks = Network.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    list(networks.values_list("pk", flat=True))


def _months_open(*, until: dt.date) -> list[dt.date]:
    firsts = [model.objects.order_by("day").values_list("day", flat=True).first() for model in (Contact, Tally)]
    days = [day for day in firsts if day]
    if not days:
        return []
    closed = set(ClosedMonth.objects.values_list("month", flat=True))
    found, month = [], min(days).replace(day=1)
    while month < until:
        if month not in closed:
            found.append(month)
        month = counting.next_month(month)
    return found


@transaction.atomic
def _close(month: dt.date, *, today: dt.date) -> int:
    _one_at_a_time()
    if ClosedMonth.objects.filter(month=month).exists():
        return 0
    until = counting.next_month(month)
    contacts, tallies = Contact.objects.within(month, until), Tally.objects.within(month, until)
    if any(kind.filter(Exists(AUTHOR)).exists() for kind in (contacts, tallies)):
        return 0
    rows = contacts.count() + tallies.count()
    for dimension in Dimension if rows else ():
        cells = counting.fold(dimension, contacts=contacts, tallies=tallies)
        MonthCube.objects.bulk_create(_cube(dimension, cell, sums) for cell, sums in cells.items())
    ClosedMonth.objects.create(month=month, closed_on=today, rows=rows)
    return rows


def _cube(dimension: Dimension, cell: counting.Cell, sums: counting.Sums) -> MonthCube:
    return MonthCube(
        site_id=cell.site, month=cell.month, line=cell.line, dimension=dimension, code=cell.code, **vars(sums)
    )


def _add_to_cubes(closed: dict[dt.date, ClosedMonth], *, contacts: list[UUID], tallies: list[UUID]) -> None:
    logged = Contact.objects.filter(pk__in=contacts, is_illustrative=True)
    counted = Tally.objects.filter(pk__in=tallies, is_illustrative=True)
    for dimension in Dimension:
        added = counting.fold(dimension, contacts=logged, tallies=counted)
        kept = counting.read_cubes(closed, sites={cell.site for cell in added}, dimension=dimension)
        MonthCube.objects.bulk_create(
            [_cube(dimension, cell, kept.get(cell, counting.Sums()) + sums) for cell, sums in added.items()],
            update_conflicts=True,
            unique_fields=CELL,
            update_fields=SUMS,
        )
    for model, keys in ((Contact, contacts), (Tally, tallies)):
        for day in model.objects.filter(pk__in=keys).values_list("day", flat=True):
            closed[day.replace(day=1)].rows += 1
    ClosedMonth.objects.bulk_update(closed.values(), ["rows"])


@transaction.atomic
def _delete(month: dt.date, *, today: dt.date) -> int:
    _one_at_a_time()
    closed = ClosedMonth.objects.get(month=month)
    if closed.deleted_on:
        return 0
    until = counting.next_month(month)
    contacts, tallies = Contact.objects.within(month, until), Tally.objects.within(month, until)
    made = counting.fold(Dimension.TOTAL, contacts=contacts, tallies=tallies)
    sites = {cell.site for cell in made} | set(MonthCube.objects.filter(month=month).values_list("site", flat=True))
    if made != counting.read_cubes([month], sites=sites, dimension=Dimension.TOTAL):
        raise CubesDifferError(_("The rows of %(month)s no longer make its sums.") % {"month": f"{month:%Y-%m}"})
    rows = contacts.count() + tallies.count()
    ContactTheme.objects.filter(contact__in=contacts.values("pk")).delete()
    contacts.delete()
    TallyMargin.objects.filter(tally__in=tallies.values("pk")).delete()
    tallies.delete()
    closed.deleted_on = today
    closed.save(update_fields=["deleted_on"])
    return rows
