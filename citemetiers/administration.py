"""The administration: one door for all, open to whoever manages a network and to administrators."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

MANAGE_REFERENCE = "sites.manage_reference"


class ReferenceSite(admin.AdminSite):
    """Asks for the permission of the table instead of Django's ``is_staff``, and has no sign-in page of its own."""

    site_header = site_title = _("Reference data")
    index_title = _("Places, people and words")
    enable_nav_sidebar = False  # the start page lists the same

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.has_perm(MANAGE_REFERENCE))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Refuse other staff with 403: they have signed in, another sign-in page would not help them."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return inner(request, *args, **kwargs)

        return guarded

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002
        """Lead to the page where all staff sign in."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next") or request.get_full_path())
        if not self.has_permission(request):
            raise PermissionDenied
        return redirect("admin:index")

    def password_change(self, _request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:  # noqa: ARG002
        """Lead to the account: there the second factor is asked for, and the other sessions end."""
        return redirect("account_change_password")
