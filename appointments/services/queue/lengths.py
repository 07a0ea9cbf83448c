"""How long sessions last where the waiting is: those of the site, else of its network, else a first guess."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.cache import cache
from django.db.models import Count
from django.db.models.functions import Coalesce

from appointments.enums import Outcome
from appointments.models import QueueObservation
from appointments.waiting_time import Experience
from citemetiers.kernel.dates import local_day
from sites.models import Site

# What lies further back may no longer be so.
LOOKS_BACK = dt.timedelta(weeks=8)
# Fewer sessions than these say little of a theme at a place.
ENOUGH = 20
# No more than so many are kept of a theme: evenly spread over all.
MOST_KEPT = 120
KEPT_FOR_SECONDS = 1800
# A first guess for a portal without a past, in minutes: nothing measured.
GUESSES: Mapping[str, int] = {"direction": 35, "train": 30, "work": 25, "business": 40, "mobility": 30}
GUESS = 30
# As lengths of talks spread around their mean.
SPREAD = (0.4, 0.55, 0.65, 0.75, 0.85, 0.95, 1.05, 1.2, 1.45, 2.1)
# A first guess, too: of those in line, so many are gone when they are called.
GONE = 0.05

Counts = dict[str, Counter[int]]


def experience_at(sites: Collection[Site], *, now: dt.datetime) -> dict[int, Experience]:
    """What is known of the days before at each site, by its key; one query however many, and none for a while after."""
    keys = {site.pk: f"queue-lengths-{site.pk}-{local_day(now, tz=site.tz)}" for site in sites}
    known = cache.get_many(keys.values())
    missing = [site for site in sites if keys[site.pk] not in known]
    if missing:
        found = _read(missing, now=now)
        cache.set_many({keys[key]: one for key, one in found.items()}, KEPT_FOR_SECONDS)
        known |= {keys[key]: one for key, one in found.items()}
    return {site_id: known[key] for site_id, key in keys.items()}


def _read(sites: Collection[Site], *, now: dt.datetime) -> dict[int, Experience]:
    lengths: dict[tuple[str, int], Counts] = defaultdict(lambda: defaultdict(Counter))
    outcomes: dict[int, Counter[str]] = defaultdict(Counter)
    for row in _rows(sites, now=now):
        outcomes[row["site_id"]][row["outcome"]] += row["times"]
        if row["lasted"] is not None:
            for place in (("site", row["site_id"]), ("network", row["site__network_id"])):
                lengths[place][row["code"]][max(1, row["lasted"])] += row["times"]
    return {
        site.pk: Experience(
            lengths=_lengths(lengths["site", site.pk], lengths["network", site.network_id]),
            others=[GUESS * share for share in SPREAD],
            gone=_share_gone(outcomes[site.pk]),
        )
        for site in sites
    }


def _rows(sites: Collection[Site], *, now: dt.datetime) -> Any:
    """How many sessions of a theme took so long, at every site of the networks."""
    rows = QueueObservation.objects.filter(
        site__network__in={site.network_id for site in sites}, day__gte=now.date() - LOOKS_BACK
    )
    columns = ("site_id", "site__network_id", "outcome", "lasted")
    named = rows.values(*columns, code=Coalesce("theme__common__code", "theme__code"))
    return named.annotate(times=Count("pk")).order_by(*columns, "code")


def _lengths(own: Counts, shared: Counts) -> dict[str, Sequence[float]]:
    found: dict[str, Sequence[float]] = {
        code: [minutes * share for share in SPREAD] for code, minutes in GUESSES.items()
    }
    for counts in (shared, own):
        for code, minutes in counts.items():
            if minutes.total() >= ENOUGH:
                found[code] = _spread(sorted(minutes.elements()))
    return found


def _spread(lengths: Sequence[int]) -> list[float]:
    """So many of some sorted lengths that they say the same."""
    kept = min(MOST_KEPT, len(lengths))
    return [float(lengths[(2 * number + 1) * len(lengths) // (2 * kept)]) for number in range(kept)]


def _share_gone(outcomes: Counter[str]) -> float:
    """The share of those who waited and were not there any more; who took an appointment instead is not, either."""
    total = outcomes.total()
    return 1 - outcomes[Outcome.DONE] / total if total >= ENOUGH else GONE
