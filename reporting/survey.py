"""What visitors answered when they left: whole months, each question with the base of those who answered it."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from citemetiers.kernel import dates
from citemetiers.kernel.dates import date_words
from reporting.figures import today_at
from reporting.rules import YearUnknownError, check_year
from sites.enums import Language
from sites.models import Site
from visitors.enums import SURVEY_ANSWERS, SurveyQuestion
from visitors.models import SurveyAnswer

# Under so many answers a percentage tells of single people.
SMALLEST_BASE = 25
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


class Period(NamedTuple):
    """A year or one of its months, up to the month of today."""

    code: str
    first: dt.date
    until: dt.date

    @property
    def label(self) -> str:
        """How it is called in the language of the reader."""
        if len(self.code) == len("2026"):
            return _("whole year %(year)s") % {"year": self.code}
        return date_words(self.first, "YEAR_MONTH_FORMAT")


class Given(NamedTuple):
    """One answer: how many gave it, in per cent of the base unless that is too small, and the length of its bar."""

    code: str
    label: str
    number: int
    share: int | None
    length: str


@dataclass(frozen=True)
class Asked:
    """One question with its answers, among those who answered it; the others left it open."""

    code: str
    label: str
    answers: tuple[Given, ...]
    left_open: int

    @property
    def base(self) -> int:
        """Who answered this question."""
        return sum(answer.number for answer in self.answers)

    @property
    def is_too_few(self) -> bool:
        """Whether no share is told."""
        return self.base < SMALLEST_BASE


@dataclass(frozen=True)
class SurveyFigures:
    """The exit surveys of some sites in one period."""

    period: Period
    sites: tuple[Site, ...]
    questions: tuple[Asked, ...]
    forms: int
    illustrative: int
    by_site: tuple[tuple[Site, int], ...]
    by_language: tuple[tuple[str, int], ...]


def read_period(text: str, *, today: dt.date) -> Period:
    """The year or month that was asked for, “2026” or “2026-11”; this year where nothing was.

    Raises YearUnknownError for a month that does not exist or has not begun.
    """
    year = check_year(text.partition("-")[0] or str(today.year), today=today)
    if "-" not in text:
        return Period(str(year), *dates.year_bounds(year))
    found = MONTH.fullmatch(text)
    if not found or dt.date(year, int(found[2]), 1) > today:
        raise YearUnknownError(_("Give a month such as %(month)s.") % {"month": f"{today:%Y-%m}"})
    return _month(dt.date(year, int(found[2]), 1))


def periods_with_answers(*, sites: Sequence[Site], now: dt.datetime) -> list[Period]:
    """Each year of which there are answers, and this one, with those of its months; the latest first."""
    months = set(
        SurveyAnswer.objects.filter(site__in=_keys(sites)).order_by().values_list("month", flat=True).distinct()
    )
    periods = []
    for year in sorted({today_at(sites, now=now).year, *(month.year for month in months)}, reverse=True):
        periods.append(Period(str(year), *dates.year_bounds(year)))
        periods += [_month(month) for month in sorted(months, reverse=True) if month.year == year]
    return periods


def survey_of(period: Period, *, sites: Sequence[Site]) -> SurveyFigures:
    """Count the answers of these sites in one period. One query."""
    found = (
        SurveyAnswer.objects.filter(site__in=_keys(sites), month__gte=period.first, month__lt=period.until)
        .values("site_id", "language")
        .annotate(forms=Count("pk"), illustrative=Count("pk", filter=Q(is_illustrative=True)), **_counts())
        .order_by("site_id", "language")
    )
    rows: list[dict[str, Any]] = [dict(row) for row in found]
    sums: Counter[str] = Counter()
    of_site: Counter[int] = Counter()
    of_language: Counter[str] = Counter()
    for row in rows:
        of_site[row.pop("site_id")] += row["forms"]
        of_language[row.pop("language")] += row["forms"]
        sums.update(row)
    return SurveyFigures(
        period=period,
        sites=tuple(sites),
        questions=tuple(_asked(question, sums) for question in SurveyQuestion),
        forms=sums["forms"],
        illustrative=sums["illustrative"],
        by_site=tuple((site, of_site[site.pk]) for site in sites),
        by_language=tuple((str(one.label), of_language[one.value]) for one in Language if of_language[one.value]),
    )


def _counts() -> dict[str, Any]:
    return {
        _column(question, code): Count("pk", filter=Q(**{question.value: code}))
        for question in SurveyQuestion
        for code, _words in SURVEY_ANSWERS[question]
    }


def _asked(question: SurveyQuestion, sums: Counter[str]) -> Asked:
    numbers = {code: sums[_column(question, code)] for code, _words in SURVEY_ANSWERS[question]}
    base = sum(numbers.values())
    answers = []
    for code, words in SURVEY_ANSWERS[question]:
        number = numbers[code]
        # Of a small base, a length would tell the share all the same.
        share, length = (
            (round(100 * number / base), f"{100 * number / base:.1f}") if base >= SMALLEST_BASE else (None, "0")
        )
        answers.append(Given(code, str(words), number, share, length))
    return Asked(question.value, str(question.label), tuple(answers), left_open=sums["forms"] - base)


def _column(question: SurveyQuestion, code: str) -> str:
    return f"{question.value}_{code.lower()}"


def _month(first: dt.date) -> Period:
    return Period(f"{first:%Y-%m}", first, (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1))


def _keys(sites: Sequence[Site]) -> list[int]:
    return [site.pk for site in sites]
