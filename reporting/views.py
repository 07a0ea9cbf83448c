from collections.abc import Sequence

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from citemetiers.kernel.access import permission_required
from citemetiers.kernel.errors import error_page
from reporting.definitions import COUNTED, PUBLISHED
from reporting.exports import build_workbook
from reporting.figures import additions_in, by_scope, figures_of, today_at, years_with_figures
from reporting.forms import FigureChoiceForm
from reporting.models import PublishedFigure
from reporting.rules import YearUnknownError, check_year
from sites.models import Site

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@cache_control(private=True, no_store=True)
@require_safe
@permission_required("reporting.read_figures")
def figure_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    sites = _readable_sites(request)
    today = today_at(sites, now=now)
    try:
        year = check_year(request.GET.get("year") or str(today.year), today=today)
    except YearUnknownError as error:
        return _year_unknown(error)
    site = _chosen_site(request, sites)
    figures = figures_of(year, sites=[site] if site else sites, now=now)
    years = years_with_figures(sites=sites, now=now)
    context = {
        "figures": figures,
        "form": FigureChoiceForm(years=years, sites=sites, year=year, site=site),
        "site": site,
        "this_year": today.year,
        "definitions": COUNTED,
        "published_definitions": PUBLISHED,
        "scopes": by_scope(figures.published),
    }
    return render(request, "reporting/figure_list.html", context)


@cache_control(private=True, no_store=True)
@require_safe
@permission_required("reporting.read_figures")
def figure_export(request: HttpRequest, year: str) -> HttpResponse:
    now = timezone.now()
    sites = _readable_sites(request)
    try:
        number = check_year(year, today=today_at(sites, now=now))
    except YearUnknownError as error:
        return _year_unknown(error)
    site = _chosen_site(request, sites)
    chosen = [site] if site else sites
    figures = figures_of(number, sites=chosen, now=now)
    scope = ", ".join(one.name for one in chosen)
    name = f"figures-{number}-{site.slug}.xlsx" if site else f"figures-{number}.xlsx"
    file = build_workbook(figures, scope=scope, now=now)
    return HttpResponse(file, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@login_not_required
@require_safe
def figure_overview(request: HttpRequest) -> HttpResponse:
    published = list(PublishedFigure.objects.for_reading())
    context = {
        "additions": additions_in(published),
        "scopes": by_scope(published),
        "published_definitions": PUBLISHED,
    }
    return render(request, "reporting/figure_overview.html", context)


def _readable_sites(request: HttpRequest) -> list[Site]:
    sites = Site.objects.for_user(request.user).select_related("network").by_town()
    return [site for site in sites if request.user.has_perm("reporting.read_figures", site)]


def _chosen_site(request: HttpRequest, sites: Sequence[Site]) -> Site | None:
    """The site that was asked for; somebody else's does not exist here."""
    slug = request.GET.get("site")
    if not slug:
        return None
    for site in sites:
        if site.slug == slug:
            return site
    raise Http404


def _year_unknown(error: YearUnknownError) -> HttpResponse:
    return error_page(404, title=_("There are no figures of this year"), text=str(error))
