"""The catalogue of the demonstration: plainly illustrative, so that the pages can be seen full."""

import datetime as dt
from typing import Any

from auditlog.context import disable_auditlog
from django.db import transaction
from django.utils import timezone

from sites.enums import LinkState
from sites.models import Audience, Holding, Network, Resource, Site, Theme
from sites.services.resources import index_resource
from sites.services.vocabularies import read_seed


@disable_auditlog()  # type: ignore[untyped-decorator]  # nobody changes anything: these examples come with the demo
@transaction.atomic
def ensure_demo_resources(*, now: dt.datetime) -> None:
    """Add the illustrative resources that are missing; what a person changed since stays as it is."""
    rows = read_seed("resources_illustrative.json")
    there = set(Resource.objects.values_list("slug", flat=True))
    for row in rows:
        if row["slug"] not in there:
            _add(row, now)


def _add(row: dict[str, Any], now: dt.datetime) -> None:
    today = timezone.localdate(now)
    texts = {f"{part}_{code}": text for part in ("title", "summary") for code, text in row[part].items()}
    resource = Resource(
        slug=row["slug"],
        network=Network.objects.get(slug=row["network"]),
        kind=row["kind"],
        languages=row["languages"],
        url=row.get("url", ""),
        reviewed_on=today - dt.timedelta(days=row["reviewed_days_ago"]) if "reviewed_days_ago" in row else None,
        is_illustrative=True,
        **texts,
    )
    if row.get("is_link_broken"):
        resource.link_state, resource.link_checked_at = LinkState.BROKEN, now - dt.timedelta(days=2)
    resource.save()
    resource.themes.set(Theme.objects.on_offer(today=today).filter(code__in=row["themes"]))
    resource.audiences.set(Audience.objects.on_offer(today=today).filter(code__in=row["audiences"]))
    for slug, mark in row["shelves"].items():
        Holding.objects.create(resource=resource, site=Site.objects.get(slug=slug), shelf_mark=mark)
    index_resource(resource=resource)
