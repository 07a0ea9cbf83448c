"""The common lists of words, as they come with the portal."""

import csv
import datetime as dt
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sites.models import AgeBand, Audience, Channel, Duration, Education, HowHeard, Status, Term, Territory, Theme
from sites.town_names import TABLE, own_name

SEED = Path(__file__).parent.parent / "seed"
# Merged and renumbered that day; the source tells nothing of the municipalities before.
MUNICIPALITIES_SINCE = dt.date(2025, 1, 1)
LISTS: dict[str, type[Term]] = {
    "statuses": Status,
    "education": Education,
    "age_bands": AgeBand,
    "channels": Channel,
    "durations": Duration,
    "how_heard": HowHeard,
}


def load_vocabularies() -> None:
    """Add the words that are missing on the common lists; what is there, in whatever words, is left alone."""
    words = read_seed("words.json")
    _add_missing(Theme, map(_term, words["themes"]))
    _add_missing(Audience, map(_term, words["audiences"]))
    lists = read_seed("vocabularies.json")
    for name, vocabulary in LISTS.items():
        _add_missing(vocabulary, map(_term, lists[name]))
    _add_missing(Territory, [*_municipalities(), *map(_term, lists["territories"])])


def _add_missing(vocabulary: type[Term], rows: Iterable[dict[str, Any]]) -> None:
    known = list(vocabulary.objects.common().order_by("pk").values_list("code", "position"))
    codes, last = {code for code, _position in known}, max((position for _code, position in known), default=0)
    missing = [row for row in rows if row["code"] not in codes]
    terms = [vocabulary(position=position, **row) for position, row in enumerate(missing, start=last + 1)]
    vocabulary.objects.bulk_create(terms)


def _term(row: dict[str, Any]) -> dict[str, Any]:
    texts = {f"{field}_{code}": text for field in ("name", "question") for code, text in row.get(field, {}).items()}
    return {"code": row["code"], **texts}


def _municipalities() -> Iterator[dict[str, Any]]:
    with TABLE.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            own = own_name(row)
            # A reader of German or English meets the name that the place has in its own language.
            others = {"name_de": own, "name_en": own} if row["own"] != "fr" else {}
            yield {
                "code": f"be-{row['nis']}",
                "name_fr": row["fr"],
                "name_nl": row["nl"],
                "first_on": MUNICIPALITIES_SINCE,
                **others,
            }


def read_seed(name: str) -> Any:
    """A file of facts that comes with the portal, by its name."""
    return json.loads((SEED / name).read_text(encoding="utf-8"))
