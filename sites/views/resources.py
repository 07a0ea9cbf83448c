"""What a visitor can look up alone."""

import datetime as dt
from collections import defaultdict
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from citemetiers.kernel.words import text_of
from sites.enums import Language, LinkState
from sites.forms.resources import ResourceFilterForm
from sites.models import Audience, Resource, Theme
from sites.rules import in_neutral_order
from sites.town_names import by_town

PAGE_SIZE = 12


@login_not_required
@require_safe
def resource_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    form = ResourceFilterForm(request.GET, today=today)
    keys, is_exact = _in_order(form.narrow(Resource.objects.for_public()), today=today)
    page = Paginator(keys, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = Resource.objects.with_shelves().in_bulk(page.object_list)
    context = {
        "form": form,
        "page": page,
        "found": [_card(rows[key]) for key in page.object_list if key in rows],
        "is_exact": is_exact or not form.words,
    }
    return render(request, "sites/resource_list.html", context)


@login_not_required
@require_safe
def resource_detail(request: HttpRequest, slug: str) -> HttpResponse:
    resource = get_object_or_404(Resource.objects.for_public().with_shelves().select_related("network"), slug=slug)
    today = timezone.localdate()
    context = {
        **_card(resource),
        "themes": _in_words_of_today(Theme, resource.themes, today),
        "audiences": _in_words_of_today(Audience, resource.audiences, today),
    }
    return render(request, "sites/resource_detail.html", context)


def _in_order(found: Any, *, today: dt.date) -> tuple[list[int], bool]:
    """The keys, closest first, equals in neutral order; and whether any holds the words as they were written."""
    equals = defaultdict(list)
    for key, closeness in found.order_by("pk").values_list("pk", "closeness"):
        equals[closeness].append(key)
    keys = [
        key for closeness in sorted(equals, reverse=True) for key in in_neutral_order(equals[closeness], today=today)
    ]
    return keys, max(equals, default=0) > 0


def _in_words_of_today(words: type[Theme | Audience], given: Any, today: dt.date) -> Any:
    """What a resource was given, as the common list says it today and as the filters offer it."""
    codes = {(term.common or term).code for term in given.select_related("common")}
    return words.objects.on_offer(today=today).filter(code__in=codes)


def _card(resource: Resource) -> dict[str, Any]:
    return {
        "resource": resource,
        "title": text_of(resource, "title"),
        "summary": text_of(resource, "summary"),
        "readable_in": [Language(code) for code in resource.languages],
        "shelves": sorted(resource.holdings.all(), key=lambda one: by_town(one.site)),
        "is_broken": resource.link_state == LinkState.BROKEN,
    }
