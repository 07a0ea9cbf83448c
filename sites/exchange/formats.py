"""The two kinds of file, as formats of django-import-export that leave the work to citemetiers.kernel.sheets.

The package's own formats guess no encoding and no separator, lose the row numbers, and neutralise a formula by
taking its sign away.
"""

import datetime as dt
from typing import Any

import tablib
from import_export.formats import base_formats

from citemetiers.kernel.sheets import Layout, Sheet, read_sheet, write_csv, write_xlsx


class SheetDataset(tablib.Dataset):  # type: ignore[misc]
    """The rows of a file, with the number that each has in it."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(*(cells for _number, cells in sheet.rows), headers=sheet.columns)
        self.numbers = [number for number, _cells in sheet.rows]


class SheetFormat(base_formats.Format):  # type: ignore[misc]
    """A file of either kind: what arrives is told apart by its content, never by its name."""

    def __init__(self, *, layout: Layout, title: str, now: dt.datetime) -> None:
        self.layout, self.title, self.now = layout, title, now

    def can_import(self) -> bool:
        return True

    def can_export(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes) -> SheetDataset:
        """The rows of the file. Raises SheetError with a sentence."""
        return SheetDataset(read_sheet(in_stream, layout=self.layout))


class CsvFormat(SheetFormat):
    def get_title(self) -> str:
        return "CSV"

    def get_extension(self) -> str:
        return "csv"

    def get_content_type(self) -> str:
        return "text/csv; charset=utf-8"

    def export_data(self, dataset: tablib.Dataset, **_kwargs: Any) -> bytes:
        return write_csv(dataset.headers, dataset)


class XlsxFormat(SheetFormat):
    def get_title(self) -> str:
        return "XLSX"

    def get_extension(self) -> str:
        return "xlsx"

    def get_content_type(self) -> str:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def export_data(self, dataset: tablib.Dataset, **_kwargs: Any) -> bytes:
        return write_xlsx(dataset.headers, dataset, title=self.title, now=self.now)
