"""What changes in a team: an invitation sent again or withdrawn, another role, a membership that ends."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from citemetiers.kernel.access import permission_required
from sites import services
from sites.forms import RoleForm
from sites.models import Invitation, Membership
from sites.rules import MANAGE_TEAM, Offer, PeopleError, may_end, may_give, roles_to_choose
from sites.staff_views import REFUSED
from sites.staff_views.team import person_of, team_url


@permission_required(MANAGE_TEAM)
@require_POST
def invitation_resend(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    invitation = _invitation(request, invitation_id)
    try:
        services.resend_invitation(invitation=invitation, by=person_of(request), now=timezone.now())
    except PeopleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The invitation is on its way again, with a new last day."))
    return redirect(_back(request, invitation))


@permission_required(MANAGE_TEAM)
@require_POST
def invitation_withdraw(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    invitation = _invitation(request, invitation_id)
    services.withdraw_invitation(invitation=invitation, by=person_of(request), now=timezone.now())
    messages.success(request, _("The invitation is withdrawn. Its link opens nothing any more."))
    return redirect(_back(request, invitation))


@permission_required(MANAGE_TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
def membership_role(request: HttpRequest, pk: int) -> HttpResponse:
    membership, now = _membership(pk), timezone.now()
    if len(roles_to_choose(person_of(request), membership)) <= 1:
        raise Http404
    form = RoleForm(request.POST or None, membership=membership, by=person_of(request))
    if request.method == "POST" and form.is_valid():
        role = form.cleaned_data["role"]
        try:
            services.change_role(membership=membership, role=role, by=person_of(request), now=now)
        except PeopleError as error:
            form.add_domain_error(error)
        else:
            messages.success(request, _("The role is changed, from now on."))
            return redirect(_back(request, membership))
    context = _context(request, membership) | {"form": form}
    return render(request, "sites/team_role.html", context, status=REFUSED if form.errors else None)


@permission_required(MANAGE_TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
def membership_end(request: HttpRequest, pk: int) -> HttpResponse:
    membership = _membership(pk)
    if not may_end(person_of(request), membership):
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            is_closed = services.end_membership(membership=membership, by=person_of(request), now=timezone.now())
        except PeopleError as error:
            refusal = str(error)
        else:
            return _after_end(request, membership, is_closed=is_closed)
    context = _context(request, membership) | {"refusal": refusal, "is_own": membership.user_id == request.user.pk}
    return render(request, "sites/team_end.html", context, status=REFUSED if refusal else None)


def _invitation(request: HttpRequest, invitation_id: uuid.UUID) -> Invitation:
    rows = Invitation.objects.pending().select_related("site", "network", "partner")
    invitation = get_object_or_404(rows, pk=invitation_id)
    if not may_give(person_of(request), Offer.of(invitation)):
        raise Http404
    return invitation


def _membership(pk: int) -> Membership:
    return get_object_or_404(Membership.objects.select_related("user", "site__network", "network", "partner"), pk=pk)


def _context(request: HttpRequest, membership: Membership) -> dict[str, Any]:
    others = membership.user.memberships.exclude(pk=membership.pk)
    return {
        "membership": membership,
        "consequences": services.consequences_of_ending(membership=membership, now=timezone.now()),
        "is_last": not others.exists(),
        "back_url": _back(request, membership),
    }


def _after_end(request: HttpRequest, membership: Membership, *, is_closed: bool) -> HttpResponse:
    if membership.user_id != request.user.pk:
        messages.success(request, _("The membership has ended, from this moment on."))
        return redirect(_back(request, membership))
    if is_closed:
        logout(request)
        return redirect("home")
    messages.success(request, _("Your membership has ended, from this moment on."))
    return redirect("staff-home")


def _back(request: HttpRequest, row: Membership | Invitation) -> str:
    places = [place for place in (row.site, row.network, row.partner) if place is not None]
    mine = next((place for place in places if request.user.has_perm(MANAGE_TEAM, place)), None)
    return team_url(mine) if mine is not None else reverse("team:team-list")
