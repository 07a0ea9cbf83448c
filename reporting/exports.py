"""The figures of a year as a spreadsheet of plain values, in the reader's language."""

import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reporting.definitions import COUNTED, PUBLISHED, UNIT_OF_METRIC, WAY_OF_METRIC
from reporting.figures import Tally, YearFigures
from reporting.models import PublishedFigure
from visitors.enums import Way

Row = Sequence[object]

# What a cell holds stays what it is: a name that looks like a formula or an address remains text.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LONGEST_SHEET_NAME = 31
WIDEST, NARROWEST = 60, 8


def build_workbook(figures: YearFigures, *, scope: str, now: dt.datetime) -> bytes:
    """One file with the figures, their totals, what was published, the definitions and the circumstances."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        book.set_properties({"title": _title(figures), "created": now.replace(tzinfo=None)})
        sheets = Sheets(book)
        sheets.add(pgettext("sheet", "Figures"), _figures_header(), _figures_rows(figures))
        sheets.add(pgettext("sheet", "Totals"), _totals_header(), _totals_rows(figures))
        sheets.add(pgettext("sheet", "Published"), _published_header(), _published_rows(figures))
        sheets.add(pgettext("sheet", "Definitions"), _definitions_header(), _definitions_rows())
        sheets.add(pgettext("sheet", "About"), [_title(figures), ""], _about_rows(figures, scope=scope, now=now))
    return stream.getvalue()


class Sheets:
    """Writes tables into a workbook: a bold header that stays in sight, columns as wide as their content."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.number = book.add_format({"num_format": "#,##0", "valign": "top"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})

    def add(self, name: str, header: Row, rows: Iterable[Row]) -> None:
        """A sheet with one table."""
        sheet = self.book.add_worksheet(_sheet_name(name))
        widths = [len(str(title)) for title in header]
        for column, title in enumerate(header):
            sheet.write_string(0, column, str(title), self.bold)
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                self._write(sheet, line, column, value)
                widths[column] = max(widths[column], len(str(value)))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(max(width + 2, NARROWEST), WIDEST))
        sheet.freeze_panes(1, 0)

    def _write(self, sheet: Any, line: int, column: int, value: object) -> None:
        if isinstance(value, int):
            sheet.write_number(line, column, value, self.number)
        elif value != "":
            sheet.write_string(line, column, str(value), self.text)


def _title(figures: YearFigures) -> str:
    return _("Figures of %(year)d") % {"year": figures.year}


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", name).strip("'")[:LONGEST_SHEET_NAME]


def _figures_header() -> Row:
    return [
        pgettext("column", "Site"),
        pgettext("column", "Name of the site"),
        pgettext("column", "Month"),
        pgettext("column", "Way of service"),
        pgettext("column", "Contacts"),
        pgettext("column", "People"),
        pgettext("column", "Illustrative contacts"),
        pgettext("column", "Published value"),
        pgettext("column", "Unit of the published value"),
        pgettext("column", "Status"),
    ]


def _figures_rows(figures: YearFigures) -> Iterable[Row]:
    # Lines of a year that the portal never saw would be zeros that nobody counted.
    for site in figures.sites if figures.cells else ():
        for month in figures.months:
            for way in Way:
                tally = figures.tally(site=site, month=month, way=way)
                place = (site.slug, site.name, f"{figures.year}-{month:02}", str(way.label))
                yield *place, *_numbers(tally), "", "", _status(tally)
    for figure in figures.published:
        if figure.site and figure.metric in WAY_OF_METRIC and not figure.is_total:
            place = (figure.site.slug, figure.site.name, _months_of(figure), str(WAY_OF_METRIC[figure.metric]))
            value = (figure.value, str(UNIT_OF_METRIC[figure.metric]))
            yield *place, "", "", "", *value, pgettext("status of a figure", "published")


def _numbers(tally: Tally) -> tuple[int, int, int]:
    return tally.contacts, tally.people, tally.illustrative


def _status(tally: Tally) -> str:
    if not tally.contacts:
        return pgettext("status of a figure", "nothing counted")
    if not tally.illustrative:
        return pgettext("status of a figure", "counted")
    if tally.illustrative == tally.contacts:
        return pgettext("status of a figure", "illustrative")
    return pgettext("status of a figure", "partly illustrative")


def _months_of(figure: PublishedFigure) -> str:
    return _("whole year") if figure.is_whole_year else figure.period


def _totals_header() -> Row:
    return [
        pgettext("column", "Total by"),
        pgettext("column", "Line"),
        pgettext("column", "Contacts"),
        pgettext("column", "People"),
        pgettext("column", "Illustrative contacts"),
        pgettext("column", "Status"),
    ]


def _totals_rows(figures: YearFigures) -> Iterable[Row]:
    if not figures.total.contacts:
        # A zero would read as counted; nobody counted.
        yield [pgettext("total by", "everything"), str(figures.year), "", "", "", _status(figures.total)]
        return
    for site in figures.sites:
        yield _total_row(pgettext("total by", "site"), site.name, figures.tally(site=site))
    for bar in figures.by_way():
        yield _total_row(pgettext("total by", "way of service"), bar.label, bar.tally)
    for month in figures.months:
        yield _total_row(pgettext("total by", "month"), f"{figures.year}-{month:02}", figures.tally(month=month))
    yield _total_row(pgettext("total by", "everything"), str(figures.year), figures.total)


def _total_row(kind: str, label: str, tally: Tally) -> Row:
    return [kind, label, *_numbers(tally), _status(tally)]


def _published_header() -> Row:
    return [
        pgettext("column", "Scope"),
        pgettext("column", "Period"),
        pgettext("column", "Month"),
        pgettext("column", "Way of service"),
        pgettext("column", "What is counted"),
        pgettext("column", "Value"),
        pgettext("column", "Unit"),
        pgettext("column", "Precision"),
        pgettext("column", "Definition"),
        pgettext("column", "Source"),
        pgettext("column", "Line"),
    ]


def _published_rows(figures: YearFigures) -> Iterable[Row]:
    additions = {addition.total.pk: addition for addition in figures.additions}
    for figure in figures.published:
        place = (figure.scope, figure.period, _months_of(figure))
        unit = str(UNIT_OF_METRIC[figure.metric])
        kind = pgettext("line of a table", "total") if figure.is_total else pgettext("line of a table", "line")
        yield (
            *place,
            str(WAY_OF_METRIC.get(figure.metric, "")),
            figure.get_metric_display(),
            figure.value,
            unit,
            _precision(figure),
            figure.definition,
            figure.source,
            kind,
        )
        if figure.pk in additions:
            addition = additions[figure.pk]
            verdict = _("The sum of the lines is the total.") if addition.is_right else _("The sum is not the total.")
            check = pgettext("line of a table", "check")
            yield *place, "", _("sum of the lines"), addition.computed, unit, "", verdict, "", check


def _precision(figure: PublishedFigure) -> str:
    words = [figure.get_precision_display(), figure.precision_note]
    return ": ".join(str(word) for word in words if word)


def _definitions_header() -> Row:
    return [
        pgettext("column", "Figure"),
        pgettext("column", "Unit"),
        pgettext("column", "Definition"),
        pgettext("column", "What is not counted"),
    ]


def _definitions_rows() -> Iterable[Row]:
    for definition in (*COUNTED, *PUBLISHED):
        yield [str(text) for text in (definition.name, definition.unit, definition.text, definition.not_counted)]


def _about_rows(figures: YearFigures, *, scope: str, now: dt.datetime) -> Iterable[Row]:
    total = figures.total
    yield [pgettext("about a file", "Year"), figures.year]
    yield [pgettext("about a file", "Scope"), scope]
    yield [pgettext("about a file", "Counted up to and including"), date_format(figures.last_on, "DATE_FORMAT")]
    yield [pgettext("about a file", "Built"), date_format(timezone.localtime(now), "DATETIME_FORMAT")]
    yield [pgettext("about a file", "Use"), _("Internal: exact figures, not for publication.")]
    yield [
        _("Units"),
        _("Contacts and people are two units. They are never added, and neither counts different people."),
    ]
    if not total.contacts:
        yield [_("Contacts"), _("The portal counted nothing in this year at these sites.")]
    if total.illustrative:
        sentence = _("%(illustrative)d of %(all)d contacts are illustrative: invented to show the portal at work.")
        yield [_("Illustrative rows"), sentence % {"illustrative": total.illustrative, "all": total.contacts}]
    for covered in figures.coverage():
        sentence = _("%(months)d of %(all)d months with at least one contact; %(contacts)d contacts")
        numbers = {"months": covered.months, "all": len(figures.months), "contacts": covered.tally.contacts}
        yield [_("Coverage: %(site)s") % {"site": covered.site.name}, sentence % numbers]
