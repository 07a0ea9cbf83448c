"""What an entry holds beside the change: where it happened, what it was called in each language, and who did it."""

import re
from collections.abc import Iterator
from typing import Any

from auditlog.models import LogEntry
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import translation

from citemetiers.kernel.acting import person_acting
from sites.models import Membership, Network, Partner, Site, User

READ_AUDIT = "sites.read_audit"
# A school calendar, a word of the common list, a partner that takes part nowhere yet: no network’s own.
COMMON = "common"
ADDRESS = re.compile(r"([^\s@]?)[^\s@]*@([^\s@]+)")


def complete(instance: LogEntry, **_signal: Any) -> None:
    """Say who did it, by their account alone: no address of theirs outlives it."""
    person = person_acting()
    if instance.actor_id is None and isinstance(person, User):
        instance.actor_id = person.pk
    instance.actor_email = None
    instance.object_repr = hide_addresses(instance.object_repr)


def facts_of(row: Any) -> dict[str, Any]:
    """Where a change happened, by which managers find it, and what the row is called in each language."""
    names = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            names[code] = hide_addresses(str(row))
    return {"places": dict(_places_of(row)), "names": names}


def hide_address(value: str) -> str:
    """An e-mail address of which only the first letter and the house remain."""
    return "" if value == "None" else hide_addresses(value)


def hide_addresses(text: str) -> str:
    """A text in which no e-mail address can be read."""
    return ADDRESS.sub(r"\1…@\2", text)


def key_of(place: Any) -> str:
    """How entries name a Site, a Network or a Partner."""
    return f"{place._meta.model_name}-{place.pk}"


def entries_for(user: User) -> QuerySet[Any]:
    """The entries that this person may read: of their site, of their whole network, of their partner."""
    entries: QuerySet[Any] = LogEntry.objects.order_by("-timestamp", "-pk")
    if user.is_superuser and user.is_active:
        return entries
    keys = keys_readable_by(user) if user.is_active else []
    return entries.filter(additional_data__places__has_any_keys=keys) if keys else entries.none()


def keys_readable_by(user: User) -> list[str]:
    """The places whose entries this person may read, and what no place has for itself where they manage a network."""
    places = {held.place for held in user.held_memberships if user.has_perm(READ_AUDIT, held.place)}
    keys = {key_of(place) for place in places}
    if any(isinstance(place, Network) for place in places):
        keys.add(COMMON)
    return sorted(keys)


def _places_of(row: Any) -> Iterator[tuple[str, str]]:
    if isinstance(row, User):
        for held in Membership.objects.filter(user=row.pk).select_related("site__network", "network", "partner"):
            yield from _places_of(held)
        return
    named = [row, *(getattr(row, name, None) for name in ("site", "network", "partner"))]
    site = next((place for place in named if isinstance(place, Site)), None)
    network = next((place for place in named if isinstance(place, Network)), site.network if site else None)
    partner = next((place for place in named if isinstance(place, Partner)), None)
    for place in (site, network, partner):
        if place is not None:
            yield key_of(place), str(place)
    if site is None and network is None:
        found = [] if partner is None else _networks_of(partner)
        yield from found or [(COMMON, "")]


def _networks_of(partner: Partner) -> list[tuple[str, str]]:
    """What concerns a partner concerns the networks where it takes part."""
    takes_part = Q(sites__presences__partner=partner) | Q(conventions__partner=partner)
    return [(key_of(network), str(network)) for network in Network.objects.filter(takes_part).distinct()]
