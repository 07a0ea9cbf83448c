"""What every page of the administration shares: rows, choices and acts end where a person's networks end."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse

from sites.rules import MANAGE_REFERENCE, networks_managed_by

LOOK = frozenset({"view"})
KEEP_UP = frozenset({"view", "add", "change"})
EVERYTHING = frozenset({"view", "add", "change", "delete"})


class MomentInput(forms.DateTimeInput):
    """A native field for day and hour: Django's two boxes share one label."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


FIELDS: dict[Any, Any] = {
    models.URLField: {"assume_scheme": "https"},
    models.DateTimeField: {"form_class": forms.DateTimeField, "widget": MomentInput},
    # SQLite would take any number.
    models.PositiveSmallIntegerField: {"max_value": 32_767},
}
# Django's two-column chooser cannot be read aloud; a handful of words is ticked off instead.
FEW_CHOICES = {**FIELDS, models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}


class Limited:
    """Rows of one's own networks. ``networks`` are the lookups that lead from a row to its network."""

    networks: ClassVar[tuple[str, ...]] = ()
    managers_may: ClassVar[frozenset[str]] = EVERYTHING
    administrators_may: ClassVar[frozenset[str]] = EVERYTHING
    model: type[models.Model]
    admin_site: admin.AdminSite

    def theirs(self, networks: Iterable[int]) -> Q:
        """What a manager of these networks sees."""
        return Q(*((f"{path}__in", list(networks)) for path in self.networks), _connector=Q.OR)

    def within(self, queryset: Any, user: Any) -> Any:
        """The rows that this person sees. Without joins, so that none is seen twice and all can be deleted."""
        if user.is_superuser:
            return queryset
        found = self.model._default_manager.filter(self.theirs(networks_managed_by(user)))
        return queryset.filter(pk__in=found.values("pk"))

    def may(self, request: HttpRequest, act: str) -> bool:
        """Whether this person may do it at all; on which rows, ``within`` says."""
        if request.user.is_superuser:
            return bool(request.user.is_active) and act in self.administrators_may
        return act in self.managers_may and request.user.has_perm(MANAGE_REFERENCE)

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.within(super().get_queryset(request), request.user)  # type: ignore[misc]

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> Any:
        """Offer of another kind of row what its own page would show."""
        ordered = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]
        offered = self.offered(db_field.remote_field.model, request.user)
        if ordered is None or offered is None:
            return ordered if offered is None else offered
        return ordered.filter(pk__in=offered.values("pk"))

    def offered(self, model: type[models.Model], user: Any) -> Any:
        """The rows of another kind that this person would see on their own page; None where it has no such page."""
        page = self.admin_site.get_model_admin(model) if self.admin_site.is_registered(model) else None
        return page.within(model._default_manager.all(), user) if isinstance(page, Limited) else None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  the signature is Django's
        return self.may(request, "view")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  the signature is Django's
        return self.may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  the signature is Django's
        return self.may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  the signature is Django's
        return self.may(request, "delete")


class OwnFilter(admin.RelatedFieldListFilter):
    """Filters by another kind of row, of which it offers what that row's own page would show."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        rows = model_admin.offered(field.remote_field.model, request.user)
        if rows is None:
            return super().field_choices(field, request, model_admin)
        return sorted(((row.pk, str(row)) for row in rows), key=lambda choice: choice[1].casefold())


class ReferenceAdmin(Limited, admin.ModelAdmin):
    """A page of the administration for whoever keeps up a network."""

    # What is set when a row is made, and never again: an address that others link to, the network it belongs to.
    settled: ClassVar[tuple[str, ...]] = ()
    formfield_overrides = FIELDS
    list_per_page = 50
    save_on_top = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "view")

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Among other rows, a filter too offers one's own alone."""
        return [(name, OwnFilter) if self._is_relation(name) else name for name in super().get_list_filter(request)]

    def _is_relation(self, name: Any) -> bool:
        return isinstance(name, str) and "__" not in name and bool(self.opts.get_field(name).is_relation)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        given = super().get_readonly_fields(request, obj)
        return (*given, *self.settled) if obj is not None else tuple(given)

    def _get_obj_does_not_exist_redirect(self, _request: HttpRequest, _opts: Any, _object_id: str) -> HttpResponse:
        """Django leads elsewhere with a message; the house says 404 to whatever is not one's own."""
        raise Http404


class ReferenceInline(Limited, admin.StackedInline):
    """Rows that belong to the row of the page. Stacked, so that every field has a label of its own."""

    formfield_overrides = FIELDS
    extra = 0
