from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from sites.models import (
    Audience,
    Closure,
    Membership,
    Network,
    OpeningHours,
    Partner,
    Presence,
    Room,
    SchoolHoliday,
    Site,
    Theme,
    User,
)


class OpeningHoursInline(admin.TabularInline):
    model = OpeningHours
    extra = 0


class RoomInline(admin.TabularInline):
    model = Room
    extra = 0


@admin.register(Network)
class NetworkAdmin(admin.ModelAdmin):
    list_display = ("name", "country")


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin):
    list_display = ("name", "kind", "network", "city", "label_status")
    list_filter = ("network", "kind", "label_status")
    search_fields = ("name", "city", "postcode")
    inlines = (OpeningHoursInline, RoomInline)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}


@admin.register(Partner)
class PartnerAdmin(admin.ModelAdmin):
    list_display = ("name", "note")
    search_fields = ("name",)


@admin.register(Presence)
class PresenceAdmin(admin.ModelAdmin):
    list_display = ("partner", "site", "is_confirmed")
    list_filter = ("site", "is_confirmed")


@admin.register(Closure)
class ClosureAdmin(TranslationAdmin):
    list_display = ("first_on", "last_on", "network", "site", "reason")


@admin.register(SchoolHoliday)
class SchoolHolidayAdmin(admin.ModelAdmin):
    list_display = ("name", "calendar", "first_on", "last_on")
    list_filter = ("calendar",)


class VocabularyAdmin(TranslationAdmin):
    """Terms are retired, never deleted: past figures keep their words."""

    list_display = ("code", "name", "position", "is_retired")

    def has_delete_permission(self, *_args: object) -> bool:
        return False


admin.site.register(Theme, VocabularyAdmin)
admin.site.register(Audience, VocabularyAdmin)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ("email", "display_name", "is_active")
    search_fields = ("email", "display_name")
    fields = ("email", "display_name", "language", "is_active", "is_staff")
    inlines = (MembershipInline,)


admin.site.site_header = _("Reference data")
admin.site.site_title = _("Reference data")
