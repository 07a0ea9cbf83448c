"""To which week the planning of a week is copied."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.forms.weeks import week_named, week_number
from citemetiers.kernel.dates import date_words
from citemetiers.kernel.forms import FilterForm

WEEKS_AHEAD = 26
WEEK = dt.timedelta(days=7)
DAY = dt.timedelta(days=1)


class WeekCopyForm(FilterForm):
    """Clean data hold ``to_monday``, the Monday of the chosen week, all of which is planned by the day ``until``."""

    to_monday = forms.TypedChoiceField(label=gettext_lazy("To which week?"), coerce=week_named)

    def __init__(self, *args: Any, monday: dt.date, this_monday: dt.date, until: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ahead = (this_monday + number * WEEK for number in range(WEEKS_AHEAD + 1))
        offered = (first for first in ahead if first != monday and first + 6 * DAY <= until)
        to = self.fields["to_monday"]
        assert isinstance(to, forms.TypedChoiceField)  # noqa: S101  as declared above
        to.choices = [(week_number(first), _words(first)) for first in offered]
        to.initial = week_number(max(monday, this_monday - WEEK) + WEEK)


def _words(monday: dt.date) -> str:
    days = {"first": date_words(monday, "MONTH_DAY_FORMAT"), "last": date_words(monday + 6 * DAY)}
    return _("Week %(number)s: %(first)s – %(last)s") % {"number": monday.isocalendar().week, **days}
