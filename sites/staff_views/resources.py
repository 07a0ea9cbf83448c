"""Keeping up the catalogue: resources of one's own network, and the shelves of one's own sites."""

from collections.abc import Container
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from citemetiers.kernel.access import permission_required
from sites import services
from sites.enums import LinkState
from sites.forms.resources import CatalogueFilterForm, ResourceForm, ShelfForm
from sites.models import Holding, Network, Resource, Site
from sites.querysets import ResourceQuerySet
from sites.rules.resources import EDIT_RESOURCES, ResourceError, networks_kept_up
from sites.staff_views import REFUSED, sites_for
from sites.town_names import by_town

PAGE_SIZE = 50


@permission_required(EDIT_RESOURCES)
@require_GET
def resource_list(request: HttpRequest) -> HttpResponse:
    form = CatalogueFilterForm(request.GET)
    form.is_valid()
    sites = _shelves_of(request)
    kept_up = networks_kept_up(request.user)
    own = Prefetch("holdings", Holding.objects.filter(site__in=sites).select_related("site").order_by("pk"))
    found = form.narrow(_visible(request).select_related("network"), today=timezone.localdate())
    page = Paginator(found.prefetch_related(own), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [_row(one, kept_up=kept_up) for one in page],
        "may_add": bool(kept_up),
    }
    return render(request, "sites/catalogue_list.html", context)


@permission_required(EDIT_RESOURCES)
@require_http_methods(["GET", "HEAD", "POST"])
def resource_add(request: HttpRequest) -> HttpResponse:
    if not networks_kept_up(request.user):
        raise Http404
    return _resource_page(request, Resource())


@permission_required(EDIT_RESOURCES)
@require_http_methods(["GET", "HEAD", "POST"])
def resource_edit(request: HttpRequest, slug: str) -> HttpResponse:
    return _resource_page(request, _kept_up(request, slug))


@permission_required(EDIT_RESOURCES)
@require_http_methods(["GET", "HEAD", "POST"])
def resource_shelves(request: HttpRequest, slug: str) -> HttpResponse:
    resource = get_object_or_404(_visible(request).select_related("network"), slug=slug)
    form = ShelfForm(request.POST or None, sites=_shelves_of(request), resource=resource)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_shelves(resource=resource, shelves=form.shelves, by=request.user)
        except ResourceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The shelves are saved."))
            return redirect("catalogue:resource-list")
    context = {"resource": resource, "shelf_form": form}
    return render(request, "sites/catalogue_shelves.html", context, status=REFUSED if form.errors else None)


@permission_required(EDIT_RESOURCES)
@require_POST
def resource_reviewed(request: HttpRequest, slug: str) -> HttpResponse:
    resource = _kept_up(request, slug)
    resource.reviewed_on = timezone.localdate()
    resource.save(update_fields=["reviewed_on"])
    messages.success(request, _("“%(title)s” counts as reviewed today.") % {"title": resource.title})
    return redirect("catalogue:resource-edit", resource.slug)


@permission_required(EDIT_RESOURCES)
@require_POST
def resource_listed(request: HttpRequest, slug: str) -> HttpResponse:
    resource = _kept_up(request, slug)
    resource.is_listed = request.POST.get("is_listed") == "1"
    resource.save(update_fields=["is_listed"])
    if resource.is_listed:
        messages.success(request, _("“%(title)s” is on the list: visitors find it.") % {"title": resource.title})
    else:
        text = _("“%(title)s” is off the list: visitors no longer find it. You can put it back.")
        messages.success(request, text % {"title": resource.title})
    return redirect("catalogue:resource-edit", resource.slug)


def _resource_page(request: HttpRequest, resource: Resource) -> HttpResponse:
    data, today = request.POST or None, timezone.localdate()
    form = ResourceForm(data, instance=resource, networks=networks_kept_up(request.user), today=today)
    shelf_form = ShelfForm(data, sites=_shelves_of(request), resource=resource)
    # Both are asked, so that a person reads everything at once.
    if request.method == "POST" and all([form.is_valid(), shelf_form.is_valid()]):
        try:
            saved = _save(request, form, shelf_form)
        except ResourceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("“%(title)s” is saved.") % {"title": saved.title})
            return redirect("catalogue:resource-list")
    is_refused = bool(form.errors or shelf_form.errors)
    stored = Resource.objects.filter(pk=resource.pk).select_related("network").first()
    context = {
        "form": form,
        "shelf_form": shelf_form,
        "resource": stored,
        "is_broken": stored is not None and stored.link_state == LinkState.BROKEN,
        "today": today,
        "is_refused": is_refused,
    }
    return render(request, "sites/catalogue_form.html", context, status=REFUSED if is_refused else None)


def _save(request: HttpRequest, form: ResourceForm, shelf_form: ShelfForm) -> Resource:
    data = form.cleaned_data
    return services.save_resource(
        resource=form.instance,
        themes=data["themes"],
        audiences=data["audiences"],
        shelves=shelf_form.shelves,
        by=request.user,
    )


def _shelves_of(request: HttpRequest) -> list[Site]:
    return sites_for(request, EDIT_RESOURCES)


def _visible(request: HttpRequest) -> ResourceQuerySet:
    """What a person may see here: all that their networks keep up, and what visitors see of the others."""
    found: Any = Resource.objects.filter(Q(network__in=networks_kept_up(request.user)) | Q(is_listed=True))
    return found  # type: ignore[no-any-return]


def _kept_up(request: HttpRequest, slug: str) -> Resource:
    kept_up: Any = Resource.objects.filter(network__in=networks_kept_up(request.user)).select_related("network")
    return get_object_or_404(kept_up, slug=slug)  # type: ignore[no-any-return]


def _row(resource: Resource, *, kept_up: Container[Network]) -> dict[str, Any]:
    return {
        "resource": resource,
        "is_kept_up": resource.network in kept_up,
        "is_broken": resource.link_state == LinkState.BROKEN,
        "shelves": sorted(resource.holdings.all(), key=lambda one: by_town(one.site)),
    }
