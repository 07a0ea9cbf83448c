"""The counters at the doors, for whoever keeps up a network. What they show is typed at the desk, never here."""

from typing import ClassVar

from django.contrib import admin

from sites.admin.base import KEEP_UP, ReferenceAdmin
from visitors.models import DoorCounter


@admin.register(DoorCounter)
class DoorCounterAdmin(ReferenceAdmin):
    """A counter that no longer hangs there has a last day; how it counts is settled when it is made."""

    networks: ClassVar = ("site__network",)
    managers_may = administrators_may = KEEP_UP
    settled: ClassVar = ("site", "is_two_way", "digits", "calibration", "staff_entries")
    list_display = ("name", "site", "is_two_way", "digits", "calibration", "staff_entries", "first_on", "last_on")
    list_filter = ("site",)
    list_select_related = ("site",)
    search_fields = ("name", "site__name", "site__city")
    ordering = ("site__name", "name", "pk")
