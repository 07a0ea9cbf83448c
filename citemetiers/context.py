"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language


def portal(request: HttpRequest) -> dict[str, Any]:
    """The demo flag, and this page's address in each language."""
    current = get_language()
    languages = [
        {"code": code, "name": name, "url": translate_url(request.get_full_path(), code), "is_current": code == current}
        for code, name in settings.LANGUAGES
    ]
    return {"is_demo": settings.DEMO, "languages": languages, "is_prefixed": request.path_info[1:4] in _prefixes()}


def _prefixes() -> set[str]:
    return {f"{code}/" for code, _name in settings.LANGUAGES}
