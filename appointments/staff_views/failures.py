"""Visitors whom no message reached, for those who can still call them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from appointments.models import Message
from appointments.services import failures_at, settle_failure
from appointments.staff_views.seats import KEEP_AGENDA, kept_sites
from citemetiers.kernel.access import permission_required
from sites.staff_views import StaffRequest

A_PAGE = 50


@never_cache
@require_safe
@permission_required(KEEP_AGENDA)
def message_list(request: StaffRequest) -> HttpResponse:
    sites = kept_sites(request)
    unreached = failures_at(sites=sites, now=timezone.now())
    page = Paginator(unreached, A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "has_other_sites": len(sites) > 1}
    return render(request, "appointments/messages/message_list.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(KEEP_AGENDA)
def message_settle(request: StaffRequest, pk: int) -> HttpResponse:
    message = Message.objects.at(kept_sites(request)).filter(pk=pk, given_up_at__isnull=False).first()
    if message is None:
        raise Http404
    if request.method == "POST":
        settle_failure(message=message, now=timezone.now())
        messages.success(request, _("Noted: this visitor has been reached."))
    return redirect("agenda:message-list")
