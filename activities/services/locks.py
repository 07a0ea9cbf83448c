"""Who writes programmes waits here: the site first, then its sessions."""

from collections.abc import Iterable

from sites.models import Site


def lock_sites(sites: Iterable[Site]) -> None:
    """Hold the rows of these sites until the transaction ends, always in the same order."""
    keys = {site.pk for site in sites}
    # NO KEY: other rows may go on naming the site meanwhile. On SQLite BEGIN IMMEDIATE does the waiting.
    locked = Site.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")
    list(locked.values_list("pk", flat=True))
