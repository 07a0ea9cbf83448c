"""Text messages: what they say, and by whom they are carried. Pure: no row is read or written here."""

from appointments.texting.alphabet import is_one_part, to_gsm
from appointments.texting.numbers import takes_texts
from appointments.texting.providers import NumberRefused, TextError, TextProvider, TextRefused, provider_from
from appointments.texting.words import TextFacts, build_text, turn_text

__all__ = [
    "NumberRefused",
    "TextError",
    "TextFacts",
    "TextProvider",
    "TextRefused",
    "build_text",
    "is_one_part",
    "provider_from",
    "takes_texts",
    "to_gsm",
    "turn_text",
]
