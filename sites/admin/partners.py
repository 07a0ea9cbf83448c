from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline

from sites.admin.base import EVERYTHING, KEEP_UP, ReferenceAdmin, ReferenceInline
from sites.admin.exchange import ExchangeMixin
from sites.exchange import PartnerExchange
from sites.models import Convention, Partner, PartnerName, Presence


class PartnerNameInline(ReferenceInline, TranslationStackedInline):
    """All the names that a partner bore: a name belongs to the partner, wherever it works."""

    model = PartnerName
    fields = (("first_on", "last_on"), "name")
    ordering = ("-first_on", "pk")
    managers_may = administrators_may = EVERYTHING

    def theirs(self, networks: Iterable[int]) -> Q:  # noqa: ARG002  the signature of the base
        return Q()


class ConventionInline(ReferenceInline):
    model = Convention
    networks = ("network",)
    ordering = ("-first_on", "pk")


class PresenceInline(ReferenceInline):
    model = Presence
    networks = ("site__network",)
    ordering = ("site__city", "first_on", "pk")


@admin.register(Partner)
class PartnerAdmin(ExchangeMixin, ReferenceAdmin, TranslationAdmin):
    """A partner that takes part in one's network, or in none yet. One that has left keeps its past."""

    exchange = PartnerExchange
    managers_may = administrators_may = KEEP_UP
    settled = ("slug",)
    ordering = ("slug",)
    list_display = ("__str__", "slug", "work", "url")
    search_fields = ("slug", "names__name_fr", "names__name_nl", "names__name_de", "names__name_en")
    inlines = (PartnerNameInline, ConventionInline, PresenceInline)
    fieldsets = (
        (None, {"fields": ("slug", "work", "url")}),
        (_("For staff"), {"fields": ("note",)}),
    )

    def theirs(self, networks: Iterable[int]) -> Q:
        here = list(networks)
        nowhere = Q(conventions__isnull=True, presences__isnull=True)
        return Q(conventions__network__in=here) | Q(presences__site__network__in=here) | nowhere

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("names")


@admin.register(Presence)
class PresenceAdmin(ReferenceAdmin):
    networks = ("site__network",)
    list_display = ("partner", "site", "first_on", "last_on", "is_confirmed")
    list_filter = ("is_confirmed", "site")
    list_select_related = ("site",)
    search_fields = ("partner__slug", "partner__names__name", "site__name", "site__city")
    ordering = ("site__city", "partner__slug", "first_on", "pk")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("partner__names")
