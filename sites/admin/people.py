from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _

from sites.admin.base import EVERYTHING, LOOK, ReferenceAdmin, ReferenceInline
from sites.admin.exchange import ExchangeMixin
from sites.exchange import StaffExchange
from sites.models import Invitation, Membership, User
from sites.rules import PeopleError, check_may_lock_out

# Rights come from memberships and the permissions table alone.
admin.site.unregister(Group)

DELETE: Any = delete_selected


class MembershipInline(ReferenceInline):
    """Looked up here; people are invited, and leave, on the pages of the team."""

    model = Membership
    networks = ("network", "site__network")
    managers_may = LOOK
    administrators_may = EVERYTHING
    verbose_name_plural = _("roles")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("site", "network").prefetch_related("partner__names")


class UserForm(forms.ModelForm):
    by: ClassVar[User]

    def clean(self) -> dict[str, Any] | None:
        """Refuse to untick what would lock out oneself, or everybody."""
        data = super().clean()
        for name in ("is_active", "is_superuser"):
            if self.initial.get(name) and not self.cleaned_data.get(name):
                try:
                    check_may_lock_out(self.by, [self.instance])
                except PeopleError as error:
                    self.add_error(name, ValidationError(str(error)))
        return data


@admin.register(User)
class UserAdmin(ExchangeMixin, ReferenceAdmin):
    """Who works in one’s network. An administrator sets up the first people, and helps whoever is locked out."""

    networks = ("memberships__network", "memberships__site__network")
    exchange = StaffExchange
    form = UserForm
    actions = ("delete_selected",)
    managers_may = LOOK
    administrators_may = EVERYTHING
    list_display = ("display_name", "email", "language", "is_active")
    list_filter = ("is_active", "language", "memberships__role")
    search_fields = ("email", "display_name")
    readonly_fields = ("last_login", "date_joined")
    ordering = ("display_name", "pk")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("display_name", "email", "language")}),
        (_("Access"), {"fields": ("is_active", "is_superuser", "last_login", "date_joined")}),
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"by": request.user})

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        """Not even ask whether to delete whoever keeps the door open."""
        if self.has_delete_permission(request):
            user = get_object_or_404(self.get_queryset(request), pk=object_id)
            if self._refuses(request, [user]):
                return redirect("admin:sites_user_change", user.pk)
        return super().delete_view(request, object_id, extra_context)

    @admin.action(permissions=["delete"], description=DELETE.short_description)
    def delete_selected(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Django’s own, behind the same rule."""
        return None if self._refuses(request, queryset) else DELETE(self, request, queryset)

    def _refuses(self, request: Any, users: Iterable[User]) -> bool:
        try:
            check_may_lock_out(request.user, users)
        except PeopleError as error:
            messages.error(request, str(error))
            return True
        return False


@admin.register(Invitation)
class InvitationAdmin(ReferenceAdmin):
    """Who was offered what, by whom: sent and withdrawn on the pages of the team."""

    networks = ("network", "site__network")
    managers_may = administrators_may = LOOK
    fields = list_display = (
        "email",
        "role",
        "site",
        "network",
        "partner",
        "invited_by",
        "invited_at",
        "expires_at",
        "accepted_at",
        "revoked_at",
    )
    list_filter = ("role", "site", "network")
    list_select_related = ("site", "network", "invited_by")
    search_fields = ("email",)
    date_hierarchy = "invited_at"
    ordering = ("-invited_at", "pk")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("partner__names")

    def theirs(self, networks: Iterable[int]) -> Q:
        here = list(networks)
        return super().theirs(here) | Q(role="PARTNER_MANAGER", partner__presences__site__network__in=here)
