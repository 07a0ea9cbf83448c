"""The hours of a week, as one table: a line a day, a few periods a line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citemetiers.kernel.forms import TimeInput
from sites.enums import Weekday
from sites.models import OpeningHours
from sites.opening import WeeklyHours, problems

LEAST_PERIODS, MOST_PERIODS = 2, 4
WORKING_DAYS = (Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)


@dataclass(frozen=True)
class Line:
    """One day of the table: its name and the fields of each of its periods."""

    day: str
    periods: list[tuple[BoundField, BoundField, BoundField]]

    @property
    def is_wrong(self) -> bool:
        """Whether a field of this line is refused."""
        return any(field.errors for period in self.periods for field in period)


class WeekForm(forms.Form):
    """Clean data hold ``rows``, the hours as the table says them; an empty line is a closed day."""

    seen = forms.CharField(widget=forms.HiddenInput)
    as_monday = forms.BooleanField(
        label=gettext_lazy("Tuesday to Friday as on Monday"),
        required=False,
        help_text=gettext_lazy("What stands on the lines of these days is replaced."),
    )

    def __init__(self, *args: Any, hours: Iterable[OpeningHours], seen: str, **kwargs: Any) -> None:
        self.by_day: dict[int, list[OpeningHours]] = {day: [] for day in Weekday.values}
        for row in hours:
            self.by_day[row.weekday].append(row)
        kwargs["initial"] = {"seen": seen, **dict(self._initial())}
        super().__init__(*args, **kwargs)
        fullest = max(len(rows) for rows in self.by_day.values())
        self.periods = range(min(max(LEAST_PERIODS, fullest + (fullest >= LEAST_PERIODS)), MOST_PERIODS))
        for day in Weekday:
            for number in self.periods:
                self._add_period(day, number)

    def _initial(self) -> Iterator[tuple[str, Any]]:
        for day, rows in self.by_day.items():
            for number, row in enumerate(rows):
                yield _name(day, number, "from"), row.opens_at
                yield _name(day, number, "to"), row.closes_at
                yield _name(day, number, "appointment"), row.is_by_appointment

    def _add_period(self, day: Weekday, number: int) -> None:
        label = {"day": day.label, "number": number + 1}
        texts = {
            "from": _("%(day)s, period %(number)s: opens at") % label,
            "to": _("%(day)s, period %(number)s: closes at") % label,
        }
        for end, text in texts.items():
            self.fields[_name(day, number, end)] = forms.TimeField(label=text, required=False, widget=TimeInput)
        self.fields[_name(day, number, "appointment")] = forms.BooleanField(
            label=_("%(day)s, period %(number)s: by appointment only") % label, required=False
        )

    @property
    def lines(self) -> list[Line]:
        """The table, Monday first."""
        return [Line(str(day.label), [self._fields_of(day, number) for number in self.periods]) for day in Weekday]

    def _fields_of(self, day: int, number: int) -> tuple[BoundField, BoundField, BoundField]:
        return (
            self[_name(day, number, "from")],
            self[_name(day, number, "to")],
            self[_name(day, number, "appointment")],
        )

    def clean(self) -> dict[str, Any]:
        """Read the lines; a period with one end only, backwards or over another is refused at its own field."""
        data = super().clean() or self.cleaned_data
        days = [Weekday.MONDAY, Weekday.SATURDAY, Weekday.SUNDAY] if data.get("as_monday") else list(Weekday)
        placed = [(row, name) for day in days for row, name in self._rows_of(day)]
        for number, sentence in problems([row for row, _name in placed]):
            self.add_error(placed[number][1], sentence)
        rows = [row for row, _name in placed]
        if data.get("as_monday"):
            monday = [row for row in rows if row.weekday == Weekday.MONDAY]
            rows += [
                WeeklyHours(day, row.opens_at, row.closes_at, row.is_by_appointment)
                for day in WORKING_DAYS
                for row in monday
            ]
        return data | {"rows": rows}

    def _rows_of(self, day: int) -> Iterator[tuple[WeeklyHours, str]]:
        for number in self.periods:
            names = {end: _name(day, number, end) for end in ("from", "to", "appointment")}
            opens_at, closes_at = self.cleaned_data.get(names["from"]), self.cleaned_data.get(names["to"])
            if opens_at is not None and closes_at is not None:
                is_by_appointment = bool(self.cleaned_data.get(names["appointment"]))
                yield WeeklyHours(day, opens_at, closes_at, is_by_appointment), names["to"]
            elif opens_at is not None and not self.has_error(names["to"]):
                self.add_error(names["to"], _("Say until when the place is open."))
            elif closes_at is not None and not self.has_error(names["from"]):
                self.add_error(names["from"], _("Say from when the place is open."))


def _name(day: int, number: int, end: str) -> str:
    return f"day{int(day)}_{number}_{end}"
