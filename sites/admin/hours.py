from collections.abc import Iterable

from django.contrib import admin
from django.db.models import Q
from modeltranslation.admin import TranslationAdmin

from sites.admin.base import EVERYTHING, ReferenceAdmin
from sites.models import Closure, DropInPause, OpeningHours, SchoolHoliday, Season, Site, SpecialHours


@admin.register(OpeningHours)
class OpeningHoursAdmin(ReferenceAdmin):
    networks = ("site__network",)
    list_display = ("site", "season", "weekday", "opens_at", "closes_at", "is_by_appointment")
    list_filter = ("is_by_appointment", "weekday", "site")
    list_select_related = ("site", "season")
    search_fields = ("site__name", "site__city")
    ordering = ("site__city", "season", "weekday", "opens_at", "pk")


@admin.register(Season)
class SeasonAdmin(ReferenceAdmin, TranslationAdmin):
    networks = ("site__network",)
    list_display = ("name", "site", "kind", "first_on", "last_on")
    list_filter = ("kind", "site")
    list_select_related = ("site",)
    search_fields = ("name_fr", "name_nl", "name_de", "name_en", "site__name")
    ordering = ("site__city", "first_on", "pk")


@admin.register(SpecialHours)
class SpecialHoursAdmin(ReferenceAdmin, TranslationAdmin):
    networks = ("site__network",)
    list_display = ("day", "site", "opens_at", "closes_at", "is_by_appointment", "reason")
    list_filter = ("is_by_appointment", "site")
    list_select_related = ("site",)
    search_fields = ("site__name", "reason_fr", "reason_nl", "reason_de", "reason_en")
    date_hierarchy = "day"
    ordering = ("-day", "opens_at", "pk")


@admin.register(DropInPause)
class DropInPauseAdmin(ReferenceAdmin, TranslationAdmin):
    networks = ("site__network",)
    list_display = ("site", "starts_at", "ends_at", "message")
    list_filter = ("site",)
    list_select_related = ("site",)
    search_fields = ("site__name", "message_fr", "message_nl", "message_de", "message_en")
    date_hierarchy = "starts_at"
    ordering = ("-starts_at", "pk")


@admin.register(Closure)
class ClosureAdmin(ReferenceAdmin, TranslationAdmin):
    networks = ("network",)
    list_display = ("first_on", "last_on", "network", "site", "reason")
    list_filter = ("network", "site")
    list_select_related = ("network", "site")
    search_fields = ("site__name", "reason_fr", "reason_nl", "reason_de", "reason_en")
    date_hierarchy = "first_on"
    ordering = ("-first_on", "pk")


@admin.register(SchoolHoliday)
class SchoolHolidayAdmin(ReferenceAdmin):
    """A calendar belongs to a community; whoever has a site that follows it may correct it."""

    managers_may = EVERYTHING
    list_display = ("name", "calendar", "first_on", "last_on")
    list_filter = ("calendar",)
    search_fields = ("name",)
    date_hierarchy = "first_on"
    ordering = ("calendar", "-first_on", "pk")

    def theirs(self, networks: Iterable[int]) -> Q:
        return Q(calendar__in=Site.objects.filter(network__in=list(networks)).values("school_calendar"))
