"""Actions on figures: what others published is recorded, what is illustrative is made up and marked."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from reporting.figures import additions_in
from reporting.models import PublishedFigure
from reporting.rules import SumIsWrongError
from reporting.synthetic import (
    ensure_demo_contacts,
    ensure_demo_counts,
    ensure_demo_doors,
    ensure_illustrative_sites,
    seed_contacts,
    seed_counts,
)
from sites.models import Network, Site

__all__ = [
    "ensure_demo_contacts",
    "ensure_demo_counts",
    "ensure_demo_doors",
    "ensure_illustrative_sites",
    "load_published_figures",
    "seed_contacts",
    "seed_counts",
]

SEED = Path(__file__).parent / "seed" / "published_figures.json"
DECEMBER = 12


@transaction.atomic
def load_published_figures(*, path: Path = SEED) -> int:
    """Record the published figures of the seed file; loading again changes nothing but corrections.

    Raises SumIsWrongError, and records nothing, when a total is not the sum of its lines.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    for row in data["figures"]:
        first_month, last_month = _months(row["period"])
        PublishedFigure.objects.update_or_create(
            **_scope(row["scope"], data["scopes"]),
            first_month=first_month,
            last_month=last_month,
            metric=row["metric"],
            defaults={
                "value": row["value"],
                "source": row["source"],
                "is_total": row.get("is_total", False),
                **_translated("definition", row["definition"]),
                **_precision(data["precisions"][row["precision"]]),
            },
        )
    check_sums()
    return len(data["figures"])


def check_sums() -> None:
    """Every recorded total is the sum of its lines, or SumIsWrongError says which one is not."""
    for addition in additions_in(PublishedFigure.objects.for_reading()):
        if not addition.is_right:
            sentence = _("%(figure)s: the lines add up to %(sum)d, the published total is %(total)d.")
            numbers = {"figure": addition.total, "sum": addition.computed, "total": addition.total.value}
            raise SumIsWrongError(sentence % numbers)


def _scope(text: str, other_scopes: dict[str, str]) -> dict[str, Any]:
    if text in other_scopes:
        return {"site": None, "network": None, "scope_note": other_scopes[text]}
    kind, _colon, slug = text.partition(":")
    if kind == "site":
        return {"site": Site.objects.get(slug=slug), "network": None, "scope_note": ""}
    return {"site": None, "network": Network.objects.get(slug=slug), "scope_note": ""}


def _months(period: str) -> tuple[dt.date, dt.date]:
    """“2023” is a whole year; “2017-01/2017-09” names its first and last month."""
    first, _slash, last = period.partition("/")
    if last:
        return dt.date.fromisoformat(f"{first}-01"), dt.date.fromisoformat(f"{last}-01")
    return dt.date(int(period), 1, 1), dt.date(int(period), DECEMBER, 1)


def _precision(printed: dict[str, Any]) -> dict[str, str]:
    return {"precision": printed["code"], **_translated("precision_note", printed.get("note", {}))}


def _translated(field: str, texts: dict[str, str]) -> dict[str, str]:
    return {f"{field}_{code}": texts.get(code, "") for code, _name in settings.LANGUAGES}
