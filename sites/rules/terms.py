"""What may still be changed of a word: whatever has not begun. What has begun can end, and be translated further."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from citemetiers.kernel.errors import DomainError
from sites.models import Network, Term
from sites.rules.reference import MANAGE_REFERENCE

Texts = Mapping[str, str]
ONE_DAY = dt.timedelta(days=1)


class TermError(DomainError):
    """A rule about words was broken; ``field`` names the field of a form it belongs to."""

    def __init__(self, text: str, *, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


class NotYourWordsError(TermError):
    """The list belongs to another network, or to all of them."""


class PastWordsError(TermError):
    """The act would change what was true on a day that is over."""


class RewrittenError(TermError):
    """A text that is in use would become another one."""


class SameWordsError(TermError):
    """The new words would be the present ones."""


class UnmappedError(TermError):
    """A word of a network would count as nothing, or for a while as nothing, on the common list."""


class NoListError(TermError):
    """The network has no list of its own to which words could be added."""


class NoWordsError(TermError):
    """The term would have no name."""


def may_write(by: Any, network: Network | None) -> bool:
    """Whether this person keeps up the words of a network; the common list is for administrators."""
    return bool(by.is_active and by.is_superuser) if network is None else bool(by.has_perm(MANAGE_REFERENCE, network))


def check_may_write(by: Any, network: Network | None) -> None:
    """Refuse whoever does not keep up this list."""
    if not may_write(by, network):
        raise NotYourWordsError(_("You may not change this list."))


def check_has_list(network: Network | None, codes: Collection[str]) -> None:
    """Refuse a word alone for a network that uses the common list: it would stand in the place of all the others.

    ``codes``: those that the network has of its own, ended ones too.
    """
    if network is not None and not codes:
        raise NoListError(_("This network uses the common list. Begin a list of its own first, then add to it."))


def text_fields(vocabulary: type[Term]) -> dict[str, list[str]]:
    """The columns of each text that the visitor or the team reads, by language."""
    names = ["name", *(["question"] if hasattr(vocabulary, "question") else [])]
    return {name: [f"{name}_{code}" for code, _language in settings.LANGUAGES] for name in names}


def check_texts(vocabulary: type[Term], texts: Texts) -> None:
    """Refuse a term without a name, or without a question where the vocabulary asks one, in any language."""
    for name, columns in text_fields(vocabulary).items():
        if not any(texts.get(column) for column in columns):
            text = _("Write the name in at least one language.") if name == "name" else _("Write the question.")
            raise NoWordsError(text, field=columns[0])


def check_begins(first_on: dt.date, *, today: dt.date) -> None:
    """Refuse words that would begin on a day that is over."""
    if first_on < today:
        raise PastWordsError(_("The first day is over. Words can begin today or later."), field="first_on")


def check_follows(term: Term, *, first_on: dt.date) -> None:
    """Refuse new words on the day on which the present ones begin: each version holds for a day at least."""
    if term.first_on is not None and first_on <= term.first_on:
        raise PastWordsError(
            _("The present words begin on %(day)s. New ones can begin the day after.") % {"day": _day(term.first_on)},
            field="first_on",
        )


def check_may_end(term: Term, *, last_on: dt.date | None, today: dt.date) -> None:
    """Refuse to move an end that is over, or to end a term before yesterday.

    Contacts of the past days may still be logged under the words of those days; a term that ended further back
    would leave them with words that did not hold.
    """
    if term.last_on is not None and term.last_on < today:
        raise PastWordsError(_("These words ended on %(day)s: that stays so.") % {"day": _day(term.last_on)})
    if last_on is not None and last_on < today - ONE_DAY:
        raise PastWordsError(_("A term can end yesterday at the earliest."), field="last_on")
    if last_on is not None and term.first_on is not None and last_on < term.first_on:
        raise PastWordsError(_("The last day cannot be before the first day."), field="last_on")


def check_is_last(term: Term, versions: Iterable[Term]) -> None:
    """Refuse to change a version that has a successor."""
    later = [one for one in versions if begin_of(one) > begin_of(term)]
    if later and later[0].first_on is not None:
        day = _day(later[0].first_on)
        raise PastWordsError(_("Newer words of this term begin on %(day)s: change those.") % {"day": day})


def check_only_fills(term: Term, texts: Texts) -> None:
    """Refuse to put a text in the place of another one."""
    columns = {column for names in text_fields(type(term)).values() for column in names}
    for column, text in texts.items():
        was = getattr(term, column, None) or ""
        if column not in columns or (was and was != text):
            raise RewrittenError(_("A text that is there already stays. New words begin on a day."), field=column)


def check_says_something_new(term: Term, texts: Texts, *, common: Term | None) -> None:
    """Refuse new words that read as the present ones and count as the same."""
    counts_the_same = common is None or (term.common is not None and common.code == term.common.code)
    columns = (column for names in text_fields(type(term)).values() for column in names)
    reads_the_same = all((texts.get(column) or "") == (getattr(term, column) or "") for column in columns)
    if counts_the_same and reads_the_same:
        raise SameWordsError(_("These are the present words. Change at least one of them."))


def check_mapping(term: Term, versions: Iterable[Term]) -> None:
    """Refuse a word of a network that counts as no common term, or as one that does not hold as long.

    ``versions``: those of the common term it counts as.
    """
    if (term.network is None) != (term.common is None):
        raise UnmappedError(_("A term of a network counts as one of the common list."), field="common")
    if term.common is None:
        return
    if term.common.network_id is not None:
        raise UnmappedError(_("Choose a term of the common list."), field="common")
    if not holds_throughout(versions, term.first_on, term.last_on):
        raise UnmappedError(
            _("“%(common)s” of the common list does not hold on all these days. Choose another one, or a last day.")
            % {"common": term.common},
            field="common",
        )


def check_is_not_counted_on(term: Term, counted: Iterable[Term], *, last_on: dt.date | None) -> None:
    """Refuse to end a common term while networks count words of theirs as it.

    ``counted``: the words of networks that count as this term.
    """
    if last_on is None:
        return
    beyond = [one for one in counted if one.last_on is None or one.last_on > last_on]
    if beyond:
        named = ", ".join(f"“{one}” ({one.network})" for one in beyond[:3])
        text = _("Networks still count their own words as “%(term)s”: %(named)s. Let those count as another one first.")
        raise UnmappedError(text % {"term": term, "named": named}, field="last_on")


def holds_throughout(versions: Iterable[Term], first_on: dt.date | None, last_on: dt.date | None) -> bool:
    """Whether the versions, one after the other, hold on every day of a period; an empty end is open."""
    day, end = first_on or dt.date.min, last_on or dt.date.max
    for version in sorted(versions, key=begin_of):
        if begin_of(version) > day:
            return False
        until = version.last_on or dt.date.max
        if until >= end:
            return True
        if until >= day:
            day = until + ONE_DAY
    return False


def begin_of(term: Term) -> dt.date:
    """The first day, with “since ever” before all others."""
    return term.first_on or dt.date.min


def new_code(texts: Texts, *, taken: Iterable[str]) -> str:
    """A short key for addresses and files, made of the first name given; never one that is in use."""
    first = next(text for column, text in sorted(texts.items()) if column.startswith("name_") and text)
    stem, used = slugify(first)[:40] or "term", set(taken)
    numbered = (f"{stem}-{number}" for number in range(2, len(used) + 3))
    return stem if stem not in used else next(code for code in numbered if code not in used)


def _day(day: dt.date) -> str:
    return date_format(day, "DATE_FORMAT")
