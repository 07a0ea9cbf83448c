"""Who works at a place, who is invited to it, and the page on which one invites."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from citemetiers.kernel.access import permission_required
from sites import services
from sites.enums import Role
from sites.forms import InviteForm
from sites.models import Invitation, Membership, Network, Partner, Site, User
from sites.rules import MANAGE_TEAM, Offer, PeopleError, may_end, may_give, roles_to_choose
from sites.staff_views import REFUSED

Place = Site | Network | Partner


@permission_required(MANAGE_TEAM)
@require_safe
def team_list(request: HttpRequest) -> HttpResponse:
    groups = [
        {"title": _("Networks"), "rows": _networks(request)},
        {"title": _("Partners"), "rows": _partners(request)},
        {"title": _("Sites"), "rows": [site for site in _sites(request).by_town() if _is_mine(request, site)]},
    ]
    places = [place for group in groups for place in group["rows"]]
    if len(places) == 1:
        return redirect(team_url(places[0]))
    for group in groups:
        group["rows"] = [{"place": place, "url": team_url(place)} for place in group["rows"]]
    return render(request, "sites/team_list.html", {"groups": [group for group in groups if group["rows"]]})


@permission_required(MANAGE_TEAM)
@require_safe
def site_team(request: HttpRequest, slug: str) -> HttpResponse:
    return _team_page(request, _site(request, slug))


@permission_required(MANAGE_TEAM)
@require_safe
def network_team(request: HttpRequest, slug: str) -> HttpResponse:
    return _team_page(request, _network(request, slug))


@permission_required(MANAGE_TEAM)
@require_safe
def partner_team(request: HttpRequest, slug: str) -> HttpResponse:
    return _team_page(request, _partner(request, slug))


@permission_required(MANAGE_TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
def site_invite(request: HttpRequest, slug: str) -> HttpResponse:
    return _invite_page(request, _site(request, slug))


@permission_required(MANAGE_TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
def network_invite(request: HttpRequest, slug: str) -> HttpResponse:
    return _invite_page(request, _network(request, slug))


@permission_required(MANAGE_TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
def partner_invite(request: HttpRequest, slug: str) -> HttpResponse:
    return _invite_page(request, _partner(request, slug))


def team_url(place: Place) -> str:
    """The address of the team of a Site, a Network or a Partner."""
    return reverse(f"team:{place._meta.model_name}-team", args=[place.slug])


def person_of(request: HttpRequest) -> User:
    """Whoever is signed in; the permission asked for keeps out everybody else."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _sites(request: HttpRequest) -> Any:
    sites = Site.objects.all() if request.user.is_superuser else Site.objects.for_user(request.user)
    return sites.select_related("network")


def _networks(request: HttpRequest) -> list[Network]:
    user = person_of(request)
    if user.is_superuser:
        return list(Network.objects.order_by("name", "pk"))
    held = {one.network_id: one.network for one in user.held_memberships if one.network}
    return sorted((one for one in held.values() if _is_mine(request, one)), key=lambda one: (one.name, one.pk))


def _partners(request: HttpRequest) -> list[Partner]:
    user, partners = person_of(request), Partner.objects.by_name(today=timezone.localdate())
    if not user.is_superuser:
        manages = [one.partner_id for one in user.held_memberships if one.role == Role.PARTNER_MANAGER]
        partners = partners.filter(pk__in=manages)
    return list(partners)


def _site(request: HttpRequest, slug: str) -> Site:
    site: Site = get_object_or_404(_sites(request), slug=slug)
    _check_is_mine(request, site)
    return site


def _network(request: HttpRequest, slug: str) -> Network:
    network: Network = get_object_or_404(Network, slug=slug)
    _check_is_mine(request, network)
    return network


def _partner(request: HttpRequest, slug: str) -> Partner:
    partner: Partner = get_object_or_404(Partner.objects.with_names(), slug=slug)
    _check_is_mine(request, partner)
    return partner


def _is_mine(request: HttpRequest, place: Place) -> bool:
    return bool(request.user.has_perm(MANAGE_TEAM, place))


def _check_is_mine(request: HttpRequest, place: Place) -> None:
    if not _is_mine(request, place):
        raise Http404


def _team_page(request: HttpRequest, place: Place) -> HttpResponse:
    now, user = timezone.now(), person_of(request)
    members = [
        {
            "membership": row,
            "is_elsewhere": row.place != place,
            "may_change": len(roles_to_choose(user, row)) > 1,
            "may_end": may_end(user, row),
        }
        for row in Membership.objects.in_team_of(place)
    ]
    invited = [
        {
            "invitation": row,
            "is_elsewhere": row.place != place,
            "may_give": may_give(user, Offer.of(row)),
            "state": _state(row, now=now),
        }
        for row in Invitation.objects.pending().in_team_of(place)
    ]
    context = {"place": place, "members": members, "invited": invited, "invite_url": _invite_url(place)}
    return render(request, "sites/team.html", context)


def _state(invitation: Invitation, *, now: dt.datetime) -> dict[str, str]:
    if invitation.expires_at <= now:
        return {"label": pgettext("invitation", "expired"), "variant": "neutral"}
    if invitation.sent_at is not None:
        return {"label": pgettext("invitation", "sent"), "variant": "success"}
    if invitation.failed_at is not None:
        return {"label": pgettext("invitation", "could not be sent"), "variant": "warning"}
    return {"label": pgettext("invitation", "on its way"), "variant": "info"}


def _invite_url(place: Place) -> str:
    return reverse(f"team:{place._meta.model_name}-invite", args=[place.slug])


def _invite_page(request: HttpRequest, place: Place) -> HttpResponse:
    now, user = timezone.now(), person_of(request)
    form = InviteForm(request.POST or None, place=place, by=user, today=timezone.localdate(now))
    if request.method == "POST" and form.is_valid():
        names = {name: form.cleaned_data[name] for name in ("email", "language")}
        try:
            services.invite_person(**names, offer=form.offer(), by=user, now=now)
        except PeopleError as error:
            form.add_domain_error(error)
        else:
            messages.success(request, _("The invitation is on its way. Below you see whether it could be sent."))
            return redirect(team_url(place))
    context = {"form": form, "place": place, "team_url": team_url(place)}
    return render(request, "sites/team_invite.html", context, status=REFUSED if form.errors else None)
