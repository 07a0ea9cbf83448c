"""A place with a queue that somebody keeps just now, for tests of its pages."""

import re
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone

from appointments.enums import Origin
from appointments.models import Seating, SiteQueue
from appointments.services.queue import queue_of, take_ticket
from sites.models import Site, Theme
from tests.factories.queue import SeatingFactory
from tests.factories.sites import SiteFactory, ThemeFactory


class Place(NamedTuple):
    site: Site
    theme: Theme
    queue: SiteQueue
    seating: Seating


def kept_place(*, languages=("fr",), **site):
    """A place whose hours nobody knows, open as long as the one desk is."""
    made = SiteFactory(city="Namur", **site)
    known = Theme.objects.filter(code="work").first()
    theme = known or ThemeFactory(code="work", name_en="Find work", question_en="Which jobs are there?")
    seating = SeatingFactory(site=made, languages=languages, themes=[theme], opened_at=timezone.now())
    return Place(made, theme, queue_of(made), seating)


def ticket_at(place, *, language="fr", origin=Origin.KIOSK, **more):
    asked = {"site": place.site, "theme": place.theme, "language": language, "origin": origin}
    return take_ticket(**asked, now=timezone.now(), **more)


def page(name, place, **query):
    return reverse(f"queue:{name}", args=[place.site.slug], query=query)


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())
