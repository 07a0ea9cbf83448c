"""What a person sees in the preview and confirms on the next page: why it travels so is said in kernel.sheets."""

from dataclasses import dataclass
from typing import Any

from citemetiers.kernel.sheets import Sheet, seal, unseal

SALT = "activities.programme-import"


@dataclass(frozen=True)
class Draft:
    """A checked file with the choices made for it, and the state of the programmes it was compared with."""

    open_day_id: int
    sheet: Sheet
    moves_date: bool
    is_illustrative: bool
    seen: str

    def sealed(self, *, by: Any) -> str:
        """The text that the preview's form carries, for this person only."""
        choices = (self.open_day_id, self.moves_date, self.is_illustrative, self.seen)
        return seal(self.sheet, *choices, by=by, salt=SALT)


def open_draft(text: str, *, by: Any) -> Draft:
    """The draft that this person sealed. Raises DraftError with a sentence."""
    sheet, (open_day_id, moves_date, is_illustrative, seen) = unseal(text, by=by, salt=SALT)
    return Draft(open_day_id, sheet, moves_date, is_illustrative, seen)
