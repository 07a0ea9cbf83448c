"""The lists of words that a person reads or keeps up, as the pages show them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise

from citemetiers.kernel.words import fold
from sites.enums import Language
from sites.forms.words import missing_texts
from sites.models import (
    AgeBand,
    Audience,
    Channel,
    Duration,
    Education,
    HowHeard,
    Network,
    Status,
    Term,
    Territory,
    Theme,
)
from sites.rules.reference import networks_managed_by
from sites.rules.terms import begin_of, may_write, text_fields

COMMON = "common"
VOCABULARY_OF: dict[str, type[Term]] = {
    "themes": Theme,
    "publics": Audience,
    "statuses": Status,
    "education": Education,
    "territories": Territory,
    "age-bands": AgeBand,
    "ways": Channel,
    "lengths": Duration,
    "how-heard": HowHeard,
}


@dataclass(frozen=True)
class Word:
    """One code with all its versions, the one that counts most for today first."""

    shown: Term
    before: tuple[Term, ...]
    after: tuple[Term, ...]
    is_offered: bool
    is_over: bool

    @property
    def code(self) -> str:
        return self.shown.code

    @property
    def latest(self) -> Term:
        return self.after[-1] if self.after else self.shown

    @property
    def others(self) -> list[tuple[str, str]]:
        """Its name in the languages that the reader did not choose."""
        named = [(code, getattr(self.shown, f"name_{code}")) for code in Language.values]
        return [(code, name) for code, name in named if name and name != self.shown.name]

    @property
    def missing(self) -> list[str]:
        return sorted({column.rpartition("_")[2].upper() for column in missing_texts(self.shown)})

    def matches(self, wanted: str) -> bool:
        versions = (*self.before, self.shown, *self.after)
        texts = [
            getattr(version, column) or ""
            for version in versions
            for columns in text_fields(type(version)).values()
            for column in columns
        ]
        return any(wanted in fold(text) for text in (self.code, *texts))


@dataclass(frozen=True)
class WordList:
    """One vocabulary of one network, or the common one."""

    key: str
    network: Network | None
    is_writable: bool

    @property
    def vocabulary(self) -> type[Term]:
        return VOCABULARY_OF[self.key]

    @property
    def title(self) -> str | Promise:
        return self.vocabulary._meta.verbose_name_plural or ""

    @property
    def place(self) -> str:
        return self.network.slug if self.network else COMMON

    @property
    def is_begun(self) -> bool:
        """Whether there is a list to add to: a network has none before it has copied the common one."""
        return self.network is None or self.vocabulary.objects.filter(network=self.network).exists()

    def url(self, name: str = "word-list", *more: Any) -> str:
        return reverse(f"words:{name}", args=[self.place, self.key, *more])

    def words(self, *, today: dt.date) -> list[Word]:
        """In their order; what is over comes last."""
        rows = self.vocabulary.objects.filter(network=self.network).select_related("common").order_by("position", "pk")
        versions: dict[str, list[Term]] = {}
        for row in rows:
            versions.setdefault(row.code, []).append(row)
        words = [_word(sorted(of_code, key=begin_of), today=today) for of_code in versions.values()]
        return sorted(words, key=lambda word: (word.is_over, word.shown.position, word.code))


def places_of(user: Any) -> Iterator[Network | None]:
    """The common list, which everybody reads, and the networks whose words this person keeps up."""
    yield None
    managed = Network.objects.order_by("name", "pk")
    yield from managed if user.is_superuser else managed.filter(pk__in=networks_managed_by(user))


def list_named(user: Any, place: str, key: str) -> WordList:
    """The list of an address; one that is not this person’s does not exist."""
    for network in places_of(user):
        found = WordList(key, network, is_writable=may_write(user, network))
        if found.place == place and key in VOCABULARY_OF:
            return found
    raise Http404


def _word(versions: list[Term], *, today: dt.date) -> Word:
    at = next((number for number, version in enumerate(versions) if version.covers_day(today)), None)
    coming = next((number for number, version in enumerate(versions) if begin_of(version) > today), None)
    shown = at if at is not None else coming if coming is not None else len(versions) - 1
    return Word(
        shown=versions[shown],
        before=tuple(reversed(versions[:shown])),
        after=tuple(versions[shown + 1 :]),
        is_offered=at is not None,
        is_over=at is None and coming is None,
    )
