from http import HTTPStatus
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from citemetiers.audit.entries import READ_AUDIT, entries_for
from citemetiers.audit.forms import EntryFilterForm
from citemetiers.audit.words import read
from citemetiers.kernel.access import permission_required

PER_PAGE = 50


@cache_control(private=True, no_store=True)
@require_safe
@permission_required(READ_AUDIT)
def entry_list(request: HttpRequest) -> HttpResponse:
    reader: Any = request.user
    entries = entries_for(reader)
    form = EntryFilterForm(request.GET, by=reader, entries=entries)
    is_valid = form.is_valid()
    page = Paginator(form.narrow(entries).select_related("actor"), PER_PAGE).get_page(request.GET.get("page"))
    chosen = request.GET.copy()
    chosen.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "lines": read(list(page)),
        "is_narrowed": any(form.cleaned_data.values()),
        "chosen": chosen.urlencode(),
    }
    status = HTTPStatus.OK if is_valid else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "audit/entry_list.html", context, status=status)
