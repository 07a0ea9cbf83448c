"""Partners: one row for each name that a partner has borne, and what does not change with the name beside it."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sites.enums import Language
from sites.exchange.cells import Column, Day, Text, read_day, unknown
from sites.exchange.periods import days_of, overlap, shrinks
from sites.exchange.resource import ExchangeResource, Problem, in_chunks, twice
from sites.models import Convention, Network, Partner, PartnerName
from sites.rules import MANAGE_REFERENCE

NAMES = tuple(f"name_{code}" for code in Language.values)
PERIOD = ("name_first_on", "name_last_on")
BETWEEN_DAYS = ".."
PREFETCHED = ("names", "conventions__network", "presences__site__network")

Agreement = tuple[Any, dt.date | None, dt.date | None]


class Agreements(Text):
    """Conventions, one a line: “network: first day..last day”; an open end is empty."""

    def clean(self, value: str, row: Any = None, *, known: Any = None, **_kwargs: Any) -> tuple[Agreement, ...]:  # noqa: ARG002
        return tuple(self._read(line.strip(), known) for line in value.splitlines() if line.strip())

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> str:  # noqa: ARG002
        lines = [
            f"{network.slug}: {_as_text(first_on)}{BETWEEN_DAYS}{_as_text(last_on)}"
            for network, first_on, last_on in value or ()
        ]
        return "\n".join(sorted(lines))

    def _read(self, line: str, known: Any) -> Agreement:
        slug, _colon, days = line.partition(":")
        network = known.networks.get(slug.strip())
        if network is None:
            raise unknown(slug.strip(), known.networks)
        if BETWEEN_DAYS not in days:
            raise ValidationError(_("Write each convention on a line, such as wallonie: 2024-01-01..2026-12-31."))
        first_on, last_on = (read_day(day.strip()) for day in days.split(BETWEEN_DAYS, 1))
        return network, first_on, last_on


class PartnerExchange(ExchangeResource):
    """One row a name: a partner that changed its name has several, and says everything else only once."""

    foreign = gettext_lazy(
        "This file is not a list of partners: send a CSV or XLSX file with the columns of the export."
    )
    permissions = {Network: MANAGE_REFERENCE}
    columns = (
        Column("slug", "partner__slug", is_required=True),
        *(Column(name) for name in NAMES),
        Column("name_first_on", "first_on", kind=Day()),
        Column("name_last_on", "last_on", kind=Day()),
        *(Column(f"work_{code}", f"partner__work_{code}") for code in Language.values),
        Column("url", "partner__url"),
        Column("note", "partner__note"),
        Column("conventions", "partner__agreements", kind=Agreements()),
    )

    class Meta:
        model = PartnerName
        import_id_fields = ("slug",)

    # --- Finding ---------------------------------------------------------------------------------

    def get_queryset(self) -> Any:
        return Partner.objects.prefetch_related(*PREFETCHED).order_by(*self.order)

    def iter_queryset(self, queryset: Any) -> Iterator[PartnerName]:
        for partner in super().iter_queryset(queryset.prefetch_related(*PREFETCHED)):
            self._open(partner)
            names = sorted(partner.every_name, key=lambda name: (name.first_on or dt.date.min, name.pk))
            yield from names or [PartnerName(partner=partner)]

    def load(self, rows: list[dict[str, str]]) -> None:
        self.partners: dict[str, Any] = {}
        self.claimed: dict[int, int] = {}
        self.days_before: dict[int, Any] = {}
        self.said: dict[tuple[str, str], tuple[str, int]] = {}
        for slugs in in_chunks(row["slug"] for row in rows):
            partners = self.get_queryset().filter(slug__in=slugs)
            for partner in partners.select_for_update(of=("self",)) if self.is_locking else partners:
                self.partners[partner.slug] = self._open(partner)

    def _open(self, partner: Any) -> Any:
        is_new = partner.pk is None
        partner.every_name = [] if is_new else list(partner.names.all())
        partner.conventions_at_first = [] if is_new else list(partner.conventions.all())
        partner.agreements = tuple((row.network, *days_of(row)) for row in partner.conventions_at_first)
        presences = () if is_new else partner.presences.all()
        partner.networks_worked_in = {presence.site.network for presence in presences}
        for name in partner.every_name:
            name.partner = partner  # one partner, however many names
        return partner

    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[PartnerName, bool]:  # noqa: ARG002
        slug = row["slug"]
        partner = self.partners.setdefault(slug, None) or self._open(Partner(slug=slug))
        self.partners[slug] = partner
        if not any(row.get(column) for column in (*NAMES, *PERIOD)):
            return self._nameless(partner), partner.pk is None
        name = self._named(partner, row)
        is_new = name is None
        if name is None:
            name = PartnerName(partner=partner)
            partner.every_name.append(name)
        if id(name) in self.claimed:
            raise ValidationError({"name_first_on": twice(self.claimed[id(name)])})
        self.claimed[id(name)] = self.number
        self.days_before[id(name)] = days_of(name)
        return name, is_new

    def _nameless(self, partner: Any) -> PartnerName:
        key = id(partner)
        if key in self.claimed:
            raise ValidationError({"slug": twice(self.claimed[key])})
        self.claimed[key] = self.number
        return PartnerName(partner=partner)

    def _named(self, partner: Any, row: Any) -> PartnerName | None:
        free = [name for name in partner.every_name if name.pk and id(name) not in self.claimed]
        same_start = [
            name for name in free if "name_first_on" in row and _as_text(name.first_on) == row["name_first_on"]
        ]
        same_words = [
            name for name in free if all(row.get(column, "") == (getattr(name, column) or "") for column in NAMES)
        ]
        today = [name for name in free if "name_first_on" not in row and name.covers_day(self.today)]
        return next(iter((*same_start, *same_words, *today)), None)

    # --- Checking --------------------------------------------------------------------------------

    def parts(self, instance: Any) -> Iterator[tuple[str, Any]]:
        yield "partner", instance.partner
        if id(instance) in self.claimed:
            yield "", instance

    def places(self, instance: Any) -> Iterable[Any]:
        return {network for network, _first, _last in instance.partner.agreements}

    def may_write(self, instance: Any) -> bool:
        """A partner belongs to every network that it has agreed or worked with, and to all while it has with none."""
        partner = instance.partner
        there = {(row.network, *days_of(row)) for row in partner.conventions_at_first}
        touched = {network for network, _first, _last in there ^ set(partner.agreements)}
        known_in = {network for network, _first, _last in there} | partner.networks_worked_in
        is_known = any(map(self.is_theirs, known_in or self.known.networks.values()))
        return is_known and all(map(self.is_theirs, touched))

    def label(self, instance: Any) -> str:
        return f"{instance.partner.slug} · {instance.name}" if id(instance) in self.claimed else instance.partner.slug

    def import_field(self, field: Column, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        if field.place[0] == "partner":
            cell, number = self.said.setdefault((row["slug"], field.column_name), (row[field.column_name], self.number))
            if cell != row[field.column_name]:
                message = _("Row %(number)s says something else about the same partner.")
                raise ValidationError(message, params={"number": number})
        super().import_field(field, instance, row, is_m2m, **kwargs)

    def problems(self, instance: Any) -> Iterator[Problem]:
        if id(instance) in self.claimed and not any(getattr(instance, column) for column in NAMES):
            yield "name_fr", _("Give the name in one language at least.")
        agreements = [
            Convention(network=network, first_on=first, last_on=last)
            for network, first, last in instance.partner.agreements
        ]
        if any(row.first_on and row.last_on and row.last_on < row.first_on for row in agreements):
            yield "conventions", _("The last day cannot be before the first day.")
        elif any(overlap(one, other) for one, other in _pairs(agreements) if one.network == other.network):
            yield "conventions", _("This partner already has a convention on some of these days.")

    def problems_between(self) -> Iterator[tuple[int, str, str]]:
        for partner in self.partners.values():
            for one, other in _pairs(partner.every_name):
                number = max(self.claimed.get(id(one), 0), self.claimed.get(id(other), 0))
                if number and overlap(one, other):
                    yield number, "name_first_on", _("This partner already has a name on some of these days.")

    # --- Writing ---------------------------------------------------------------------------------

    def models_written(self) -> tuple[type[models.Model], ...]:
        return Partner, PartnerName, Convention

    def turn(self, instance: Any, is_new: bool) -> Any:
        return is_new, id(instance) in self.claimed and not shrinks(instance, self.days_before[id(instance)])

    def write(self, instance: Any) -> None:
        if id(instance.partner) not in self._saved:
            self.save_once(instance.partner)
            self._write_agreements(instance.partner)
        if id(instance) in self.claimed:
            self.save_once(instance)

    def _write_agreements(self, partner: Any) -> None:
        wanted = {(network.pk, first_on): (network, last_on) for network, first_on, last_on in partner.agreements}
        there = {(row.network_id, row.first_on): row for row in partner.conventions_at_first}
        for key in there.keys() - wanted.keys():
            there[key].delete()
        changed = [there[key] for key in there.keys() & wanted.keys() if there[key].last_on != wanted[key][1]]
        days_before = {row.pk: days_of(row) for row in changed}
        for row in changed:
            row.last_on = wanted[row.network_id, row.first_on][1]
        for row in sorted(changed, key=lambda row: not shrinks(row, days_before[row.pk])):
            row.save()
        for key in wanted.keys() - there.keys():
            network, last_on = wanted[key]
            Convention.objects.create(partner=partner, network=network, first_on=key[1], last_on=last_on)


def _as_text(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _pairs(rows: list[Any]) -> Iterator[tuple[Any, Any]]:
    return ((one, other) for index, one in enumerate(rows) for other in rows[:index])
