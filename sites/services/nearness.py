"""From a postcode, as somebody writes it, to the places around it."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citemetiers.kernel.errors import DomainError
from sites.geography import Start, middle_of
from sites.models import Network

# The words with a digit at the start of a line of an address: the town may follow.
POSTCODE = re.compile(r"\S*\d\S*(?: \S*\d\S*)*")
# Belgium and its neighbours by name; a country further off shows its code.
COUNTRIES = {
    "BE": gettext_lazy("Belgium"),
    "DE": gettext_lazy("Germany"),
    "FR": gettext_lazy("France"),
    "LU": gettext_lazy("Luxembourg"),
    "NL": gettext_lazy("the Netherlands"),
}


class UnknownPostcodeError(DomainError):
    """Nobody knows where this postcode is."""


def find_start(asked: str) -> Start:
    """The middle of the places that share a postcode; a town written after it plays no part.

    Raises UnknownPostcodeError with a sentence that names the countries we know.
    """
    written = " ".join(asked.upper().split())
    found = POSTCODE.match(written.removeprefix("BE-").removeprefix("B-").strip())
    postcode = found[0].rstrip(",") if found else written
    digits = postcode.replace(" ", "")
    # Only digits: the blanks between them are a habit of writing.
    postcode = digits if digits.isdecimal() else postcode
    middle = middle_of(postcode, countries=Network.objects.values("country"))
    if middle is None:
        text = _(
            "We do not know this postcode. We only know those of the countries where we have places:"
            " %(countries)s. Write it as on a letter, such as 5000."
        )
        raise UnknownPostcodeError(text % {"countries": _countries()})
    return Start(postcode, *middle)


def _countries() -> str:
    codes = Network.objects.order_by("country").values_list("country", flat=True).distinct()
    return ", ".join(str(COUNTRIES.get(code, code)) for code in codes)
