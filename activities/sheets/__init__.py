"""The file in which a programme arrives: how it is read, and how each row is checked."""

from activities.sheets.draft import Draft, open_draft
from activities.sheets.reading import COLUMNS, read_sheet
from activities.sheets.rows import ProgrammeRow, RowError, Words, clean_rows
from citemetiers.kernel.sheets import DraftError, Sheet, SheetError

__all__ = [
    "COLUMNS",
    "Draft",
    "DraftError",
    "ProgrammeRow",
    "RowError",
    "Sheet",
    "SheetError",
    "Words",
    "clean_rows",
    "open_draft",
    "read_sheet",
]
