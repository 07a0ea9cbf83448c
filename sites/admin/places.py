from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationStackedInline

from sites.admin.base import KEEP_UP, ReferenceAdmin, ReferenceInline
from sites.admin.exchange import ExchangeMixin
from sites.exchange import RoomExchange, SiteExchange
from sites.models import Address, Desk, Network, Room, Site
from sites.rules import MOST_SEATS


class AddressInline(ReferenceInline, TranslationStackedInline):
    model = Address
    networks = ("site__network",)
    fieldsets = (
        (None, {"fields": (("first_on", "last_on"), "street", "is_street_partial", ("postcode", "city"), "note")}),
        (_("Position"), {"classes": ("collapse",), "fields": ("nis_code", ("latitude", "longitude"))}),
        (
            _("Access"),
            {
                "classes": ("collapse",),
                "fields": (
                    "is_step_free",
                    "has_lift",
                    "has_hearing_loop",
                    "has_adapted_toilet",
                    "parking",
                    "transport",
                ),
            },
        ),
    )


@admin.register(Network)
class NetworkAdmin(ReferenceAdmin):
    """Whoever keeps up a network names it; a new one is an administrator’s to open."""

    networks = ("pk",)
    managers_may = frozenset({"view", "change"})
    administrators_may = KEEP_UP
    settled = ("slug",)
    list_display = ("name", "country", "slug")
    search_fields = ("name", "slug")
    ordering = ("name", "pk")


@admin.register(Site)
class SiteAdmin(ExchangeMixin, ReferenceAdmin):
    """A site with appointments behind it is hidden from the public, never deleted."""

    networks = ("network",)
    exchange = SiteExchange
    managers_may = administrators_may = KEEP_UP
    settled = ("slug", "network")
    list_display = ("name", "kind", "network", "city", "label_status", "label_until_on", "is_open_to_public")
    list_filter = ("network", "kind", "label_status", "is_open_to_public", "school_calendar")
    list_select_related = ("network",)
    search_fields = ("name", "city", "slug")
    ordering = ("city", "slug")
    inlines = (AddressInline,)
    fieldsets = (
        (None, {"fields": ("network", "slug", "name", "kind", "city", "languages", "is_open_to_public")}),
        (_("Contact"), {"fields": ("phone", "email", "url")}),
        (_("Label"), {"fields": ("label_status", "label_since_on", "label_until_on")}),
        (_("Calendar"), {"fields": ("school_calendar", "timezone")}),
    )


@admin.register(Room)
class RoomAdmin(ExchangeMixin, ReferenceAdmin):
    """A room that is gone is put out of use: what took place in it keeps its name."""

    networks = ("site__network",)
    exchange = RoomExchange
    managers_may = administrators_may = KEEP_UP
    settled = ("site",)
    list_display = ("name", "site", "seats", "is_step_free", "has_hearing_loop", "is_in_use")
    list_filter = ("is_in_use", "site")
    list_select_related = ("site",)
    search_fields = ("name", "site__name", "site__city")
    ordering = ("site__city", "name", "pk")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        more = {"max_value": MOST_SEATS} if db_field.name == "seats" else {}
        return super().formfield_for_dbfield(db_field, request, **kwargs | more)


@admin.register(Desk)
class DeskAdmin(ReferenceAdmin):
    """A desk that is gone is put out of use."""

    networks = ("site__network",)
    managers_may = administrators_may = KEEP_UP
    settled = ("site",)
    list_display = ("name", "site", "room", "is_step_free", "is_in_use")
    list_filter = ("is_in_use", "site")
    list_select_related = ("site", "room")
    search_fields = ("name", "site__name", "site__city")
    ordering = ("site__city", "name", "pk")
