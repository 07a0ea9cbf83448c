"""Pages for the management beside the figures of a year."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from citemetiers.kernel.access import permission_required
from citemetiers.kernel.errors import error_page
from reporting.figures import today_at
from reporting.forms import SurveyChoiceForm
from reporting.readers import chosen_site, readable_sites, sheet_answer
from reporting.rules import YearUnknownError
from reporting.survey import periods_with_answers, read_period, survey_of
from reporting.survey_sheet import build_survey_workbook
from sites.models import Site
from visitors.services import retention_on


@cache_control(private=True, no_store=True)
@require_safe
@permission_required("reporting.read_figures")
def survey(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    sites = readable_sites(request)
    try:
        period = read_period(request.GET.get("period", ""), today=today_at(sites, now=now))
    except YearUnknownError as error:
        return _period_unknown(error)
    site = chosen_site(request, sites)
    periods = periods_with_answers(sites=sites, now=now)
    context = {
        "survey": survey_of(period, sites=[site] if site else sites),
        "form": SurveyChoiceForm(periods=periods, sites=sites, period=period, site=site),
        "site": site,
        "sites": sites,
    }
    return render(request, "reporting/survey.html", context)


@cache_control(private=True, no_store=True)
@require_safe
@permission_required("reporting.read_figures")
def survey_export(request: HttpRequest, period: str) -> HttpResponse:
    now = timezone.now()
    sites = readable_sites(request)
    try:
        asked = read_period(period, today=today_at(sites, now=now))
    except YearUnknownError as error:
        return _period_unknown(error)
    site = chosen_site(request, sites)
    name = f"survey-{asked.code}-{site.slug}.xlsx" if site else f"survey-{asked.code}.xlsx"
    file = build_survey_workbook(survey_of(asked, sites=[site] if site else sites), now=now)
    return sheet_answer(file, name=name)


@cache_control(private=True, no_store=True)
@require_safe
@permission_required("reporting.read_figures")
def retention(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    # How many rows there are of all sites together is for whoever reads them all.
    reads_all = not Site.objects.exclude(pk__in=[site.pk for site in readable_sites(request)]).exists()
    context = {"retention": retention_on(now=now), "reads_all": reads_all, "days": settings.PORTAL_CORRECTION_DAYS}
    return render(request, "reporting/retention.html", context)


def _period_unknown(error: YearUnknownError) -> HttpResponse:
    return error_page(404, title=_("There are no answers of this period"), text=str(error))
