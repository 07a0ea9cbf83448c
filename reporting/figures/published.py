"""What others published: totals with their lines, by scope."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from reporting.enums import Precision
from reporting.models import PublishedFigure
from reporting.querysets import PublishedFigureQuerySet
from sites.models import Network, Site


@dataclass(frozen=True)
class Addition:
    """A published total with the lines that it adds up."""

    total: PublishedFigure
    lines: tuple[PublishedFigure, ...]

    @property
    def computed(self) -> int:
        """The sum of the lines."""
        return sum(line.value for line in self.lines)

    @property
    def is_right(self) -> bool:
        """Whether the lines make the total."""
        return self.computed == self.total.value

    @property
    def parts(self) -> list[tuple[PublishedFigure, str]]:
        """Each line with the length of its bar."""
        longest = max((line.value for line in self.lines), default=0)
        return [(line, length_of(line.value, longest)) for line in self.lines]


def additions_in(figures: Iterable[PublishedFigure]) -> list[Addition]:
    """Each total with the lines of its scope and period; a target is no line."""
    groups: dict[tuple[object, ...], list[PublishedFigure]] = defaultdict(list)
    for figure in figures:
        key = (figure.site_id, figure.network_id, figure.scope_note, figure.first_month, figure.last_month)
        groups[key].append(figure)
    return [
        Addition(
            total=total,
            lines=tuple(line for line in group if not line.is_total and line.precision != Precision.TARGET),
        )
        for group in groups.values()
        for total in group
        if total.is_total
    ]


def by_scope(figures: Iterable[PublishedFigure]) -> list[tuple[str, list[PublishedFigure]]]:
    """Figures in the order given, under the name of their site, network or former organisation."""
    return [(scope, list(group)) for scope, group in groupby(figures, key=lambda figure: figure.scope)]


def published_of(sites: Sequence[Site]) -> PublishedFigureQuerySet:
    """What was published of these sites, and of the networks that they make up."""
    # A figure of a network belongs to a report that covers the whole network, and to no other.
    keys = [site.pk for site in sites]
    networks = Network.objects.filter(sites__in=keys).exclude(
        pk__in=Site.objects.exclude(pk__in=keys).values("network")
    )
    found: PublishedFigureQuerySet = PublishedFigure.objects.for_places(sites=keys, networks=networks.values("pk"))
    return found


def length_of(value: int, longest: int) -> str:
    """Per cent with a point, in every language: it is an attribute of a drawing."""
    return f"{100 * value / longest:.1f}" if longest else "0"
