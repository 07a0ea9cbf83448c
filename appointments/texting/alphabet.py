"""The alphabet of text messages: one letter outside it, and only 70 fit into one part instead of 160."""

import unicodedata

MOST_IN_ONE_PART = 160
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
COUNTS_TWICE = frozenset("^{}\\[~]|€\f")
LOOKS_LIKE = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "·": "-",
        "…": "...",
        "œ": "oe",
        "Œ": "OE",
    }
)


def to_gsm(text: str) -> str:
    """The text in the letters of a short message, as near as they come; what has no likeness stays."""
    return "".join(_nearest(letter) for letter in text.translate(LOOKS_LIKE))


def is_one_part(text: str) -> bool:
    """Whether the text is sent, and paid for, as one short message."""
    if not set(text) <= BASIC | COUNTS_TWICE:
        return False
    return len(text) + sum(letter in COUNTS_TWICE for letter in text) <= MOST_IN_ONE_PART


def _nearest(letter: str) -> str:
    if letter in BASIC or letter in COUNTS_TWICE:
        return letter
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if part in BASIC)
    return plain or letter
