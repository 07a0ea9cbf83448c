"""From the bytes of a CSV or XLSX file to rows of plain text.

The readers are the two that django-import-export brings (csv, openpyxl). They are driven directly,
because its formats drop blank rows, so that the row numbers in the errors would be wrong, and read
a sheet without any bound.
"""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl  # type: ignore[import-untyped]
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.rules import ActivityError
from sites.enums import Language

REQUIRED = (
    *("site", "room", "starts", "ends", "kind", "title_fr", "themes", "publics"),
    *("languages", "partners", "booking", "seats", "access"),
)
# A text column that the file leaves out is left as it is in the programme.
OPTIONAL = (
    *(f"title_{code}" for code in Language.values if code != Language.FRENCH),
    *(f"summary_{code}" for code in Language.values),
)
COLUMNS = (*REQUIRED, *OPTIONAL)

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5000
# Blank ones included: a sheet can claim a million of them.
MAX_LINES = 4 * MAX_ROWS
# Far more columns than the format knows; keeps a hostile sheet from being read sideways.
MAX_WIDTH = 100
MAX_UNPACKED = 60 * 1024 * 1024

ZIP_MARK = b"PK\x03\x04"
OLD_EXCEL_MARK = b"\xd0\xcf\x11\xe0"
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b]")

Cells = list[str]


class SheetError(ActivityError):
    """The file as a whole cannot be used; nothing of it was read into the programme."""


@dataclass(frozen=True)
class Sheet:
    """The columns of a file and its rows that are not blank, each with its number in the file."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def as_dicts(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row's number and its cells by column."""
        for number, cells in self.rows:
            yield number, dict(zip(self.columns, cells, strict=True))


def read_sheet(data: bytes) -> Sheet:
    """The rows of a CSV or XLSX file, told apart by its content. Raises SheetError with a sentence."""
    if len(data) > MAX_BYTES:
        raise SheetError(_("The file is larger than 5 MB. Split it, or remove pictures from it."))
    if not data.strip():
        raise SheetError(_("The file is empty."))
    if data.startswith(OLD_EXCEL_MARK):
        raise SheetError(_("This is a file of an old Excel. Save it as .xlsx or CSV and try again."))
    lines = _xlsx_lines(data) if data.startswith(ZIP_MARK) else _csv_lines(_decode(data))
    return _as_sheet(lines)


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _decode_windows(data)
    if CONTROL.search(text):
        raise _not_a_spreadsheet()
    return text


def _decode_windows(data: bytes) -> str:
    # What Excel writes on a Western European Windows.
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise _not_a_spreadsheet() from None


def _csv_lines(text: str) -> Iterator[tuple[int, Cells]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    number = 0
    try:
        for cells in reader:
            number += 1
            yield number, [cell.strip() for cell in cells]
    except csv.Error:
        message = _("Row %(number)s cannot be read. Look for a quotation mark that is never closed.")
        raise SheetError(message % {"number": number + 1}) from None


def _separator(text: str) -> str:
    # Only the line of headings can tell: in the rows “;” also stands between values inside a cell.
    headings = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=headings.count)


def _xlsx_lines(data: bytes) -> Iterator[tuple[int, Cells]]:
    try:
        _check_unpacked_size(data)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_col=MAX_WIDTH, values_only=True), start=1):
            _check_line_count(number)
            yield number, [_as_text(value) for value in row]
        book.close()
    except SheetError:
        raise
    except Exception:  # noqa: BLE001  openpyxl raises anything on a broken or foreign file
        raise _not_a_spreadsheet() from None


def _check_unpacked_size(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        unpacked = sum(entry.file_size for entry in packed.infolist())
    if unpacked > MAX_UNPACKED:
        raise SheetError(_("This file unpacks to more than 60 MB. Keep only the rows of the programme."))


def _check_line_count(number: int) -> None:
    if number > MAX_LINES:
        raise _too_many_rows()


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return (value + dt.timedelta(milliseconds=500)).strftime("%Y-%m-%d %H:%M")  # Excel stores 8:59:59.999 for 9:00
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _as_sheet(lines: Iterable[tuple[int, Cells]]) -> Sheet:
    filled = ((number, cells) for number, cells in lines if any(cells))
    columns = _columns(next(filled, (0, []))[1])
    rows: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in filled:
        if len(rows) >= MAX_ROWS:
            raise _too_many_rows()
        if any(cells[len(columns) :]):
            message = _(
                "Row %(number)s has more cells than there are headings. Put text with commas in quotation marks."
            )
            raise SheetError(message % {"number": number})
        padded = [*cells, *[""] * len(columns)][: len(columns)]
        rows.append((number, tuple(padded)))
    if not rows:
        raise SheetError(_("The file has headings but no rows."))
    return Sheet(columns, tuple(rows))


def _columns(headings: Cells) -> tuple[str, ...]:
    columns = [heading.strip().lower() for heading in headings]
    while columns and not columns[-1]:
        columns.pop()
    if not set(columns) & set(COLUMNS):
        raise _not_a_spreadsheet()
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name or "?" for name in columns if name not in COLUMNS]
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    sentences = [
        *_about(
            ngettext("This column is missing: %(names)s.", "These columns are missing: %(names)s.", len(missing)),
            missing,
        ),
        *_about(
            ngettext("This column is unknown: %(names)s.", "These columns are unknown: %(names)s.", len(unknown)),
            unknown,
        ),
        *_about(
            ngettext("This column is there twice: %(names)s.", "These columns are there twice: %(names)s.", len(twice)),
            twice,
        ),
    ]
    if sentences:
        raise SheetError(" ".join(sentences))
    return tuple(columns)


def _about(sentence: str, names: list[str]) -> list[str]:
    return [sentence % {"names": ", ".join(name[:50] for name in names[:20])}] if names else []


def _too_many_rows() -> SheetError:
    return SheetError(_("The file has more than 5,000 rows. Split it by site."))


def _not_a_spreadsheet() -> SheetError:
    return SheetError(_("This file is not a programme: send a CSV or XLSX file with the headings of the example."))
