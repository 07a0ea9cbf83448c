"""What the team sees of its own day. No figure here, or anywhere, is about one advisor."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Sum

from sites.models import Site, Theme
from visitors.models import Contact


@dataclass(frozen=True)
class Day:
    """What a team did at its site on one day. A contact counts under each of its themes."""

    contacts: int
    people: int
    themes: list[tuple[Theme, int]]


def count_day(*, site: Site, day: dt.date) -> Day:
    """Count the contacts, the people in them and the themes they were about."""
    sums = Contact.objects.at(site).on(day).aggregate(contacts=Count("pk"), people=Sum("headcount"))
    themes = Theme.objects.filter(contacts__site=site, contacts__day=day).annotate(times=Count("contacts"))
    return Day(
        contacts=sums["contacts"],
        people=sums["people"] or 0,
        themes=[(theme, theme.times) for theme in themes.order_by("position")],
    )
