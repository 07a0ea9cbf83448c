"""What a file would change: shown in the preview, compared again at the confirmation."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from citemetiers.kernel.errors import DomainError


class RefusedFileError(DomainError):
    """Some rows cannot be taken over, so none was."""


class OvertakenError(DomainError):
    """Somebody changed what the file would change, after the preview was shown."""


class RefusedByDatabaseError(DomainError):
    """The last word is the database's, and it said no to a row."""


@dataclass(frozen=True)
class CellError:
    """What is wrong in one cell, as a sentence."""

    number: int
    column: str
    message: str


@dataclass(frozen=True)
class CellChange:
    """A cell that holds something else than the portal."""

    column: str
    old: str
    new: str


@dataclass(frozen=True)
class RowChange:
    """A row of the file that is new, or changes something."""

    number: int
    label: str
    cells: tuple[CellChange, ...]


@dataclass(frozen=True)
class RowNote:
    """What a row says and the portal does not take over, as a sentence."""

    number: int
    label: str
    message: str


@dataclass
class Comparison:
    """The rows of a file by what they would do, every error by row and column, and the state they were held against."""

    row_count: int
    new: list[RowChange] = field(default_factory=list)
    changed: list[RowChange] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    notes: list[RowNote] = field(default_factory=list)
    _state: Any = field(default_factory=hashlib.sha256, repr=False)

    @property
    def unchanged_count(self) -> int:
        """Rows that say what is there already."""
        wrong = {error.number for error in self.errors}
        written = {row.number for row in (*self.new, *self.changed)}
        return self.row_count - len(wrong | written)

    @property
    def change_count(self) -> int:
        """Rows that would be written."""
        return len(self.new) + len(self.changed)

    @property
    def seen(self) -> str:
        """A fingerprint of what the portal held, in the cells of this file, when it was compared."""
        return str(self._state.hexdigest())

    def note_state(self, before: dict[str, str] | None) -> None:
        """Count a row's cells as they are into the fingerprint; None stands for a row that is not there."""
        self._state.update(json.dumps(before, sort_keys=True).encode())
