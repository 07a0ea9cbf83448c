from django.contrib import admin
from django.http import HttpRequest

from activities.models import OpenDay


@admin.register(OpenDay)
class OpenDayAdmin(admin.ModelAdmin[OpenDay]):
    list_display = ("day", "network", "opens_at", "closes_at", "is_illustrative")
    list_filter = ("network",)
    date_hierarchy = "day"
    ordering = ("-day", "pk")

    def get_readonly_fields(self, _request: HttpRequest, obj: OpenDay | None = None) -> tuple[str, ...]:
        """The sessions of a programme carry the date themselves, so it stays once there is a programme."""
        return ("network", "day") if obj is not None and obj.programmes.exists() else ()
