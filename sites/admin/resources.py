from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from sites.admin.base import FEW_CHOICES, ReferenceAdmin, ReferenceInline
from sites.admin.exchange import ExchangeMixin
from sites.exchange import CatalogueExchange
from sites.models import Holding, Resource
from sites.services import index_resource


class HoldingInline(ReferenceInline):
    model = Holding
    networks = ("site__network",)
    ordering = ("site__city", "pk")


@admin.register(Resource)
class ResourceAdmin(ExchangeMixin, ReferenceAdmin, TranslationAdmin):
    networks = ("network",)
    exchange = CatalogueExchange
    settled = ("slug", "network")
    list_display = ("title", "kind", "network", "languages_named", "reviewed_on", "link_state", "is_listed")
    list_filter = ("kind", "network", "link_state", "is_listed", "is_illustrative")
    list_select_related = ("network",)
    search_fields = ("slug", "title_fr", "title_nl", "title_de", "title_en")
    formfield_overrides = FEW_CHOICES
    readonly_fields = ("link_state", "link_checked_at")
    date_hierarchy = "reviewed_on"
    ordering = ("network", "slug")
    inlines = (HoldingInline,)
    fieldsets = (
        (None, {"fields": ("network", "slug", "kind", "title", "summary", "languages")}),
        (_("Found under"), {"fields": ("themes", "audiences")}),
        (_("Link and review"), {"fields": ("url", "link_state", "link_checked_at", "reviewed_on")}),
        (_("Shown"), {"fields": ("is_listed", "is_illustrative")}),
    )

    def save_model(self, request: HttpRequest, obj: Resource, form: Any, change: bool) -> None:
        if "url" in form.changed_data:
            obj.forget_look()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        index_resource(resource=form.instance)

    @admin.display(description=_("languages"))
    def languages_named(self, resource: Resource) -> str:
        return ", ".join(resource.languages)
