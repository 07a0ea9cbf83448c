"""Contacts caught up afterwards, as numbers in a grid."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citemetiers.kernel.access import permission_required
from citemetiers.kernel.errors import DomainError
from sites.models import Site
from sites.staff_views import StaffRequest
from visitors.count_forms import BatchForm
from visitors.count_forms.batch import NUMBER, name_of
from visitors.enums import Way
from visitors.services.batches import BATCH_WAYS, CellError, ChangedCellsError, read_grid, save_batch
from visitors.services.counting_rules import COUNT_GROUPS
from visitors.views.seats import at_site, show


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(COUNT_GROUPS)
@at_site(COUNT_GROUPS)
def batch(request: StaffRequest, site: Site) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    way = asked["way"] if asked.get("way") in BATCH_WAYS else Way.WALK_IN.value
    shows_all = bool(asked.get("all"))
    now = timezone.now()
    grid = read_grid(site=site, way=way, now=now)
    if request.method != "POST":
        return _show(request, site, way, BatchForm(grid=grid, shows_all=shows_all))
    form = BatchForm(request.POST, grid=grid, shows_all=shows_all)
    if form.is_valid():
        try:
            changed = save_batch(site=site, way=way, cells=form.cells(), by=request.user, now=now)
        except ChangedCellsError as error:
            form.add_error(None, str(error))
            form.show_conflicts(error.now_there)
        except CellError as error:
            form.add_error(name_of(NUMBER, error.place), str(error))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _saved(changed))
            return redirect(f"{reverse('visitors:batch')}?way={way}")
    return _show(request, site, way, form)


def _saved(changed: int) -> str:
    if not changed:
        return _("Nothing was changed.")
    return ngettext("%(count)d number is saved.", "%(count)d numbers are saved.", changed) % {"count": changed}


def _show(request: StaffRequest, site: Site, way: str, form: BatchForm) -> HttpResponse:
    context = {
        "form": form,
        "rows": form.rows(),
        "totals": form.totals(),
        "total": sum(number for _theme, number in form.totals()),
        "way": Way(way),
        "ways": [Way(code) for code in BATCH_WAYS],
        "shows_all": form.shows_all,
    }
    return show(request, site, "batch", context, is_refused=bool(form.errors))
