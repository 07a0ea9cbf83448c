"""What can be booked where: the service that counts for a theme at a place."""

from collections.abc import Collection, Iterable

from django.db.models import QuerySet, SlugField

from appointments.models import Service
from appointments.services.terms.policies import ways_of
from citemetiers.kernel.questions import Given, IsOneOf, Question
from sites.models import Site, Theme


def services_for(theme: Theme, *, site: Site | None) -> list[Service]:
    """The services on offer for a theme: those that count in a network, and those that a site has of its own.

    With a site it is the one that counts there, or none. Of several the one of the very words counts, else the
    newest: a theme that is reworded, or that a network calls by another name, is one theme still.
    """
    if site is not None:
        service = service_at(theme, site=site)
        return [service] if service else []
    counting = _counting(Service.objects.filter(theme__in=Theme.objects.counting_as(theme)), theme).values()
    return sorted((row for row in counting if _can_be_had(row)), key=lambda row: row.pk)


def service_at(theme: Theme, *, site: Site) -> Service | None:
    """The service that counts for a theme at a site, its own before its network's; none where it is not offered."""
    return services_at(theme, sites=[site]).get(site.pk)


def services_at(theme: Theme, *, sites: Collection[Site]) -> dict[int, Service]:
    """The service that counts at each of the sites where the theme is offered, by the key of the site; one query."""
    counting = _counting(OFFERED.ask(networks={site.network_id for site in sites}, theme=theme.common_code), theme)
    networks = {site.network_id: site.network for site in sites if Site.network.is_cached(site)}
    for service in counting.values():  # what the caller has at hand is not read again
        service.network = networks.get(service.network_id) or service.network
    # A site whose own service is not offered has not that of the network either: so a site opts out.
    own = {site.pk: counting.get((site.network_id, site.pk)) for site in sites}
    found = {site.pk: own[site.pk] or counting.get((site.network_id, None)) for site in sites}
    return {site_id: service for site_id, service in found.items() if service is not None and _can_be_had(service)}


def _can_be_had(service: Service) -> bool:
    return service.is_offered and bool(ways_of(service))


def _ask_offered() -> QuerySet[Service, Service]:
    themes = Theme.objects.counting_as_code(Given("theme", SlugField()))
    return Service.objects.filter(IsOneOf("network_id", "networks"), theme__in=themes)


OFFERED = Question(_ask_offered)


def _counting(rows: Iterable[Service], theme: Theme) -> dict[tuple[int, int | None], Service]:
    """Of each network, and of each of its sites that has one of its own, the service that counts for the theme."""
    # The last one stays: that of the very words, else the newest.
    found = sorted(rows, key=lambda row: (row.theme_id == theme.pk, row.pk))
    for row in found:
        if row.theme_id == theme.pk:
            row.theme = theme
    return {(row.network_id, row.site_id): row for row in found}
