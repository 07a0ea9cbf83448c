"""Who may read the exact figures, and of which years."""

import datetime as dt
import re

from django.utils.translation import gettext as _

from citemetiers.kernel.errors import DomainError

# The first Cité des métiers in the world opened in Paris in 1993.
FIRST_YEAR = 1993


class ReportingError(DomainError):
    """A figure that cannot be given, or cannot be right."""


class YearUnknownError(ReportingError):
    """No figure can exist for this year."""


class SumIsWrongError(ReportingError):
    """A published total differs from the sum of its own lines."""


def check_year(text: str, *, today: dt.date) -> int:
    """The year that was asked for, if there can be figures of it."""
    year = int(text) if re.fullmatch(r"[0-9]{4}", text) else 0
    if not FIRST_YEAR <= year <= today.year:
        sentence = _("Give a year from %(first)d to %(last)d, such as %(last)d.")
        raise YearUnknownError(sentence % {"first": FIRST_YEAR, "last": today.year})
    return year
