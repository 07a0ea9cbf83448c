"""Words as people type them, and texts in the language that there is."""

import unicodedata
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

# Letters that stay one character when accents are taken off, and that people type as two or without the stroke.
SPELT_OUT = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})


def fold(text: str) -> str:
    """The words of a text in lower case, without accents or signs, one space apart: equal for all spellings of it."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(SPELT_OUT)
    letters = (letter for letter in plain if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())


@dataclass(frozen=True)
class Text:
    """A text to show; ``lang`` names its language where that is not the language of the page."""

    text: str
    lang: str = ""


def text_of(row: Any, field: str) -> Text:
    """A translated field in the language of the page, else in the first language in which somebody wrote it."""
    current = get_language() or settings.LANGUAGE_CODE
    fallbacks = settings.MODELTRANSLATION_FALLBACK_LANGUAGES["default"]
    for code in (current, *fallbacks):
        if text := getattr(row, f"{field}_{code}", None):
            return Text(str(text), lang="" if code == current else code)
    return Text("")
