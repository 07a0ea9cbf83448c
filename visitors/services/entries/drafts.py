"""From what was sent to the rows that would be written, or the first reason why not."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sites.enums import Language
from sites.models import Site, Theme
from visitors import rules
from visitors.enums import (
    NOT_ASKED,
    NOT_SAID,
    TALLY_OF_ENTRY,
    WAYS_OF_KIND,
    AgeBand,
    Answer,
    DurationBand,
    EntryKind,
    Gender,
    HalfDay,
    Way,
)
from visitors.models import Contact, ContactTheme, Tally
from visitors.services.entries.operations import Operation
from visitors.services.entries.words import VOCABULARIES, Words, day_of

# Answers of the log itself, by the name under which they are sent and kept.
LISTED: dict[str, frozenset[str]] = {
    "way": frozenset(Way.values),
    "language": frozenset(Language.values),
    "duration": frozenset(DurationBand.values),
    "gender": frozenset(Gender.values),
    "age_band": frozenset(AgeBand.values),
    "first_visit": frozenset(Answer.values),
}
HALF_DAYS = frozenset(HalfDay.values)


class KindError(rules.VisitorsError):
    """Neither a contact nor a count."""

    field = "kind"


@dataclass(frozen=True, slots=True)
class Draft:
    """The rows of one entry; none of a day for an entry that was taken back."""

    day: dt.date
    contact: Contact | None = None
    themes: Sequence[ContactTheme] = ()
    tally: Tally | None = None


def site_of(operation: Operation, *, words: Words) -> Site:
    """Where the entry was made. Raises WrongSiteError where the person may not log at such a site."""
    site = words.sites.get(operation.site)
    if site is None:
        raise rules.WrongSiteError(_("You cannot log contacts at this site."))
    return site


def draft(operation: Operation, *, words: Words, now: dt.datetime) -> Draft:
    """The rows that an entry would be. Raises VisitorsError for the first answer that cannot be kept."""
    site = site_of(operation, words=words)
    day = day_of(operation.day)
    if day is None:
        raise rules.WindowError(_("Say on which day it was."))
    rules.check_day(day, site=site, now=now, closed=words.closed)
    if operation.word("half_day") not in HALF_DAYS:
        raise rules.AnswerError("half_day")
    if operation.kind in TALLY_OF_ENTRY:
        return Draft(day, tally=_tally(operation, site=site, day=day))
    if operation.kind != EntryKind.CONTACT:
        raise KindError(_("This is neither a contact nor a count. Please log it again."))
    return _contact(operation, site=site, day=day, words=words)


def _tally(operation: Operation, *, site: Site, day: dt.date) -> Tally:
    kind = TALLY_OF_ENTRY[operation.kind]
    (way,) = WAYS_OF_KIND[kind]
    language = operation.word("language")
    if language and language not in LISTED["language"]:
        raise rules.AnswerError("language")
    half_day = operation.word("half_day")
    return Tally(pk=operation.key, site=site, day=day, half_day=half_day, kind=kind, way=way, language=language)


def _contact(operation: Operation, *, site: Site, day: dt.date, words: Words) -> Draft:
    themes = _themes(operation, site=site, day=day, words=words)
    contact = Contact(
        pk=operation.key,
        site=site,
        day=day,
        half_day=operation.word("half_day"),
        headcount=operation.headcount,
        referred_to_id=_partner(operation, words=words),
    )
    for name, listed in LISTED.items():
        said = operation.word(name)
        if said not in listed:
            raise rules.AnswerError(name)
        setattr(contact, name, said)
    rules.check_party(contact.headcount)
    for name in VOCABULARIES:
        said = operation.word(name)
        if said == NOT_SAID:
            setattr(contact, f"is_{name}_unsaid", True)
        elif said != NOT_ASKED:
            setattr(contact, f"{name}_id", _detail(name, said, site=site, day=day, words=words))
    return Draft(day, contact, [ContactTheme(contact_id=operation.key, theme_id=theme) for theme in themes])


def _themes(operation: Operation, *, site: Site, day: dt.date, words: Words) -> list[int]:
    if not operation.themes:
        raise rules.ThemeError(_("Choose at least one theme."))
    found = []
    for code in operation.themes:
        theme = words.themes.find(code, site=site, day=day)
        if theme is None:
            raise rules.ThemeError(_why_not(code))
        found.append(theme)
    return found


def _why_not(code: str) -> str:
    theme = Theme.objects.filter(code=code).order_by("pk").last()
    if theme is None:
        return _("This theme is no longer offered. Choose another one.")
    return _("The theme “%(theme)s” is no longer offered. Choose another one.") % {"theme": theme}


def _detail(name: str, code: str, *, site: Site, day: dt.date, words: Words) -> int:
    found = words.details[name].find(code, site=site, day=day)
    if found is None:
        raise rules.AnswerError(name)
    return found


def _partner(operation: Operation, *, words: Words) -> int | None:
    said = operation.word("referred_to")
    if said == NOT_ASKED:
        return None
    if said not in words.partners:
        raise rules.AnswerError("referred_to")
    return words.partners[said]
