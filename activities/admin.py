from django.contrib import admin

from activities.models import OpenDay


@admin.register(OpenDay)
class OpenDayAdmin(admin.ModelAdmin[OpenDay]):
    list_display = ("day", "network", "opens_at", "closes_at", "is_illustrative")
    list_filter = ("network",)
    date_hierarchy = "day"
    ordering = ("-day", "pk")
