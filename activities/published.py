"""The programmes as the public reads them: built from the content of releases and nothing else."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from activities.enums import Access, Booking, SessionKind
from activities.models import Release
from sites.enums import Language
from sites.town_names import by_town, town_in

SOURCE_LANGUAGE = "fr"
GROUPS = ("site", "theme", "public", "language")


@dataclass(frozen=True)
class Text:
    """A text in the language of the page; ``lang`` names the language when it is another one."""

    text: str
    lang: str = ""


@dataclass(frozen=True)
class Word:
    """A code of a vocabulary with its label."""

    code: str
    label: Text
    position: int = 0


@dataclass(frozen=True)
class Item:
    """A session as it was released."""

    id: str
    starts: str
    ends: str
    title: Text
    summary: Text
    room: str
    kind: str
    themes: tuple[Word, ...]
    publics: tuple[Word, ...]
    languages: tuple[Word, ...]
    partners: tuple[str, ...]
    booking: str
    booking_label: str
    seats: int | None
    access: tuple[str, ...]
    is_illustrative: bool

    def codes(self, group: str) -> set[str]:
        """The codes by which a group of filters finds this session."""
        words = {"theme": self.themes, "public": self.publics, "language": self.languages}[group]
        return {word.code for word in words}


@dataclass(frozen=True)
class SiteProgramme:
    """The last release of one site."""

    slug: str
    name: str
    city: str
    zone: str
    number: int
    released_at: dt.datetime
    items: tuple[Item, ...]

    @property
    def town(self) -> str:
        """The town in the language of the page."""
        return town_in(self.city, get_language(), zone=self.zone)

    @property
    def first(self) -> str:
        """When the first session starts."""
        return min((item.starts for item in self.items), default="")

    @property
    def last(self) -> str:
        """When the last session ends."""
        return max((item.ends for item in self.items), default="")

    @property
    def themes(self) -> list[Word]:
        """The themes of all its sessions, in their usual order."""
        return _in_order(word for item in self.items for word in item.themes)

    @property
    def is_illustrative(self) -> bool:
        """Whether any session is an example."""
        return any(item.is_illustrative for item in self.items)


@dataclass(frozen=True)
class Selection:
    """The filters in the address, one value a group."""

    site: str = ""
    theme: str = ""
    public: str = ""
    language: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "Selection":
        """From an address; a value that nothing matches simply finds nothing."""
        return cls(**{group: query.get(group, "")[:50] for group in GROUPS})

    def __bool__(self) -> bool:
        return any(getattr(self, group) for group in GROUPS)

    @property
    def query(self) -> str:
        """As the end of an address, from the question mark on; a lone “?” clears it."""
        query = QueryDict(mutable=True)
        query.update({group: getattr(self, group) for group in GROUPS if getattr(self, group)})
        return f"?{query.urlencode()}"

    def apply(self, programmes: Iterable[SiteProgramme]) -> list[SiteProgramme]:
        """The programmes with the sessions that are looked for; without those that have none."""
        chosen = [programme for programme in programmes if self.site in {"", programme.slug}]
        kept = [replace(programme, items=tuple(filter(self._wants, programme.items))) for programme in chosen]
        return [programme for programme in kept if programme.items]

    def _wants(self, item: Item) -> bool:
        groups = [group for group in GROUPS[1:] if getattr(self, group)]
        return all(getattr(self, group) in item.codes(group) for group in groups)


@dataclass(frozen=True)
class Choice:
    """One filter as a link; choosing it again takes it away."""

    word: Word
    count: int
    query: str
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """A group of filters."""

    group: str
    title: str
    choices: tuple[Choice, ...]


def read_release(release: Release) -> SiteProgramme:
    """The programme that a release holds, in the language of the page."""
    content = release.content
    site, words = content["site"], content["words"]
    return SiteProgramme(
        slug=site["slug"],
        name=site["name"],
        city=site["city"],
        zone=site["timezone"],
        number=release.number,
        released_at=release.released_at,
        items=tuple(_item(item, words) for item in content["sessions"]),
    )


def facets(programmes: list[SiteProgramme], selection: Selection, *, with_sites: bool) -> list[Facet]:
    """The filters that can find something, with how many sessions each would leave."""
    items = [item for programme in programmes for item in programme.items]
    words = {
        "theme": (_("Theme"), _in_order(word for item in items for word in item.themes)),
        "public": (_("For whom"), _in_order(word for item in items for word in item.publics)),
        "language": (_("Language"), _in_order(word for item in items for word in item.languages)),
        "site": (_("Place"), _places(programmes) if with_sites else []),
    }
    return [
        Facet(group, title, tuple(_choice(programmes, selection, group, word) for word in known))
        for group, (title, known) in words.items()
        if len(known) > 1
    ]


def _places(programmes: list[SiteProgramme]) -> list[Word]:
    return [Word(one.slug, Text(one.town)) for one in sorted(programmes, key=by_town)]


def _choice(programmes: list[SiteProgramme], selection: Selection, group: str, word: Word) -> Choice:
    chosen = replace(selection, **{group: word.code})
    is_chosen = getattr(selection, group) == word.code
    count = sum(len(programme.items) for programme in chosen.apply(programmes))
    following = replace(selection, **{group: ""}) if is_chosen else chosen
    return Choice(word, count, following.query, is_chosen)


def _item(item: dict[str, Any], words: dict[str, Any]) -> Item:
    return Item(
        id=item["id"],
        starts=item["starts"],
        ends=item["ends"],
        title=_text(item["title"]),
        summary=_text(item["summary"]),
        room=item["room"],
        kind=str(SessionKind(item["kind"]).label),
        themes=tuple(_word(code, words["themes"][code]) for code in item["themes"]),
        publics=tuple(_word(code, words["audiences"][code]) for code in item["audiences"]),
        languages=tuple(_language(code) for code in item["languages"]),
        partners=tuple(words["partners"][slug] for slug in item["partners"]),
        booking=item["booking"],
        booking_label=str(Booking(item["booking"]).label),
        seats=item["seats"],
        access=tuple(str(Access(code).label) for code in item["access"]),
        is_illustrative=item["is_illustrative"],
    )


def _text(texts: dict[str, str]) -> Text:
    current = get_language() or SOURCE_LANGUAGE
    if texts.get(current) or current == SOURCE_LANGUAGE:
        return Text(texts.get(current, ""))
    return Text(texts[SOURCE_LANGUAGE], SOURCE_LANGUAGE if texts[SOURCE_LANGUAGE] else "")


def _word(code: str, word: dict[str, Any]) -> Word:
    return Word(code, _text(word["name"]), word["position"])


def _language(code: str) -> Word:
    return Word(code, Text(str(Language(code).label), code), list(Language.values).index(code))


def _in_order(words: Iterable[Word]) -> list[Word]:
    return sorted(set(words), key=lambda word: (word.position, word.code))
