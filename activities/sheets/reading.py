"""What a programme file looks like; how a file is read is the same for every app (citemetiers.kernel.sheets)."""

from django.utils.translation import gettext_lazy as _

from citemetiers.kernel import sheets
from citemetiers.kernel.sheets import Layout, Sheet
from sites.enums import Language

REQUIRED = (
    *("site", "room", "starts", "ends", "kind", "title_fr", "themes", "publics"),
    *("languages", "partners", "booking", "seats", "access"),
)
# A text column that the file leaves out is left as it is in the programme.
OPTIONAL = (
    *(f"title_{code}" for code in Language.values if code != Language.FRENCH),
    *(f"summary_{code}" for code in Language.values),
)
PROGRAMME = Layout(
    required=REQUIRED,
    optional=OPTIONAL,
    foreign=_("This file is not a programme: send a CSV or XLSX file with the headings of the example."),
)
COLUMNS = PROGRAMME.columns
MAX_BYTES = PROGRAMME.max_bytes


def read_sheet(data: bytes) -> Sheet:
    """The rows of a programme file. Raises SheetError with a sentence."""
    return sheets.read_sheet(data, layout=PROGRAMME)
