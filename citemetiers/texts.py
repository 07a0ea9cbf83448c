"""Collects every translatable text of the project, so that a catalogue can be made and checked without GNU gettext."""

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

APPS = ("citemetiers", "sites", "visitors", "activities", "appointments", "reporting")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Dates in the files would change with every run and tell nothing.
FIRST_DAY = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
HEADER = "# Texts of the portal. The keys are the English texts.\n"


def catalogue_path(language: str) -> Path:
    """Where the translations into one language lie."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def read_catalogue(language: str) -> Catalog:
    """The translations into one language; an empty catalogue where there is no file."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as texts:
        return read_po(texts, locale=language)


def collect() -> Catalog:
    """Every text that code and templates mark for translation, with where it is used."""
    found = Catalog(charset="utf-8")
    for path in _sources():
        name = path.relative_to(settings.BASE_DIR).as_posix()
        for line, text, comments, context in _texts_of(path):
            found.add(text, None, [(name, line)], auto_comments=comments, context=context)
    return found


def update_catalogue(language: str, texts: Catalog) -> Catalog:
    """Brings one catalogue up to date: new texts come empty, vanished ones go, nothing is guessed."""
    kept = read_catalogue(language)
    kept.update(texts, no_fuzzy_matching=True, update_creation_date=False)
    kept.obsolete.clear()
    kept.header_comment, kept.fuzzy = HEADER, False
    kept.project, kept.version, kept.msgid_bugs_address = "Cité des métiers", "1", ""
    kept.last_translator = kept.language_team = kept.copyright_holder = "Cité des métiers"
    kept.creation_date = kept.revision_date = FIRST_DAY
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        write_po(target, kept, width=120, sort_output=True, no_location=True)
    return kept


def _sources() -> Iterator[Path]:
    root = Path(settings.BASE_DIR)
    yield from sorted((root / "templates").rglob("*.html"))
    yield from sorted((root / "templates").rglob("*.txt"))
    for app in APPS:
        yield from sorted(path for path in (root / app).rglob("*.py") if "migrations" not in path.parts)


def _texts_of(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # templatize blots out all but the calls; what indentation is left would be no Python.
        lines = templatize(source).splitlines()
        source = "\n".join(line.strip() for line in lines)
    yield from extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS, comment_tags=("Translators:",))
