"""The exit survey, for whoever has just been: no account, no cookie, no session, nothing that is the visitor's."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from citemetiers.kernel.limits import challenge_for, check_act, client_address
from sites.enums import Language
from sites.models import Site
from visitors.rules import VisitorsError
from visitors.services import answer_survey, survey_code, survey_key, survey_limits, survey_url
from visitors.survey_forms import SurveyForm

FROM_HERE = ("same-origin", "none")


@login_not_required
@require_safe
@cache_control(private=True, no_cache=True)  # kept for the way back: the form is the same one then, and counts once
def answer(request: HttpRequest, site: str) -> HttpResponse:
    return _page(request, SurveyForm(), _place(site))


@csrf_exempt  # a token would be a cookie; what a browser says of where it comes from does as well
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def send(request: HttpRequest, site: str) -> HttpResponse:
    place = _place(site)
    if request.method != "POST":
        return redirect("survey:answer", place.slug)
    if request.headers.get("Sec-Fetch-Site", FROM_HERE[0]) not in FROM_HERE:
        raise PermissionDenied
    form = SurveyForm(request.POST)
    if form.is_valid():
        try:
            _keep(request, form, place)
        except VisitorsError as error:
            form.add_error(None, str(error))
        else:
            response = redirect("survey:thanks", place.slug)
            response.status_code = HTTPStatus.SEE_OTHER
            return response
    return _page(request, form, place, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@login_not_required
@require_safe
def thanks(request: HttpRequest, site: str) -> HttpResponse:
    return render(request, "visitors/survey/thanks.html", {"site": _place(site)})


@login_not_required
@require_safe
def poster(request: HttpRequest, site: str) -> HttpResponse:
    place = _place(site)
    address = survey_url(place)
    context = {"site": place, "address": address.partition("://")[2], "qr": survey_code(place)}
    return render(request, "visitors/survey/poster.html", context)


def _place(slug: str) -> Site:
    return get_object_or_404(Site.objects.for_public(), slug=slug)


def _page(request: HttpRequest, form: SurveyForm, site: Site, *, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {
        "site": site,
        "form": form,
        "key": survey_key(site=site, given=form.data.get("key", "")),
        "challenge": challenge_for(client_address(request), limits=survey_limits(), now=timezone.now()),
    }
    return render(request, "visitors/survey/answer.html", context, status=status)


def _keep(request: HttpRequest, form: SurveyForm, site: Site) -> None:
    given, now = form.cleaned_data, timezone.now()
    check_act(
        text=request.POST.get("proof", ""),
        act=f"survey {given['key']}",
        address=client_address(request),
        network_id=site.network_id,
        limits=survey_limits(),
        now=now,
    )
    language = get_language() or Language.FRENCH
    answer_survey(site=site, key=given["key"], language=language, answers=form.answers(), now=now)
