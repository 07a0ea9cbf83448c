"""What the team sees of its own week. No figure here, or anywhere, is about one advisor."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Sum

from sites.models import Site, Theme
from visitors.enums import TallyKind
from visitors.models import Contact, ContactTheme, Tally

ONE_DAY, ONE_WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


@dataclass
class Sums:
    """What a team did in a time; units are told beside one another, and never added.

    A contact counts under each of its themes. Contacts caught up in a batch are contacts.
    """

    contacts: int = 0
    people: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    by_theme: Counter[int] = field(default_factory=Counter)
    themes: list[tuple[Theme, int]] = field(default_factory=list)

    @property
    def self_service(self) -> int:
        """People who used documentation or multimedia on their own."""
        return self.counted[TallyKind.SELF_SERVICE]

    @property
    def information(self) -> int:
        """Questions answered at reception: these are no contacts."""
        return self.counted[TallyKind.INFORMATION]

    @property
    def participants(self) -> int:
        """People in groups."""
        return self.counted[TallyKind.GROUP]

    @property
    def met(self) -> int:
        """People met on outings."""
        return self.counted[TallyKind.OUTREACH]

    @property
    def pupils(self) -> int:
        """Pupils, in their school or with their class."""
        return self.counted[TallyKind.SCHOOL]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was logged or counted."""
        return not self.contacts and not self.counted.total()


@dataclass(frozen=True)
class Week:
    """A week of a team: today, all of it so far, its days, and how many contacts the week before it had."""

    today: Sums
    total: Sums
    days: list[tuple[dt.date, int]]
    contacts_before: int

    @property
    def busiest(self) -> int:
        """The contacts of its busiest day."""
        return max(contacts for _day, contacts in self.days)


def count_week(*, site: Site, day: dt.date) -> Week:
    """Count the week of a day, from Monday on, at one site."""
    monday = day - dt.timedelta(days=day.isoweekday() - 1)
    by_day = {monday + number * ONE_DAY: Sums() for number in range(-7, 7)}
    _count_contacts(by_day, site=site)
    _count_tallies(by_day, site=site)
    week = [monday + number * ONE_DAY for number in range(7)]
    total = _added(by_day[one] for one in week)
    terms: dict[int, Any] = Theme.objects.in_bulk(list(total.by_theme))
    for sums in (by_day[day], total):
        sums.themes = sorted(
            ((terms[key], times) for key, times in sums.by_theme.items()), key=lambda one: (one[0].position, one[0].pk)
        )
    before = sum(by_day[one - ONE_WEEK].contacts for one in week)
    return Week(by_day[day], total, [(one, by_day[one].contacts) for one in week], before)


def _count_contacts(by_day: dict[dt.date, Sums], *, site: Site) -> None:
    rows = Contact.objects.at(site).filter(day__range=(min(by_day), max(by_day))).values("day").order_by("day")
    for row in rows.annotate(number=Count("pk"), people=Sum("headcount")):
        by_day[row["day"]].contacts += row["number"]
        by_day[row["day"]].people += row["people"]
    about = ContactTheme.objects.filter(contact__site=site, contact__day__range=(min(by_day), max(by_day)))
    named = about.values_list("contact__day", "theme").order_by("contact__day", "theme").annotate(times=Count("pk"))
    for day, theme, times in named:
        by_day[day].by_theme[theme] += times


def _count_tallies(by_day: dict[dt.date, Sums], *, site: Site) -> None:
    rows = Tally.objects.at(site).filter(day__range=(min(by_day), max(by_day)))
    for row in rows.values("day", "kind", "theme").order_by("day", "kind", "theme").annotate(people=Sum("number")):
        sums = by_day[row["day"]]
        if row["kind"] != TallyKind.BATCH:
            sums.counted[row["kind"]] += row["people"]
            continue
        sums.contacts += row["people"]
        sums.people += row["people"]
        sums.by_theme[row["theme"]] += row["people"]


def _added(days: Iterable[Sums]) -> Sums:
    total = Sums()
    for one in days:
        total.contacts += one.contacts
        total.people += one.people
        total.counted += one.counted
        total.by_theme += one.by_theme
    return total
