"""One cell: what is written for a text, so that no spreadsheet runs it, and the same text read back.

The rule is that of OWASP, “CSV Injection”: a cell that begins with = + - @, with their full-width twins, or
with a tab, a line end or another blank before them, gets an apostrophe in front, so that a spreadsheet shows
it instead of computing it. The advice loses nothing only if the reader knows it: here the reader takes
exactly one apostrophe off again, and a text that itself begins with apostrophes and such a sign gets one
more. Telephone numbers such as +32 81 00 00 00 pass through it unharmed; without the apostrophe a
spreadsheet would drop their plus.
"""

import re
from typing import Any

RISKY = re.compile(r"'*[=+\-@＝＋－＠\s]")
GUARDED = re.compile(r"'+[=+\-@＝＋－＠\s]")
# Neither XML nor a text file for people can hold these.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LINE_ENDS = re.compile(r"\r\n?")


def tidy(text: str) -> str:
    """The text as every file and every form of the portal gives it: one kind of line end, no blank around it."""
    return _printable(text).strip()


def as_cell(value: Any) -> str:
    """What is written for a value. A number is no text and keeps its sign: a spreadsheet can only read it."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    text = _printable(str(value)).rstrip()
    return f"'{text}" if RISKY.match(text) else text


def as_given(cell: str) -> str:
    """The text for which ``as_cell`` wrote this cell; a cell that nobody guarded stays as it is."""
    text = tidy(cell)
    return text[1:] if GUARDED.match(text) else text


def _printable(text: str) -> str:
    return LINE_ENDS.sub("\n", UNPRINTABLE.sub("", text))
