"""Sites, with the address at which they are today, and their rooms."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sites.enums import HolidayCalendar, LabelStatus, Language, SiteKind
from sites.exchange.cells import Code, Codes, Column, Day, Number, One, YesNo
from sites.exchange.periods import overlap
from sites.exchange.resource import ExchangeResource, Problem, in_chunks, twice
from sites.models import Address, Network, Room, Site
from sites.rules import (
    MANAGE_REFERENCE,
    MOST_SEATS,
    PlaceError,
    check_municipality,
    check_postcode,
    municipalities_of,
    postcodes_of,
)

ADDRESS = "address_today"


def _on_address(name: str, field: str = "", **options: Any) -> Column:
    return Column(name, f"{ADDRESS}__{field or name}", **options)


class SiteExchange(ExchangeResource):
    """One row a site. The address is the one of today: a move is told on the page of the site, not here."""

    foreign = gettext_lazy("This file is not a list of sites: send a CSV or XLSX file with the columns of the export.")
    permissions = {Site: "sites.edit_site", Network: MANAGE_REFERENCE}
    columns = (
        Column("slug", is_required=True),
        Column("network", kind=One("networks"), is_required=True, is_settled=True),
        Column("name", is_required=True),
        Column("kind", kind=Code(SiteKind), is_required=True),
        Column("city", is_required=True),
        Column("languages", kind=Codes(Language), is_required=True),
        Column("label_status", kind=Code(LabelStatus)),
        Column("label_since_on", kind=Day()),
        Column("label_until_on", kind=Day()),
        Column("phone"),
        Column("email"),
        Column("url"),
        Column("timezone"),
        Column("school_calendar", kind=Code(HolidayCalendar)),
        Column("is_open_to_public", kind=YesNo()),
        _on_address("address_first_on", "first_on", kind=Day()),
        _on_address("address_last_on", "last_on", kind=Day()),
        _on_address("street"),
        _on_address("is_street_partial", kind=YesNo()),
        _on_address("postcode", is_required=True),
        _on_address("address_city", "city", is_required=True),
        _on_address("nis_code"),
        _on_address("latitude", kind=Number(float)),
        _on_address("longitude", kind=Number(float)),
        _on_address("is_step_free", kind=YesNo(may_be_unknown=True)),
        _on_address("has_lift", kind=YesNo(may_be_unknown=True)),
        _on_address("has_hearing_loop", kind=YesNo(may_be_unknown=True)),
        _on_address("has_adapted_toilet", kind=YesNo(may_be_unknown=True)),
        *(_on_address(f"{part}_{code}") for part in ("parking", "transport", "note") for code in Language.values),
    )

    class Meta:
        model = Site
        import_id_fields = ("slug",)

    def get_queryset(self) -> Any:
        return Site.objects.select_related("network").prefetch_related("addresses").order_by(*self.order)

    def load(self, rows: list[dict[str, str]]) -> None:
        self.sites: dict[str, Site] = {}
        self.rows_of: dict[str, int] = {}
        for slugs in in_chunks(row["slug"] for row in rows):
            sites = self.get_queryset().filter(slug__in=slugs)
            self.sites |= {
                site.slug: site for site in (sites.select_for_update(of=("self",)) if self.is_locking else sites)
            }

    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[Site, bool]:  # noqa: ARG002
        slug = row["slug"]
        if slug in self.rows_of:
            raise ValidationError({"slug": twice(self.rows_of[slug])})
        self.rows_of[slug] = self.number
        site = self.sites.get(slug) or Site()
        self._find_address(site)
        return site, site.pk is None

    def iter_queryset(self, queryset: Any) -> Iterator[Any]:
        yield from super().iter_queryset(queryset.select_related("network").prefetch_related("addresses"))

    def export_resource(self, instance: Site, selected_fields: Any = None, **kwargs: Any) -> list[Any]:
        self._find_address(instance)
        return list(super().export_resource(instance, selected_fields, **kwargs))

    def open_parts(self, instance: Any, row: Any) -> None:
        given = (column.column_name for column in self.columns if column.place[0] == ADDRESS)
        if instance.address_today is None and any(row.get(name) for name in given):
            instance.address_today = Address(site=instance)

    def parts(self, instance: Any) -> Iterator[tuple[str, Any]]:
        yield "", instance
        if instance.address_today is not None:
            yield ADDRESS, instance.address_today

    def places(self, instance: Any) -> Iterable[Any]:
        return (instance.network,) if instance.pk is None else (instance,)

    def problems(self, instance: Any) -> Iterator[Problem]:
        address = instance.address_today
        if address is None:
            return
        if not address.covers_day(self.today):
            yield "address_first_on", _("This list holds the address of today, so these days must include today.")
        others = () if instance.pk is None else instance.addresses.all()
        if any(overlap(address, other) for other in others if other is not address):
            yield "address_first_on", _("This site already has an address on some of these days.")
        yield from self._unknown_codes(instance)

    def _unknown_codes(self, instance: Any) -> Iterator[Problem]:
        before, after = self.before or {}, self.cells(instance)
        tables = (("postcode", check_postcode, postcodes_of), ("nis_code", check_municipality, municipalities_of))
        for name, check, table in tables:
            # A code that this file does not bring is not this file's to correct.
            if before.get(name, "") != after.get(name, ""):
                try:
                    check(after[name], known=self.known.codes_of(table, instance.network.country))
                except PlaceError as error:
                    yield name, str(error)

    def models_written(self) -> tuple[type[models.Model], ...]:
        return Site, Address

    def write(self, instance: Any) -> None:
        for _name, part in self.parts(instance):
            self.save_once(part)

    def _find_address(self, site: Any) -> None:
        site.address_today = None if site.pk is None else site.address_on(self.today)


class RoomExchange(ExchangeResource):
    """One row a room, found by its site and its name."""

    foreign = gettext_lazy("This file is not a list of rooms: send a CSV or XLSX file with the columns of the export.")
    permissions = {Site: "sites.edit_site"}
    order = ("site__slug", "name", "pk")
    columns = (
        Column("site", kind=One("sites"), is_required=True),
        Column("name", is_required=True),
        Column("seats", kind=Number(int, most=MOST_SEATS)),
        Column("is_step_free", kind=YesNo(may_be_unknown=True)),
        Column("has_hearing_loop", kind=YesNo(may_be_unknown=True)),
        Column("is_in_use", kind=YesNo()),
        Column("is_illustrative", kind=YesNo()),
    )

    class Meta:
        model = Room
        import_id_fields = ("site", "name")

    def get_queryset(self) -> Any:
        return Room.objects.select_related("site__network").order_by(*self.order)

    def iter_queryset(self, queryset: Any) -> Iterator[Any]:
        yield from super().iter_queryset(queryset.select_related("site"))

    def load(self, rows: list[dict[str, str]]) -> None:
        self.rows_of: dict[int, int] = {}
        self.rooms: dict[tuple[str, str], Room] = {}
        for slugs in in_chunks(row["site"] for row in rows):
            rooms = self.get_queryset().filter(site__slug__in=slugs)
            for room in rooms.select_for_update(of=("self",)) if self.is_locking else rooms:
                self.rooms[room.site.slug, room.name] = room
        # A room written in other letters is the same room, unless the file names both.
        named = {(row["site"], row["name"]) for row in rows}
        self.alike = {
            (slug, name.casefold()): room for (slug, name), room in self.rooms.items() if (slug, name) not in named
        }

    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[Room, bool]:  # noqa: ARG002
        site, name = row["site"], row["name"]
        room = self.rooms.get((site, name)) or self.alike.get((site, name.casefold()))
        is_new = room is None
        if room is None:
            room = self.rooms[site, name] = Room()
        if id(room) in self.rows_of:
            raise ValidationError({"name": twice(self.rows_of[id(room)])})
        self.rows_of[id(room)] = self.number
        return room, is_new

    def places(self, instance: Any) -> Iterable[Any]:
        return (instance.site,)

    def label(self, instance: Any) -> str:
        return f"{instance.site.name} · {instance.name}"
