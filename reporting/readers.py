"""Whose figures a member of staff may ask for, and how a file of them is answered."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse

from sites.models import Site
from sites.staff_views import site_named, sites_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def readable_sites(request: HttpRequest) -> list[Site]:
    """The sites whose exact figures this person may read, by town."""
    return sites_for(request, "reporting.read_figures")


def chosen_site(request: HttpRequest, sites: Sequence[Site]) -> Site | None:
    """The site that was asked for; somebody else's does not exist here."""
    slug = request.GET.get("site")
    return site_named(slug, sites) if slug else None


def sheet_answer(file: bytes, *, name: str) -> HttpResponse:
    """A spreadsheet to be kept under this name."""
    return HttpResponse(file, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
