"""The answers to the exit survey as a spreadsheet of plain values, in the reader's language."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from citemetiers.kernel.sheets import Workbook
from reporting.survey import SurveyFigures

Row = Sequence[object]


def build_survey_workbook(survey: SurveyFigures, *, now: dt.datetime) -> bytes:
    """One file with the answers, each question on its own base, the forms by site and language, the circumstances."""
    title = _("Exit survey: %(period)s") % {"period": survey.period.label}
    book = Workbook(title=title, now=now)
    book.add_table(pgettext("sheet", "Answers"), _answers_header(), _answers_rows(survey))
    book.add_table(pgettext("sheet", "Forms"), _forms_header(), _forms_rows(survey))
    book.add_table(pgettext("sheet", "About"), [title, ""], _about_rows(survey, now=now))
    return book.content()


def _answers_header() -> Row:
    return [
        pgettext("column", "Question"),
        pgettext("column", "Answer"),
        pgettext("column", "Number of answers"),
        pgettext("column", "Base: answered this question"),
        pgettext("column", "Percent of the base"),
        pgettext("column", "Not answered"),
    ]


def _answers_rows(survey: SurveyFigures) -> Iterable[Row]:
    for asked in survey.questions:
        for answer in asked.answers:
            share = "" if answer.share is None else answer.share
            yield [asked.label, answer.label, answer.number, asked.base, share, asked.left_open]


def _forms_header() -> Row:
    return [pgettext("column", "Forms by"), pgettext("column", "Line"), pgettext("column", "Forms")]


def _forms_rows(survey: SurveyFigures) -> Iterable[Row]:
    for site, number in survey.by_site:
        yield [pgettext("total by", "site"), site.name, number]
    for language, number in survey.by_language:
        yield [pgettext("total by", "language"), language, number]
    yield [pgettext("total by", "everything"), survey.period.label, survey.forms]


def _about_rows(survey: SurveyFigures, *, now: dt.datetime) -> Iterable[Row]:
    yield [pgettext("about a file", "Period"), survey.period.label]
    yield [pgettext("about a file", "Scope"), ", ".join(site.name for site in survey.sites)]
    yield [pgettext("about a file", "Built"), date_format(timezone.localtime(now), "DATETIME_FORMAT")]
    yield [pgettext("about a file", "Use"), _("Internal: exact figures, not for publication.")]
    yield [
        pgettext("about a file", "Who answered"),
        _("Visitors who wished to, when they left. They are not a sample: who did not answer may think otherwise."),
    ]
    yield [
        pgettext("about a file", "Percent"),
        _("Of those who answered the question. No percentage is told on fewer than 25 answers."),
    ]
    if survey.illustrative:
        sentence = _("%(illustrative)d of %(all)d forms are illustrative: invented to show the portal at work.")
        yield [_("Illustrative rows"), sentence % {"illustrative": survey.illustrative, "all": survey.forms}]
