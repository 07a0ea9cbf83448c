from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from sites.models import Site, Theme


@login_not_required
@require_safe
def site_list(request: HttpRequest) -> HttpResponse:
    sites = Site.objects.for_public().by_name()
    return render(request, "sites/site_list.html", {"sites": sites})


@login_not_required
@require_safe
def site_detail(request: HttpRequest, slug: str) -> HttpResponse:
    site = get_object_or_404(Site.objects.for_public(), slug=slug)
    context = {
        "site": site,
        "themes": Theme.objects.filter(is_retired=False).order_by("position"),
        "presences": site.presences.select_related("partner").order_by("partner__slug"),
        "opening_hours": site.opening_hours.order_by("weekday", "opens_at"),
    }
    return render(request, "sites/site_detail.html", context)
