"""What a preview page carries to its own confirmation.

The rows travel in the form itself, compressed and signed, and come back with the confirmation. So no
process keeps a file, any of several web processes can answer, nothing is left to clean up, and nobody
can change what was checked. A cache would need one that all processes share and that takes megabytes;
a stored draft, a table, an owner and an expiry job to hold what the page holds already. The signature
bounds its life and is verified before anything is unpacked.
"""

from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from citemetiers.kernel.errors import DomainError
from citemetiers.kernel.sheets.reading import Sheet

MAX_AGE_SECONDS = 4 * 60 * 60
# The confirmation must fit in DATA_UPLOAD_MAX_MEMORY_SIZE.
MAX_LENGTH = 4 * 1024 * 1024


class DraftError(DomainError):
    """The confirmation is too long, too old, of somebody else, or was altered."""


def seal(sheet: Sheet, *choices: Any, by: Any, salt: str) -> str:
    """The text that the form of a preview carries, for this person and purpose only. Raises DraftError."""
    rows = [[number, *cells] for number, cells in sheet.rows]
    text = signing.dumps([by.pk, sheet.columns, rows, *choices], salt=salt, compress=True)
    if len(text) > MAX_LENGTH:
        raise DraftError(_("The file holds too much text for one import. Split it."))
    return text


def unseal(text: str, *, by: Any, salt: str) -> tuple[Sheet, list[Any]]:
    """The sheet that this person sealed, and the choices made for it. Raises DraftError with a sentence."""
    try:
        owner, columns, rows, *choices = signing.loads(text, salt=salt, max_age=MAX_AGE_SECONDS)
    except signing.SignatureExpired:
        raise DraftError(_("This preview is older than four hours. Choose the file again.")) from None
    except signing.BadSignature:
        raise DraftError(_("This preview cannot be read. Choose the file again.")) from None
    if owner != by.pk:
        raise DraftError(_("This preview belongs to somebody else. Choose the file again."))
    return Sheet(tuple(columns), tuple((number, tuple(cells)) for number, *cells in rows)), choices
