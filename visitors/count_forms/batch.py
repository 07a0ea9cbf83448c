"""The grid of a batch: a field for each half-day and theme, and beside it what the person saw there."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citemetiers.kernel.dates import date_words
from sites.models import Theme
from visitors.enums import HalfDay
from visitors.models import LARGEST_COUNT
from visitors.services.batches import Cell, Grid, Place, Spot

NUMBER, SEEN = "n", "seen"
WRONG = {
    "invalid": gettext_lazy("Write a whole number."),
    "min_value": gettext_lazy("Count 0 to 9999 contacts."),
    "max_value": gettext_lazy("Count 0 to 9999 contacts."),
}


@dataclass(frozen=True)
class Row:
    """A half-day of the grid, with its fields in the order of the themes; a theme not offered then has none."""

    spot: Spot
    half_day: str
    is_first_of_day: bool
    fields: list[tuple[Theme, forms.BoundField | None, forms.BoundField | None]]
    total: int


class BatchForm(forms.Form):
    """Numbers by half-day and theme. Only what a person changed is asked for; what they saw says what that is."""

    def __init__(self, data: Any = None, *, grid: Grid, shows_all: bool = False) -> None:
        super().__init__(data)
        self.grid, self.shows_all = grid, shows_all
        with_numbers = {place.spot for place in grid.numbers}
        self.spots = [
            spot
            for spot in grid.spots
            if shows_all or spot in grid.open_spots or spot in with_numbers or self._sent(spot)
        ]
        self.has_more = len(self.spots) < len(grid.spots)
        for place in self._places():
            self._add(place)

    def clean(self) -> dict[str, Any]:
        """Refuse numbers for half-days and themes that the grid no longer has, rather than to drop them."""
        lost = sorted(name for name in self.data if self._is_lost(name))
        if lost:
            self.add_error(
                None,
                _("Some numbers are for a half-day or a theme that cannot be counted any more. They were left out."),
            )
        return self.cleaned_data

    def cells(self) -> list[Cell]:
        """What a valid form asks for."""
        return [
            Cell(place, self.cleaned_data[name_of(NUMBER, place)] or 0, self.cleaned_data[name_of(SEEN, place)] or 0)
            for place in self._places()
        ]

    def rows(self) -> list[Row]:
        """The half-days that are shown."""
        sums: Mapping[Spot, int] = self._sums()
        days: set[dt.date] = set()
        found = []
        for spot in self.spots:
            fields = [(theme, *self._bound(Place(spot, theme.code))) for theme in self.grid.themes]
            label = str(HalfDay(spot.half_day).label)
            found.append(Row(spot, label, spot.day not in days, fields, sums.get(spot, 0)))
            days.add(spot.day)
        return found

    def totals(self) -> list[tuple[Theme, int]]:
        """What is saved for each theme, over all half-days."""
        return [
            (theme, sum(number for place, number in self.grid.numbers.items() if place.theme == theme.code))
            for theme in self.grid.themes
        ]

    def show_conflicts(self, now_there: Mapping[Place, int]) -> None:
        """Tell at each cell what a colleague wrote; saving again replaces it."""
        seen = {name_of(SEEN, place): str(number or "") for place, number in now_there.items()}
        self.data = {**{name: self.data[name] for name in self.data}, **seen}
        for place, number in now_there.items():
            sentence = _("A colleague wrote %(number)d here. Save again to replace it.")
            self.add_error(name_of(NUMBER, place), sentence % {"number": number})

    def _places(self) -> list[Place]:
        return [
            place
            for spot in self.spots
            for theme in self.grid.themes
            for place in [Place(spot, theme.code)]
            if theme.code in self.grid.offered[spot.day] or place in self.grid.numbers
        ]

    def _add(self, place: Place) -> None:
        (day, half_day), code = place
        theme = next(theme for theme in self.grid.themes if theme.code == code)
        there = self.grid.numbers.get(place)
        label = f"{theme.name}, {date_words(day, 'WEEKDAY_DAY_FORMAT')}, {HalfDay(half_day).label}"
        attrs = {"inputmode": "numeric", "aria-label": label, "data-sum": f"{day}-{half_day} {code}"}
        self.fields[name_of(NUMBER, place)] = forms.IntegerField(
            label=label,
            required=False,
            min_value=0,
            max_value=LARGEST_COUNT,
            initial=there,
            widget=forms.NumberInput(attrs=attrs),
            error_messages=WRONG,
        )
        self.fields[name_of(SEEN, place)] = forms.IntegerField(
            required=False, min_value=0, max_value=LARGEST_COUNT, initial=there, widget=forms.HiddenInput
        )

    def _bound(self, place: Place) -> tuple[forms.BoundField | None, forms.BoundField | None]:
        name = name_of(NUMBER, place)
        return (self[name], self[name_of(SEEN, place)]) if name in self.fields else (None, None)

    def _sums(self) -> dict[Spot, int]:
        sums: dict[Spot, int] = defaultdict(int)
        for place, number in self.grid.numbers.items():
            sums[place.spot] += number
        return sums

    def _sent(self, spot: Spot) -> bool:
        start = f"{NUMBER}-{spot.day}-{spot.half_day}-"
        return any(name.startswith(start) and value for name, value in self.data.items())

    def _is_lost(self, name: str) -> bool:
        if not name.startswith(f"{NUMBER}-") or name in self.fields:
            return False
        return bool(self.data[name].strip() != self.data.get(f"{SEEN}{name.removeprefix(NUMBER)}", "").strip())


def name_of(part: str, place: Place) -> str:
    """How the form names a cell."""
    return f"{part}-{place.spot.day}-{place.spot.half_day}-{place.theme}"
