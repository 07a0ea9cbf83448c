"""The slugs and codes that the cells of a file may name, each list read once."""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from sites.models import Audience, Network, Partner, Site, Term, Theme


class Known:
    """Everything that a file may refer to, as it is today."""

    def __init__(self, *, today: dt.date) -> None:
        self.today = today
        self._codes: dict[tuple[Callable[[str], frozenset[str]], str], frozenset[str]] = {}

    def codes_of(self, table: Callable[[str], frozenset[str]], country: str) -> frozenset[str]:
        """What a table of the portal holds of one country."""
        if (table, country) not in self._codes:
            self._codes[table, country] = table(country)
        return self._codes[table, country]

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Every site by its slug, with its network."""
        return {site.slug: site for site in Site.objects.select_related("network").order_by("pk")}

    @cached_property
    def networks(self) -> dict[str, Network]:
        """Every network by its slug."""
        return {network.slug: network for network in Network.objects.order_by("pk")}

    @cached_property
    def partners(self) -> dict[str, Partner]:
        """Every partner by its slug, with its names and where it is present."""
        return {
            partner.slug: partner
            for partner in Partner.objects.with_names().prefetch_related("presences__site__network").order_by("pk")
        }

    @cached_property
    def themes(self) -> "Words":
        """The themes of all networks."""
        return Words(Theme.objects.order_by("pk"), today=self.today)

    @cached_property
    def audiences(self) -> "Words":
        """The publics of all networks."""
        return Words(Audience.objects.order_by("pk"), today=self.today)


class Words:
    """The terms of one vocabulary: by code, as a network uses them today; else any version that there was."""

    def __init__(self, terms: Iterable[Term], *, today: dt.date) -> None:
        self.offered: dict[int | None, dict[str, Any]] = {}
        self.ever: dict[tuple[int | None, str], Any] = {}
        for term in terms:
            self.ever[term.network_id, term.code] = term
            if term.covers_day(today):
                self.offered.setdefault(term.network_id, {})[term.code] = term

    def on_offer(self, network_id: int | None) -> dict[str, Any]:
        """What a network offers today: its own words where it has any, else the common ones."""
        return self.offered.get(network_id) or self.offered.get(None, {})

    def find(self, code: str, *, network_id: int | None) -> Any | None:
        """The term that a file means by a code; a retired one is found too, so that an old list can come back."""
        offered = self.on_offer(network_id).get(code)
        return offered or self.ever.get((network_id, code)) or self.ever.get((None, code))
