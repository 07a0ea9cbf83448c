"""What a site offers to choose from today, for the form of the log."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sites.models import Partner, Site, Territory, Theme
from visitors.services.entries.words import VOCABULARIES

Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Choices:
    """Themes, and for each detail its words: a code, and the name that a reader sees."""

    themes: Sequence[Theme]
    details: dict[str, list[Choice]]


def choices_at(site: Site, *, today: dt.date) -> Choices:
    """The words on offer at a site, in the reader's language."""
    details = {}
    for name, vocabulary in VOCABULARIES.items():
        offered = vocabulary._default_manager.on_offer(today=today, network=site.network_id)
        details[name] = list(offered.values_list("code", "name"))
        if vocabulary is Territory:
            details[name].sort(key=_by_name)
    partners = Partner.objects.filter(presences__site__network=site.network_id).by_name(today=today).distinct()
    details["referred_to"] = [(partner.slug, partner.name_on(today)) for partner in partners]
    themes = Theme.objects.on_offer(today=today, network=site.network_id)
    return Choices(list(themes), details)


def _by_name(choice: Choice) -> tuple[bool, str]:
    """Countries first: they are few; then municipalities as one looks for them."""
    code, name = choice
    return code.startswith("be-"), name.casefold()
