"""What the entries of one request name: sites, themes, words of lists, partners. Looked up for all of them at once."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q
from django.utils import timezone

from citemetiers.kernel import dates
from citemetiers.kernel.questions import IsOneOf, Question
from sites.models import Audience, Education, HowHeard, Partner, Site, Status, Term, Territory, Theme, User
from visitors import rules
from visitors.enums import NOT_ASKED, NOT_SAID
from visitors.services.entries.operations import Operation

# The details that are words of a list.
VOCABULARIES: dict[str, type[Term]] = {
    "audience": Audience,
    "status": Status,
    "education": Education,
    "territory": Territory,
    "how_heard": HowHeard,
}


class Version(NamedTuple):
    """One version of a word, as far as one may choose it."""

    pk: int
    code: str
    network_id: int | None
    first_on: dt.date | None
    last_on: dt.date | None

    def covers(self, day: dt.date) -> bool:
        """Whether it holds on this day."""
        return (self.first_on is None or self.first_on <= day) and (self.last_on is None or day <= self.last_on)


def _question(vocabulary: type[Term]) -> "Question[Any]":
    def build() -> models.QuerySet[Any, Any]:
        # A network that has words of its own offers no others, so that all of its own are asked for.
        wanted = Q(IsOneOf("network_id", "networks")) | Q(Q(IsOneOf("code", "codes")), network__isnull=True)
        return vocabulary._default_manager.filter(wanted).values_list(*Version._fields)

    return Question(build)


THEMES = _question(Theme)
WORDS = {name: _question(vocabulary) for name, vocabulary in VOCABULARIES.items()}


@dataclass(frozen=True, slots=True)
class Offered:
    """The versions of the words of one list that were asked for."""

    versions: Sequence[Version] = ()

    def find(self, code: str, *, site: Site, day: dt.date) -> int | None:
        """The key of the word that a site offered under this code on a day; None where it offered none."""
        held = [one for one in self.versions if one.covers(day)]
        own = [one for one in held if one.network_id == site.network_id]
        chosen = own or [one for one in held if one.network_id is None]
        return next((one.pk for one in chosen if one.code == code), None)


@dataclass(frozen=True, slots=True)
class Words:
    """All that some operations name, as one person may use it."""

    sites: dict[str, Site]
    days: dict[str, dt.date]
    today: dt.date
    themes: Offered
    details: dict[str, Offered]
    partners: dict[str, int]
    closed: frozenset[dt.date]

    @classmethod
    def of(cls, operations: Sequence[Operation], *, by: User, now: dt.datetime) -> "Words":
        """Look up what is named; one statement a list, and none for a list that nobody names."""
        sites = sites_of(by, {operation.site for operation in operations})
        networks = {site.network_id for site in sites.values()}
        themes = {code for operation in operations for code in operation.themes}
        partners = _named(operations, "referred_to")
        days = {slug: dates.local_day(now, tz=site.tz) for slug, site in sites.items()}
        return cls(
            sites=sites,
            days=days,
            today=timezone.localdate(now),
            themes=_ask(THEMES, themes, networks),
            details={name: _ask(question, _named(operations, name), networks) for name, question in WORDS.items()},
            partners=dict(Partner.objects.filter(slug__in=partners).values_list("slug", "pk")) if partners else {},
            closed=_closed(operations, today=max(days.values(), default=None)),
        )

    def today_at(self, slug: str) -> dt.date:
        """The date on the wall of a site; of the portal for a site that the person may not log at."""
        return self.days.get(slug, self.today)


def sites_of(by: User, slugs: Iterable[str]) -> dict[str, Site]:
    """Those of these sites at which a person may log, by their slug."""
    wanted = set(slugs)
    found = {held.site.slug: held.site for held in by.held_memberships if held.site and held.site.slug in wanted}
    networks = {held.network_id for held in by.held_memberships if held.network_id}
    missing = wanted - found.keys()
    if missing and networks:
        others = Site.objects.filter(slug__in=missing, network__in=networks).select_related("network")
        found |= {site.slug: site for site in others}
    return {slug: site for slug, site in found.items() if by.has_perm("visitors.log_contact", site)}


def day_of(sent: str) -> dt.date | None:
    """The day that was written; None where it is none."""
    try:
        day = dt.date.fromisoformat(sent)
    except ValueError:
        return None
    return day if day.isoformat() == sent else None


def _named(operations: Iterable[Operation], name: str) -> set[str]:
    return {operation.word(name) for operation in operations} - {NOT_ASKED, NOT_SAID, ""}


def _ask(question: "Question[Any]", codes: set[str], networks: set[int]) -> Offered:
    if not codes or not networks:
        return Offered()
    return Offered([Version(*row) for row in question.ask(codes=codes, networks=networks)])


def _closed(operations: Iterable[Operation], *, today: dt.date | None) -> frozenset[dt.date]:
    if today is None:
        return frozenset()
    days = (day_of(operation.day) for operation in operations)
    # Days that the window refuses need no look at their month.
    opens_on = rules.window_opens_on(today=today) - dt.timedelta(days=1)
    return rules.closed_months([day for day in days if day and opens_on <= day <= today], today=today)
