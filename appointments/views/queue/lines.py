"""The waits of a board, in the words of the reader."""

from collections.abc import Collection
from typing import NamedTuple

from appointments.services.queue import Board
from appointments.waiting_time import Estimate
from appointments.waiting_words import words_of
from sites.enums import Language
from sites.models import Theme


class Wait(NamedTuple):
    """How long one waits, and in which language, where a place has several."""

    words: str
    is_past_closing: bool
    code: str = ""
    language: str = ""


class ThemeLine(NamedTuple):
    """A theme of today: how many wait for it, and how long one would wait."""

    theme: Theme
    waiting: int
    waits: list[Wait]


class LanguageLine(NamedTuple):
    """A language, in itself, and how many wait for somebody who speaks it."""

    code: str
    name: str
    waiting: int


def language_lines(board: Board) -> list[LanguageLine]:
    """The languages of those who wait."""
    return [LanguageLine(code, str(Language(code).label), count) for code, count in board.by_language]


def wait_line(board: Board) -> Wait | None:
    """The wait over all themes; none where nobody receives."""
    return _wait(board.estimate) if board.estimate else None


def theme_lines(board: Board, *, spoken: str = "") -> list[ThemeLine]:
    """The themes that somebody receives for or waits for today, in their order; with the waits of one language only."""
    estimates = [one for one in board.estimates if spoken in {"", one[1]}]
    waiting = {theme.pk: count for theme, count in board.by_theme}
    themes = {theme.pk: theme for theme, _language, _estimate in estimates}
    themes |= {theme.pk: theme for theme, _count in board.by_theme}
    languages = {language for _theme, language, _estimate in estimates}
    lines = []
    for theme in sorted(themes.values(), key=lambda theme: (theme.position, theme.code)):
        waits = [_wait(estimate, language) for about, language, estimate in estimates if about.pk == theme.pk]
        lines.append(ThemeLine(theme, waiting.get(theme.pk, 0), _merged(waits, languages)))
    return lines


def _merged(waits: list[Wait], languages: Collection[str]) -> list[Wait]:
    """The same wait in every language of the place is said once, without naming them."""
    said = {(wait.words, wait.is_past_closing) for wait in waits}
    if len(said) > 1 or len(waits) < len(languages):
        return waits
    return [Wait(*one) for one in said]


def _wait(estimate: Estimate | None, code: str = "") -> Wait:
    is_past = estimate is not None and estimate.is_past_closing
    return Wait(words_of(estimate), is_past, code, str(Language(code).label) if code else "")
