"""Who may do what: permissions are granted to roles, a role is held at a place."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

import rules
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


class HoldsRoles(Protocol):
    """Anyone who can say which roles they hold at a place; ``None`` stands for any place."""

    def roles_at(self, place: Any | None) -> set[str]: ...


def grant(permission: str, *roles: str) -> None:
    """Give a permission to roles; asked with ``user.has_perm(permission, place)``."""
    allowed = frozenset(roles)

    def holds_role(user: HoldsRoles, place: Any | None = None) -> bool:
        if not getattr(user, "is_active", False):
            return False
        return bool(allowed & user.roles_at(place))

    rules.add_perm(permission, rules.predicate(holds_role))


def permission_required(permission: str) -> Callable[[View], View]:
    """Refuse with 403 whoever holds the permission nowhere; the view then checks the place itself."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
