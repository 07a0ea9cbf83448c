from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from citemetiers.kernel.access import permission_required
from citemetiers.kernel.errors import error_page
from reporting.definitions import BESIDE, COUNTED, PUBLISHED, WAITED
from reporting.exports import build_workbook
from reporting.figures import (
    additions_in,
    by_scope,
    doors_of,
    figures_of,
    no_shows_of,
    themes_of,
    today_at,
    years_with_figures,
)
from reporting.forms import FigureChoiceForm
from reporting.models import PublishedFigure
from reporting.readers import chosen_site, readable_sites, sheet_answer
from reporting.rules import YearUnknownError, check_year
from reporting.waits import queue_figures


@cache_control(private=True, no_store=True)
@require_safe
@permission_required("reporting.read_figures")
def figure_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    sites = readable_sites(request)
    today = today_at(sites, now=now)
    try:
        year = check_year(request.GET.get("year") or str(today.year), today=today)
    except YearUnknownError as error:
        return _year_unknown(error)
    site = chosen_site(request, sites)
    chosen = [site] if site else sites
    figures = figures_of(year, sites=chosen, now=now)
    years = years_with_figures(sites=sites, now=now)
    context = {
        "figures": figures,
        "themes": themes_of(year, sites=chosen, now=now),
        "doors": doors_of(year, sites=chosen, now=now),
        "no_shows": no_shows_of(year, sites=chosen),
        "form": FigureChoiceForm(years=years, sites=sites, year=year, site=site),
        "site": site,
        "this_year": today.year,
        "definitions": COUNTED,
        "beside_definitions": BESIDE,
        "published_definitions": PUBLISHED,
        "scopes": by_scope(figures.published),
    }
    return render(request, "reporting/figure_list.html", context)


@cache_control(private=True, no_store=True)
@require_safe
@permission_required("reporting.read_figures")
def figure_export(request: HttpRequest, year: str) -> HttpResponse:
    now = timezone.now()
    sites = readable_sites(request)
    try:
        number = check_year(year, today=today_at(sites, now=now))
    except YearUnknownError as error:
        return _year_unknown(error)
    site = chosen_site(request, sites)
    chosen = [site] if site else sites
    figures = figures_of(number, sites=chosen, now=now)
    scope = ", ".join(one.name for one in chosen)
    name = f"figures-{number}-{site.slug}.xlsx" if site else f"figures-{number}.xlsx"
    doors, no_shows = doors_of(number, sites=chosen, now=now), no_shows_of(number, sites=chosen)
    file = build_workbook(figures, doors=doors, no_shows=no_shows, scope=scope, now=now)
    return sheet_answer(file, name=name)


@login_not_required
@require_safe
def figure_overview(request: HttpRequest) -> HttpResponse:
    published = list(PublishedFigure.objects.for_reading())
    context = {
        "additions": additions_in(published),
        "scopes": by_scope(published),
        "published_definitions": PUBLISHED,
        "queue": queue_figures(now=timezone.now()),
        "wait_definitions": WAITED,
    }
    return render(request, "reporting/figure_overview.html", context)


def _year_unknown(error: YearUnknownError) -> HttpResponse:
    return error_page(404, title=_("There are no figures of this year"), text=str(error))
