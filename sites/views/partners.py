"""Who works in the places. The order is neutral: it changes every day."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from sites.models import Partner, Presence, Site
from sites.rules import in_neutral_order
from sites.town_names import by_town

# Those who look for a name that has just changed still find it.
FORMERLY = dt.timedelta(days=365)


class NamedPartner(NamedTuple):
    """A partner as it is called today, and what it was called until lately."""

    partner: Partner
    name: str
    former: str
    presences: Sequence[Presence]

    @property
    def confirmed(self) -> list[Site]:
        """The places for which a source names it."""
        return [presence.site for presence in self.presences if presence.is_confirmed]

    @property
    def unconfirmed(self) -> list[Site]:
        """The places of a network for which, as a whole, a source names it."""
        return [presence.site for presence in self.presences if not presence.is_confirmed]


def named(partner: Partner, presences: Sequence[Presence], *, today: dt.date) -> NamedPartner:
    """With its names, which must have been fetched before."""
    name = partner.name_on(today)
    left = [one for one in partner.names.all() if one.last_on and today - FORMERLY <= one.last_on < today]
    former = max(left, key=lambda one: one.last_on or today, default=None)
    return NamedPartner(partner, name, former.name if former and former.name != name else "", presences)


@login_not_required
@require_safe
@gzip_page
def partner_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    presences = Presence.objects.on(today).filter(site__is_open_to_public=True).select_related("site")
    partners = (
        Partner.objects.with_names()
        .prefetch_related(Prefetch("presences", presences.order_by("site__slug"), to_attr="today"))
        .filter(pk__in=presences.values("partner"))
        .order_by("slug")
    )
    rows = [
        named(partner, sorted(partner.today, key=lambda one: by_town(one.site)), today=today)
        for partner in in_neutral_order(list(partners), today=today)
    ]
    return render(request, "sites/partner_list.html", {"partners": rows})
