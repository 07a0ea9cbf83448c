"""Where a member of staff arrives after signing in."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from citemetiers.administration import MANAGE_REFERENCE

# The first that the person may open: whoever may do more also may do what comes below.
FIRST_SCREENS = (
    ("reporting.read_figures", "reports:figure-list"),
    ("activities.edit_programme", "programmes:programme-list"),
    ("sites.edit_site", "places:place-list"),
    ("sites.edit_resources", "catalogue:resource-list"),
    ("visitors.log_contact", "visitors:desk"),
    ("appointments.work_queue", "counter:panel"),
    ("appointments.keep_agenda", "agenda:day"),
    ("appointments.plan_rota", "planning:week"),
    ("sites.manage_team", "team:team-list"),
    ("sites.manage_reference", "words:word-index"),
    ("sites.read_audit", "audit:entry-list"),
)


@require_safe
def staff_home(request: HttpRequest) -> HttpResponse:
    user = request.user
    has_place = user.is_authenticated and bool(user.held_memberships)
    for permission, screen in FIRST_SCREENS:
        if has_place and user.has_perm(permission):
            return redirect(screen)
    if user.has_perm(MANAGE_REFERENCE):
        return redirect("admin:index")
    raise PermissionDenied


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    code = request.POST.get("language", "")
    back = request.POST.get("next", "")
    if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    if code in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            request.user.language = code
            request.user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, secure=settings.LANGUAGE_COOKIE_SECURE, httponly=True, samesite="Lax"
        )
    return response
