from collections.abc import Iterable

from django.contrib import admin
from django.db.models import Q
from modeltranslation.admin import TranslationAdmin

from sites.admin.base import LOOK, ReferenceAdmin
from sites.models import VOCABULARIES


class TermAdmin(ReferenceAdmin, TranslationAdmin):
    """Looked up here. A word is retired or gets a new version, and what was counted under it keeps it."""

    managers_may = administrators_may = LOOK
    list_display = ("name", "code", "position", "network", "common", "first_on", "last_on")
    list_filter = ("network", "last_on")
    list_select_related = ("network", "common")
    search_fields = ("code", "name_fr", "name_nl", "name_de", "name_en")
    ordering = ("network", "position", "code", "pk")

    def theirs(self, networks: Iterable[int]) -> Q:
        return Q(network__in=list(networks)) | Q(network__isnull=True)


admin.site.register(VOCABULARIES, TermAdmin)
