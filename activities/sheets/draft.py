"""What a person sees in the preview and confirms on the next page.

The rows travel in the form itself, compressed and signed, and come back with the confirmation. So no
process keeps a file, any web process can answer, nothing is left to clean up, and nobody can change
what was checked. 183 rows make about 10 kB. A stored draft would add a table, an owner and an expiry
job to hold what the page holds already. The signature is verified before anything is unpacked.
"""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from activities.rules import ActivityError
from activities.sheets.reading import Sheet, SheetError

SALT = "activities.programme-import"
MAX_AGE_SECONDS = 4 * 60 * 60
# The confirmation must fit in DATA_UPLOAD_MAX_MEMORY_SIZE.
MAX_LENGTH = 4 * 1024 * 1024


class DraftError(ActivityError):
    """The confirmation is too old, of somebody else, or was altered."""


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
        rows = [[number, *cells] for number, cells in self.sheet.rows]
        parts = [by.pk, self.open_day_id, self.moves_date, self.is_illustrative, self.seen, self.sheet.columns, rows]
        text = signing.dumps(parts, salt=SALT, compress=True)
        if len(text) > MAX_LENGTH:
            raise SheetError(_("The file holds too much text for one import. Split it by site."))
        return text


def open_draft(text: str, *, by: Any) -> Draft:
    """The draft that this person sealed. Raises DraftError with a sentence."""
    try:
        parts = signing.loads(text, salt=SALT, max_age=MAX_AGE_SECONDS)
    except signing.SignatureExpired:
        raise DraftError(_("This preview is older than four hours. Choose the file again.")) from None
    except signing.BadSignature:
        raise DraftError(_("This preview cannot be read. Choose the file again.")) from None
    owner, open_day_id, moves_date, is_illustrative, seen, columns, rows = parts
    if owner != by.pk:
        raise DraftError(_("This preview belongs to somebody else. Choose the file again."))
    sheet = Sheet(tuple(columns), tuple((number, tuple(cells)) for number, *cells in rows))
    return Draft(open_day_id, sheet, moves_date, is_illustrative, seen)
