"""Tables that come and go as files: how a file is read safely, and how one is written that is safe to open."""

from citemetiers.kernel.sheets.cells import as_cell, as_given, tidy
from citemetiers.kernel.sheets.layout import MEGABYTE, Layout
from citemetiers.kernel.sheets.reading import Sheet, SheetError, read_sheet
from citemetiers.kernel.sheets.sealing import DraftError, seal, unseal
from citemetiers.kernel.sheets.writing import Workbook, write_csv, write_xlsx

__all__ = [
    "MEGABYTE",
    "DraftError",
    "Layout",
    "Sheet",
    "SheetError",
    "Workbook",
    "as_cell",
    "as_given",
    "read_sheet",
    "seal",
    "tidy",
    "unseal",
    "write_csv",
    "write_xlsx",
]
