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
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import openpyxl  # type: ignore[import-untyped]
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citemetiers.kernel.errors import DomainError
from citemetiers.kernel.sheets.cells import as_given
from citemetiers.kernel.sheets.layout import MEGABYTE, Layout

# Far more columns than any layout knows; keeps a hostile sheet from being read sideways.
MAX_WIDTH = 100

ZIP_MARK = b"PK\x03\x04"
OLD_EXCEL_MARK = b"\xd0\xcf\x11\xe0"
# “Unicode text”, as Excel calls it.
UTF_16_MARKS = (BOM_UTF16_LE, BOM_UTF16_BE)
# A cell of a sheet, or a text that cells share: each is an object to openpyxl, however few bytes it takes.
CELL = re.compile(rb"<(?:\w+:)?(?:c|si)[\s/>]")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b]")

Cells = list[str]


class SheetError(DomainError):
    """The file as a whole cannot be used; nothing of it was taken over."""


@dataclass(frozen=True)
class Sheet:
    """The columns of a file and its rows that are not blank, each with its number in the file."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def as_dicts(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row's number and its cells by column."""
        for number, cells in self.rows:
            yield number, dict(zip(self.columns, cells, strict=True))


def read_sheet(data: bytes, *, layout: Layout) -> Sheet:
    """The rows of a CSV or XLSX file, told apart by its content. Raises SheetError with a sentence."""
    if len(data) > layout.max_bytes:
        message = _("The file is larger than %(size)d MB. Split it, or remove pictures from it.")
        raise SheetError(message % {"size": layout.max_bytes // MEGABYTE})
    if not data.strip():
        raise SheetError(_("The file is empty."))
    if data.startswith(OLD_EXCEL_MARK):
        raise SheetError(_("This is a file of an old Excel. Save it as .xlsx or CSV and try again."))
    if data.startswith(ZIP_MARK):
        return _as_sheet(_xlsx_lines(data, layout), layout)
    return _as_sheet(_csv_lines(_decode(data, layout), layout), layout)


def _decode(data: bytes, layout: Layout) -> str:
    # The last is what Excel writes on a Western European Windows.
    encodings = ("utf-16",) if data.startswith(UTF_16_MARKS) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise _foreign(layout)


def _csv_lines(text: str, layout: Layout) -> Iterator[tuple[int, Cells]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    number = 0
    try:
        for cells in reader:
            number += 1
            if any(map(CONTROL.search, cells)):
                raise _with_control_character(number, layout)
            yield number, [as_given(cell) for cell in cells]
    except csv.Error:
        message = _("Row %(number)s cannot be read. Look for a quotation mark that is never closed.")
        raise SheetError(message % {"number": number + 1}) from None


def _with_control_character(number: int, layout: Layout) -> SheetError:
    if number == 1:  # no heading of anybody’s: a picture, a programme
        return _foreign(layout)
    message = _("Row %(number)s holds an invisible control character. Type the texts of that row again.")
    return SheetError(message % {"number": number})


def _separator(text: str) -> str:
    # Only the line of headings can tell: in the rows “;” also stands between values inside a cell.
    headings = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=headings.count)


def _xlsx_lines(data: bytes, layout: Layout) -> Iterator[tuple[int, Cells]]:
    try:
        _check_unpacked(data, layout)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_col=MAX_WIDTH, values_only=True), start=1):
            if number > layout.max_lines:
                raise _too_many_rows(layout)  # noqa: TRY301  the sheet is read while it is looked at
            yield number, [_as_text(value) for value in row]
        book.close()
    except SheetError:
        raise
    except Exception:  # noqa: BLE001  openpyxl raises anything on a broken or foreign file
        raise _foreign(layout) from None


def _check_unpacked(data: bytes, layout: Layout) -> None:
    """Refuse what is small on the way and enormous once it is open, before it is."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        entries = packed.infolist()
        if sum(entry.file_size for entry in entries) > layout.max_unpacked:
            message = _("This file unpacks to more than %(size)d MB. Keep only the rows that are needed.")
            raise SheetError(message % {"size": layout.max_unpacked // MEGABYTE})
        cells = 0
        for entry in entries:
            with packed.open(entry) as part:
                while chunk := part.read(MEGABYTE):
                    cells += len(CELL.findall(chunk))
                    if cells > layout.max_rows * MAX_WIDTH:
                        raise SheetError(_("The file has far more cells than such a list needs. Keep only its rows."))


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return (value + dt.timedelta(milliseconds=500)).strftime("%Y-%m-%d %H:%M")  # Excel stores 8:59:59.999 for 9:00
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return as_given(value) if isinstance(value, str) else str(value)


def _as_sheet(lines: Iterable[tuple[int, Cells]], layout: Layout) -> Sheet:
    filled = ((number, cells) for number, cells in lines if any(cells))
    columns = _columns(next(filled, (0, []))[1], layout)
    rows: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in filled:
        if len(rows) >= layout.max_rows:
            raise _too_many_rows(layout)
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


def _columns(headings: Cells, layout: Layout) -> tuple[str, ...]:
    columns = [layout.column_of(heading) for heading in headings]
    while columns and not columns[-1]:
        columns.pop()
    if not set(columns) & set(layout.columns) and not (layout.aliases and any(columns)):
        raise _foreign(layout)
    missing = [name for name in layout.required if name not in columns]
    unknown = [name or "?" for name in columns if name not in layout.columns]
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
        is_foreign = not set(columns) & set(layout.columns)
        raise SheetError(" ".join([*([str(layout.foreign)] if is_foreign else []), *sentences]))
    return tuple(columns)


def _about(sentence: str, names: list[str]) -> list[str]:
    return [sentence % {"names": ", ".join(name[:50] for name in names[:20])}] if names else []


def _too_many_rows(layout: Layout) -> SheetError:
    count = number_format(layout.max_rows, use_l10n=True, force_grouping=True)
    return SheetError(_("The file has more than %(count)s rows. Split it.") % {"count": count})


def _foreign(layout: Layout) -> SheetError:
    return SheetError(str(layout.foreign))
