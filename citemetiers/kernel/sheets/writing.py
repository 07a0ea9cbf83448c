"""Tables as files that people open in a spreadsheet."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from citemetiers.kernel.sheets.cells import as_cell
from citemetiers.kernel.sheets.reading import SheetError

Row = Sequence[object]

# What a cell holds stays what it is: a name that looks like a formula or an address remains text.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LONGEST_SHEET_NAME = 31
WIDEST, NARROWEST = 60, 8
# Excel in French, Dutch and German expects it; the mark tells it that the letters are UTF-8.
CSV_SEPARATOR, CSV_ENCODING = ";", "utf-8-sig"


def write_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A table as CSV that a Belgian Excel opens with a double click, with no cell that it would run."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=CSV_SEPARATOR)
    writer.writerow(columns)
    writer.writerows([as_cell(value) for value in row] for row in rows)
    return text.getvalue().encode(CSV_ENCODING)


def write_xlsx(columns: Sequence[str], rows: Iterable[Row], *, title: str, now: dt.datetime) -> bytes:
    """A table as XLSX in which every cell is text: postcodes, dates and codes stay as they were written."""
    book = Workbook(title=title, now=now)
    book.add_table(title, columns, ([as_cell(value) for value in row] for row in rows), is_literal=True)
    return book.content()


class Workbook:
    """An XLSX file in the making: each table with a bold header that stays in sight, as wide as its content."""

    def __init__(self, *, title: str, now: dt.datetime) -> None:
        self._stream = io.BytesIO()
        self._book: Any = xlsxwriter.Workbook(self._stream, OPTIONS)
        self._book.set_properties({"title": title, "created": now.replace(tzinfo=None)})
        self._bold = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._number = self._book.add_format({"num_format": "#,##0", "valign": "top"})
        self._text = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._literal = self._book.add_format({"num_format": "@", "valign": "top"})

    def add_table(self, name: str, header: Row, rows: Iterable[Row], *, is_literal: bool = False) -> None:
        """A sheet with one table. ``is_literal``: what is typed into it later stays text as well."""
        sheet = self._book.add_worksheet(_sheet_name(name))
        widths = [len(str(title)) for title in header]
        for column, title in enumerate(header):
            self._write_text(sheet, 0, column, str(title), self._bold)
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                self._write(sheet, line, column, value, self._literal if is_literal else self._text)
                widths[column] = max(widths[column], len(str(value)))
        for column, width in enumerate(widths):
            style = self._literal if is_literal else None
            sheet.set_column(column, column, min(max(width + 2, NARROWEST), WIDEST), style)
        sheet.freeze_panes(1, 0)

    def content(self) -> bytes:
        """The finished file."""
        self._book.close()
        return self._stream.getvalue()

    def _write(self, sheet: Any, line: int, column: int, value: object, style: Any) -> None:
        if isinstance(value, int):
            sheet.write_number(line, column, value, self._number)
        elif value != "":
            self._write_text(sheet, line, column, str(value), style)

    def _write_text(self, sheet: Any, line: int, column: int, text: str, style: Any) -> None:
        if text.startswith("<r>") and text.endswith("</r>"):
            text += " "  # XlsxWriter takes it for its own markup otherwise
        if sheet.write_string(line, column, text, style):
            raise SheetError(_("A text is too long for a cell of XLSX. Choose CSV."))


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", name).strip("' ")[:LONGEST_SHEET_NAME]
