"""The catalogue of resources, with what stands on the shelves."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sites.enums import Language, ResourceKind
from sites.exchange.cells import BETWEEN_VALUES, Code, Codes, Column, Day, One, Text, YesNo, unknown, values_of
from sites.exchange.resource import ExchangeResource, Problem, in_chunks, twice
from sites.models import Holding, Network, Resource, Site
from sites.rules.resources import EDIT_RESOURCES, networks_kept_up
from sites.services import index_resource

TITLES = tuple(f"title_{code}" for code in Language.values)
LONGEST_MARK = Holding._meta.get_field("shelf_mark").max_length or 0


class Terms(Text):
    """Terms of a vocabulary by their codes, with “;” between; only the codes are told apart once the row is whole."""

    def clean(self, value: str, row: Any = None, **_kwargs: Any) -> tuple[str, ...]:  # noqa: ARG002
        return tuple(sorted(set(values_of(value))))

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> str:  # noqa: ARG002
        return BETWEEN_VALUES.join(value or ())


class Shelves(Text):
    """The sites that hold a resource, one a line: “site” or “site: shelf mark”."""

    def clean(self, value: str, row: Any = None, *, known: Any = None, **_kwargs: Any) -> dict[Site, str]:  # noqa: ARG002
        marks: dict[Site, str] = {}
        for line in filter(None, map(str.strip, value.splitlines())):
            slug, _colon, mark = (part.strip() for part in line.partition(":"))
            site = known.sites.get(slug)
            if site is None:
                raise unknown(slug, known.sites)
            if site in marks:
                raise ValidationError(_("%(site)s stands there twice."), params={"site": slug})
            if len(mark) > LONGEST_MARK:
                raise ValidationError(
                    _("A shelf mark has at most %(count)d characters."), params={"count": LONGEST_MARK}
                )
            marks[site] = mark
        return marks

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> str:  # noqa: ARG002
        return "\n".join(sorted(f"{site.slug}: {mark}" if mark else site.slug for site, mark in (value or {}).items()))


class CatalogueExchange(ExchangeResource):
    """One row a resource. What the link checker and the search keep for themselves is not in the file."""

    foreign = gettext_lazy(
        "This file is not a list of resources: send a CSV or XLSX file with the columns of the export."
    )
    permissions = {Network: EDIT_RESOURCES, Site: EDIT_RESOURCES}
    columns = (
        Column("slug", is_required=True),
        Column("network", kind=One("networks"), is_required=True, is_settled=True),
        Column("kind", kind=Code(ResourceKind), is_required=True),
        *(Column(title) for title in TITLES),
        *(Column(f"summary_{code}") for code in Language.values),
        Column("themes", "theme_codes", kind=Terms()),
        Column("audiences", "audience_codes", kind=Terms()),
        Column("languages", kind=Codes(Language), is_required=True),
        Column("url"),
        Column("shelves", kind=Shelves()),
        Column("reviewed_on", kind=Day()),
        Column("is_listed", kind=YesNo()),
        Column("is_illustrative", kind=YesNo()),
    )

    class Meta:
        model = Resource
        import_id_fields = ("slug",)

    def get_queryset(self) -> Any:
        prefetched = ("themes", "audiences", "holdings__site__network")
        return Resource.objects.select_related("network").prefetch_related(*prefetched).order_by(*self.order)

    def load(self, rows: list[dict[str, str]]) -> None:
        self.rows_of: dict[str, int] = {}
        self.resources: dict[str, Any] = {}
        for slugs in in_chunks(row["slug"] for row in rows):
            found = self.get_queryset().filter(slug__in=slugs)
            for resource in found.select_for_update(of=("self",)) if self.is_locking else found:
                self.resources[resource.slug] = resource

    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[Any, bool]:  # noqa: ARG002
        slug = row["slug"]
        if slug in self.rows_of:
            raise ValidationError({"slug": twice(self.rows_of[slug])})
        self.rows_of[slug] = self.number
        resource = self._open(self.resources.get(slug) or Resource())
        return resource, resource.pk is None

    def iter_queryset(self, queryset: Any) -> Iterator[Any]:
        prefetched = ("themes", "audiences", "holdings__site__network")
        rows = super().iter_queryset(queryset.select_related("network").prefetch_related(*prefetched))
        yield from map(self._open, rows)

    def _open(self, resource: Any) -> Any:
        is_new = resource.pk is None
        resource.terms_at_first = {
            name: () if is_new else tuple(getattr(resource, name).all()) for name in ("themes", "audiences")
        }
        resource.theme_codes, resource.audience_codes = (
            tuple(sorted({term.code for term in terms})) for terms in resource.terms_at_first.values()
        )
        resource.holdings_at_first = {} if is_new else {row.site: row for row in resource.holdings.all()}
        marks = ((site, " ".join(row.shelf_mark.split())) for site, row in resource.holdings_at_first.items())
        resource.shelves = dict(marks)
        resource.marks_at_first = dict(resource.shelves)
        resource.url_at_first = resource.url
        return resource

    # --- Checking --------------------------------------------------------------------------------

    def places(self, instance: Any) -> Iterable[Any]:
        return (instance.network,)

    def may_write(self, instance: Any) -> bool:
        """A site keeps its own shelf; all else of a resource is its network's."""
        shelves = {*instance.shelves.items()} ^ {*instance.marks_at_first.items()}
        before = self.before or {}
        others = any(before.get(name) != cell for name, cell in self.cells(instance).items() if name != "shelves")
        is_kept_up = not (self.is_new or others) or self.keeps_up(instance.network)
        return is_kept_up and all(self.is_theirs(site) for site, _mark in shelves)

    def keeps_up(self, network: Network) -> bool:
        """Whether the person has a part in the network that keeps a resource up, by the rule of the catalogue."""
        if self.by is None or self.by.is_superuser:
            return True
        return network in networks_kept_up(self.by)

    def problems(self, instance: Any) -> Iterator[Problem]:
        if not instance.url and not instance.shelves:
            yield "url", _("A resource needs a link, or at least one site that has it on the shelf.")
        if not any(getattr(instance, title) for title in TITLES):
            yield "title_fr", _("Give the title in one language at least.")
        for column, attribute, words in (
            ("themes", "theme_codes", self.known.themes),
            ("audiences", "audience_codes", self.known.audiences),
        ):
            there = {term.code for term in instance.terms_at_first[column]}
            for code in getattr(instance, attribute):
                if code not in there and words.find(code, network_id=instance.network_id) is None:
                    yield column, unknown(code, words.on_offer(instance.network_id))

    # --- Writing ---------------------------------------------------------------------------------

    def models_written(self) -> tuple[type[models.Model], ...]:
        return Resource, Holding

    def write(self, instance: Any) -> None:
        if instance.url != instance.url_at_first:
            instance.forget_look()
        self.save_once(instance)
        self._write_terms(instance, "themes", instance.theme_codes, self.known.themes)
        self._write_terms(instance, "audiences", instance.audience_codes, self.known.audiences)
        self._write_shelves(instance)
        index_resource(resource=instance)

    def _write_terms(self, resource: Any, name: str, codes: tuple[str, ...], words: Any) -> None:
        there = {term.code: term for term in resource.terms_at_first[name]}
        if set(codes) == there.keys():
            return
        # A code that stays keeps the version that the resource was given.
        terms = [there.get(code) or words.find(code, network_id=resource.network_id) for code in codes]
        getattr(resource, name).remove(*(term for code, term in there.items() if code not in codes))
        getattr(resource, name).add(*(term for term in terms if term not in there.values()))

    def _write_shelves(self, resource: Any) -> None:
        for site in resource.marks_at_first.keys() - resource.shelves.keys():
            resource.holdings_at_first[site].delete()
        for site, mark in resource.shelves.items():
            if resource.marks_at_first.get(site) == mark:
                continue
            holding = resource.holdings_at_first.get(site) or Holding(resource=resource, site=site)
            holding.shelf_mark = mark
            holding.save()
