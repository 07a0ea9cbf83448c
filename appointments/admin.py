"""What a network decides about one-to-one sessions. Who receives when is planned at /planning/, never here."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from modeltranslation.admin import TranslationAdmin

from appointments.models import BookingPolicy, Service, SiteQueue
from sites.admin.base import KEEP_UP, LOOK, ReferenceAdmin

CHANGE = LOOK | {"change"}


class ServiceForm(forms.ModelForm):
    """A site's own service belongs to the network of the site."""

    class Meta:
        model = Service
        fields = "__all__"  # noqa: DJ007  the page of reference data shows all columns

    def clean(self) -> dict[str, Any]:
        """Refuse the site of another network, at its field."""
        cleaned = super().clean() or {}
        site, network = cleaned.get("site"), cleaned.get("network")
        # Both are settled once the service stands.
        if site and network and site.network_id != network.pk:
            self.add_error("site", ValidationError(_("This site belongs to another network.")))
        return cleaned


@admin.register(Service)
class ServiceAdmin(ReferenceAdmin, TranslationAdmin):
    """A service that is no longer given is not offered; appointments of the past still name it."""

    form = ServiceForm
    networks: ClassVar = ("network",)
    managers_may = administrators_may = KEEP_UP
    settled: ClassVar = ("network", "site", "theme")
    list_display = ("theme", "title", "network", "site", "minutes", "who_books", "is_offered")
    list_filter = ("network", "who_books", "is_offered")
    list_select_related = ("network", "site", "theme")
    search_fields = ("title", "theme__name", "site__name")
    ordering = ("network__name", "theme__position", "site__name", "pk")


@admin.register(BookingPolicy)
class BookingPolicyAdmin(ReferenceAdmin):
    """Reminders, waiting and hoarding, one row a network; without a row the defaults hold."""

    networks: ClassVar = ("network",)
    managers_may = administrators_may = KEEP_UP
    settled: ClassVar = ("network",)
    list_display = (
        "network",
        "reminder_hours",
        "is_sms_used",
        "offer_minutes",
        "day_from",
        "day_until",
        "most_upcoming",
    )
    list_select_related = ("network",)
    ordering = ("network__name", "pk")


@admin.register(SiteQueue)
class SiteQueueAdmin(ReferenceAdmin):
    """Whether visitors take a number, and with which letter; made at the first number, its key is renewed elsewhere."""

    networks: ClassVar = ("site__network",)
    managers_may = administrators_may = CHANGE
    settled: ClassVar = ("site",)
    fields: ClassVar = ("site", "is_used", "letter")
    list_display = ("site", "is_used", "letter")
    list_filter = ("is_used",)
    list_select_related = ("site",)
    search_fields = ("site__name", "site__city")
    ordering = ("site__name", "pk")
