"""The figures of a year as a spreadsheet of plain values, in the reader's language."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appointments.services import NoShowRate
from citemetiers.kernel.sheets import Workbook
from reporting.definitions import (
    BESIDE,
    COUNTED,
    ENTRIES,
    NO_SHOWS,
    PUBLISHED,
    UNIT_OF_LINE,
    UNIT_OF_METRIC,
    WAY_OF_METRIC,
)
from reporting.figures import Doors, Sums, YearFigures
from reporting.models import PublishedFigure
from visitors.enums import Line, Way

Row = Sequence[object]


def build_workbook(
    figures: YearFigures, *, doors: Sequence[Doors] = (), no_shows: NoShowRate, scope: str, now: dt.datetime
) -> bytes:
    """One file with the figures, their totals, what was published, the definitions and the circumstances."""
    book = Workbook(title=_title(figures), now=now)
    book.add_table(pgettext("sheet", "Figures"), _figures_header(), _figures_rows(figures))
    book.add_table(pgettext("sheet", "Totals"), _totals_header(), _totals_rows(figures))
    book.add_table(pgettext("sheet", "Beside"), _beside_header(), _beside_rows(figures, doors))
    book.add_table(pgettext("sheet", "Published"), _published_header(), _published_rows(figures))
    book.add_table(pgettext("sheet", "Definitions"), _definitions_header(), _definitions_rows())
    about = [*_about_rows(figures, scope=scope, now=now), _no_shows_row(no_shows)]
    book.add_table(pgettext("sheet", "About"), [_title(figures), ""], about)
    return book.content()


def _title(figures: YearFigures) -> str:
    return _("Figures of %(year)d") % {"year": figures.year}


def _figures_header() -> Row:
    return [
        pgettext("column", "Site"),
        pgettext("column", "Name of the site"),
        pgettext("column", "Month"),
        pgettext("column", "Way of service"),
        pgettext("column", "Contacts"),
        pgettext("column", "People"),
        pgettext("column", "Illustrative contacts"),
        pgettext("column", "Contacts logged in a batch"),
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
            yield *place, "", "", "", "", *value, pgettext("status of a figure", "published")


def _numbers(tally: Sums) -> tuple[int, int, int, int]:
    return tally.contacts, tally.people, tally.illustrative, tally.batched


def _status(tally: Sums) -> str:
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
        pgettext("column", "Contacts logged in a batch"),
        pgettext("column", "Status"),
    ]


def _totals_rows(figures: YearFigures) -> Iterable[Row]:
    if not figures.total.contacts:
        # A zero would read as counted; nobody counted.
        yield [pgettext("total by", "everything"), str(figures.year), "", "", "", "", _status(figures.total)]
        return
    for site in figures.sites:
        yield _total_row(pgettext("total by", "site"), site.name, figures.tally(site=site))
    for bar in figures.by_way():
        yield _total_row(pgettext("total by", "way of service"), bar.label, bar.tally)
    for month in figures.months:
        yield _total_row(pgettext("total by", "month"), f"{figures.year}-{month:02}", figures.tally(month=month))
    yield _total_row(pgettext("total by", "everything"), str(figures.year), figures.total)


def _total_row(kind: str, label: str, tally: Sums) -> Row:
    return [kind, label, *_numbers(tally), _status(tally)]


def _beside_header() -> Row:
    return [
        pgettext("column", "Site"),
        pgettext("column", "Name of the site"),
        pgettext("column", "Month"),
        pgettext("column", "What is counted"),
        pgettext("column", "Value"),
        pgettext("column", "Unit"),
        pgettext("column", "Status"),
        pgettext("column", "Coverage"),
    ]


def _beside_rows(figures: YearFigures, doors: Sequence[Doors]) -> Iterable[Row]:
    """What is never added to the contacts: on a sheet of its own no sum can take it in."""
    sites = {site.pk: site for site in figures.sites}
    cells = sorted(figures.beside_cells.items(), key=lambda item: (sites[item[0][0]].slug, item[0]))
    for (key, month, line), sums in cells:
        site = sites[key]
        place = (site.slug, site.name, f"{figures.year}-{month:02}", str(Line(line).label))
        yield *place, sums.people, str(UNIT_OF_LINE[line]), _status(sums), ""
    for door in doors:
        place = (door.site.slug, door.site.name, _("whole year"), str(ENTRIES.name))
        covered = _("%(days)d of %(all)d open days") % {"days": door.days, "all": door.open_days}
        for value, status in _flagged(door):
            yield *place, value, str(ENTRIES.unit), status, covered


def _flagged(door: Doors) -> Iterable[tuple[object, str]]:
    if not door.is_known:
        # A zero would read as an empty house; nobody looked.
        yield "", pgettext("status of a figure", "nothing counted")
        return
    for value, status in (
        (door.counted, pgettext("status of entries", "counted")),
        (door.estimated, pgettext("status of entries", "estimated")),
        (door.in_part, pgettext("status of entries", "counted at some doors only")),
    ):
        words = [status, pgettext("status of a figure", "illustrative")] if door.is_illustrative else [status]
        if value:
            yield value, " · ".join(words)


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
    for definition in (*COUNTED, *BESIDE, *PUBLISHED):
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
    if total.batched:
        sentence = _("%(batched)d of %(all)d contacts were caught up in a batch: so many a theme and half-day.")
        yield [_("Batches"), sentence % {"batched": total.batched, "all": total.contacts}]
    for covered in figures.coverage():
        sentence = _("%(months)d of %(all)d months with at least one contact; %(contacts)d contacts")
        numbers = {"months": covered.months, "all": len(figures.months), "contacts": covered.tally.contacts}
        yield [_("Coverage: %(site)s") % {"site": covered.site.name}, sentence % numbers]


def _no_shows_row(told: NoShowRate) -> Row:
    if told.rate is None:
        return [str(NO_SHOWS.name), _("Too few appointments were marked for a share: fewer than 25.")]
    return [str(NO_SHOWS.name), _("%(rate)d%% of %(base)d appointments") % {"rate": told.rate, "base": told.base}]
