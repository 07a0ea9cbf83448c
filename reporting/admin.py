from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reporting.models import PublishedFigure


@admin.register(PublishedFigure)
class PublishedFigureAdmin(admin.ModelAdmin):
    """Read only: a correction goes through the seed file, where its source is and where sums are checked."""

    list_display = ("scope_name", "period_name", "metric", "value", "precision", "is_total", "source")
    list_filter = ("metric", "precision", "network", "site")
    list_select_related = ("site", "network")
    search_fields = ("source", "scope_note", "site__name", "network__name")
    ordering = ("network__slug", "site__slug", "scope_note", "-first_month", "is_total", "pk")

    @admin.display(description=_("scope"), ordering="site__slug")
    def scope_name(self, figure: PublishedFigure) -> str:
        return figure.scope

    @admin.display(description=_("period"), ordering="first_month")
    def period_name(self, figure: PublishedFigure) -> str:
        return figure.period

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  the signature is Django's
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  the signature is Django's
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  the signature is Django's
        return False
