"""What a device keeps, so that the desk opens without a network. Nothing here is about the person who asks."""

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from citemetiers.kernel.access import permission_required
from sites.staff_views import StaffRequest, site_named
from visitors.enums import TALLY_OF_ENTRY
from visitors.views import desk

PETROL, PAPER = "#0b4f5c", "#fbfaf7"
NO_NUMBER = ""
WORKER = Path(settings.BASE_DIR, "static/js/desk-worker.js")
ICONS = (
    ("desk-192.png", "192x192", "any"),
    ("desk-512.png", "512x512", "any"),
    ("desk-maskable.png", "512x512", "maskable"),
)


@login_not_required
@require_safe
@cache_control(no_cache=True, public=True)
def worker(_request: HttpRequest) -> HttpResponse:
    # Served here, not with the other scripts: a worker looks after the addresses below its own.
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")


@login_not_required
@require_safe
@cache_control(no_cache=True, public=True)
def manifest(request: HttpRequest) -> JsonResponse:
    # A browser asks for it without a cookie: the page says in which language.
    asked = request.GET.get("language")
    language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        name = pgettext("the screen of reception and advisors", "Desk")
        facts = {
            "id": reverse("visitors:desk"),
            "name": f"{name} · {_('Cité des métiers')}",
            "short_name": name,
            "lang": language,
            "start_url": reverse("visitors:desk"),
            "scope": reverse("visitors:desk"),
            "display": "standalone",
            "background_color": PAPER,
            "theme_color": PETROL,
            "icons": [
                {"src": static(f"img/{file}"), "sizes": sizes, "type": "image/png", "purpose": purpose}
                for file, sizes, purpose in ICONS
            ],
        }
    return JsonResponse(facts, content_type="application/manifest+json")


@never_cache
@require_safe
@permission_required(desk.LOG_CONTACT)
def shell(request: StaffRequest) -> HttpResponse:
    sites = desk.own_sites(request)
    site = site_named(request.GET.get("site", sites[0].slug), sites)
    context = {
        **desk.head_of(site, sites, now=timezone.now()),
        "form": desk.desk_form(request, site),
        # The script gives each entry a number of its own.
        "key": NO_NUMBER,
        "count_keys": dict.fromkeys(TALLY_OF_ENTRY, NO_NUMBER),
        "is_shell": True,
    }
    return render(request, "visitors/shell.html", context)
