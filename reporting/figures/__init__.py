"""Counting, and nothing else. Acts of service and people are two units: never added, never one series."""

from reporting.figures.beside import Beside, Doors, doors_of
from reporting.figures.periods import today_at
from reporting.figures.published import Addition, additions_in, by_scope
from reporting.figures.year import (
    Bar,
    Coverage,
    YearFigures,
    figures_of,
    no_shows_of,
    themes_of,
    years_with_figures,
)
from visitors.counting import Sums

__all__ = [
    "Addition",
    "Bar",
    "Beside",
    "Coverage",
    "Doors",
    "Sums",
    "YearFigures",
    "additions_in",
    "by_scope",
    "doors_of",
    "figures_of",
    "no_shows_of",
    "themes_of",
    "today_at",
    "years_with_figures",
]
