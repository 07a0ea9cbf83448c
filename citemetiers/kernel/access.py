"""Who may do what: permissions are granted to roles, a role is held at a place."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Protocol

import rules
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse

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


def refuse_script(status: HTTPStatus, reason: str) -> JsonResponse:
    """What a script is told instead of a page: why it was refused, in a word that no reader sees."""
    return JsonResponse({"reason": reason}, status=status)


def permission_required(permission: str, *, for_scripts: bool = False) -> Callable[[View], View]:
    """Refuse with 403 whoever holds the permission nowhere; the view then checks the place itself.

    An address ``for_scripts`` is never asked by a person: it refuses in JSON, and leads nobody to the sign-in.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                if for_scripts:
                    return refuse_script(HTTPStatus.FORBIDDEN, "forbidden")
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the test that tries every page
        guarded.is_for_scripts = for_scripts  # type: ignore[attr-defined]  # read where nobody is signed in
        return guarded

    return decorate
