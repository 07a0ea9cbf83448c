"""What packages put in the administration and does not belong there, and how a lost second factor is removed."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from auditlog.models import LogEntry
from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Changes are read on a page of their own, in plain words and place by place.
admin.site.unregister(LogEntry)

# Addresses belong to the person, providers come from the environment, and where somebody is signed in is theirs to see.
for model in (EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession, Authenticator):
    admin.site.unregister(model)

# What these packages call their things is for developers, and in English alone.
apps.get_app_config("mfa").verbose_name = _("Signing in")
NAMES = {
    Authenticator: (_("second factor"), _("second factors")),
    UserSession: (_("device where somebody is signed in"), _("devices where somebody is signed in")),
}
for model, (one, many) in NAMES.items():
    model._meta.verbose_name, model._meta.verbose_name_plural = one, many
FIELD_NAMES = {
    "user": _("person"),
    "type": _("kind"),
    "created_at": pgettext_lazy("a second factor", "set up"),
    "last_used_at": pgettext_lazy("a second factor", "last used"),
}
for name, label in FIELD_NAMES.items():
    Authenticator._meta.get_field(name).verbose_name = label


@admin.register(Authenticator)
class SecondFactorAdmin(admin.ModelAdmin):
    """Removed here when telephone and recovery codes are lost; never made, never changed, its secret never shown."""

    fields = readonly_fields = ("user", "type", "created_at", "last_used_at")
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__display_name")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  the signature is Django's
        """A factor is set up by its owner alone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:  # noqa: ARG002
        """Nothing of it can be changed."""
        return False
