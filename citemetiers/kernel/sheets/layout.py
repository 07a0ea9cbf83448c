"""What a file must look like to be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from citemetiers.kernel.words import fold

MEGABYTE = 1024 * 1024
# A sheet can claim a million blank lines.
LINES_A_ROW = 4


@dataclass(frozen=True)
class Layout:
    """The columns of a kind of file, its limits, and what is said of a file of another kind.

    A column of ``required`` must be there; one of ``optional`` may be left out; any other is an error.
    ``aliases`` names columns by other headings, folded, such as those of another language.
    """

    required: tuple[str, ...]
    foreign: Any
    optional: tuple[str, ...] = ()
    max_rows: int = 5000
    max_bytes: int = 5 * MEGABYTE
    max_unpacked: int = 60 * MEGABYTE
    aliases: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the file may have."""
        return (*self.required, *self.optional)

    def column_of(self, heading: str) -> str:
        """The column that a heading stands for; a heading of no column stays as it is, in lower case."""
        plain = heading.strip().lower()
        return plain if plain in self.columns else self.aliases.get(fold(heading), plain)

    @property
    def max_lines(self) -> int:
        """Lines that are looked at, blank ones included."""
        return LINES_A_ROW * self.max_rows
