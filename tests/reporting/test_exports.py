import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from openpyxl import load_workbook

from reporting.exports import build_workbook
from reporting.figures import figures_of, no_shows_of
from reporting.services import load_published_figures
from sites.models import Site
from sites.services import load_reference
from tests.factories.sites import SiteFactory
from visitors.enums import Way

pytestmark = pytest.mark.django_db


def read(year: int, sites: list[Site], now: dt.datetime) -> dict[str, list[tuple[Any, ...]]]:
    figures = figures_of(year, sites=sites, now=now)
    no_shows = no_shows_of(year, sites=sites)
    file = build_workbook(figures, no_shows=no_shows, scope=", ".join(site.name for site in sites), now=now)
    book = load_workbook(io.BytesIO(file))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_figures_hold_every_site_month_and_way_up_to_this_month(site: Site, now: dt.datetime, log: Callable) -> None:
    log(site=site, day=dt.date(2026, 3, 2), headcount=2)
    silent = SiteFactory(network=site.network)

    rows = read(2026, [site, silent], now)["Figures"]

    assert rows[0][:4] == ("Site", "Name of the site", "Month", "Way of service")
    assert len(rows) == 1 + 2 * 11 * len(Way)
    assert ("namur", site.name, "2026-03", "one-to-one, walk-in", 1, 2, 0, 0, None, None, "counted") in rows
    assert ("namur", site.name, "2026-11", "telephone", 0, 0, 0, 0, None, None, "nothing counted") in rows
    assert not [row for row in rows if row[2] == "2026-12"]


def test_sums_of_figures_are_the_totals(site: Site, now: dt.datetime, log: Callable) -> None:
    other = SiteFactory(network=site.network)
    log(site=site, day=dt.date(2026, 3, 2), headcount=2)
    log(site=site, day=dt.date(2026, 4, 2), way=Way.GROUP, headcount=12, is_illustrative=True)
    log(site=other, day=dt.date(2026, 4, 3))
    log(site=SiteFactory(), day=dt.date(2026, 4, 3))
    log(site=site, day=dt.date(2025, 4, 3))

    sheets = read(2026, [site, other], now)

    figures = sheets["Figures"][1:]
    contacts, people, illustrative = (sum(row[column] for row in figures) for column in (4, 5, 6))
    assert (contacts, people, illustrative) == (3, 15, 1)
    for kind in ("site", "way of service", "month", "everything"):
        lines = [row for row in sheets["Totals"] if row[0] == kind]
        assert tuple(sum(row[column] for row in lines) for column in (2, 3, 4)) == (contacts, people, illustrative)
    assert sheets["Totals"][-1][-1] == "partly illustrative"


def test_brussels_2023_lines_add_up(now: dt.datetime) -> None:
    load_reference()
    load_published_figures()

    sheets = read(2023, [Site.objects.get(slug="bruxelles")], now)

    figures = sheets["Figures"][1:]
    assert {row[2] for row in figures} == {"whole year"}
    assert {row[3]: row[8] for row in figures} == {
        "one-to-one": 28_977,
        "self-service": 9_556,
        "group": 18_062,
        "outreach": 9_059,
    }
    published = sheets["Published"][1:]
    assert sum(row[5] for row in published if row[-1] == "line" and row[3]) == 65_654
    assert [row[5] for row in published if row[-1] == "total"] == [65_654]
    assert [(row[5], row[8]) for row in published if row[-1] == "check"] == [
        (65_654, "The sum of the lines is the total.")
    ]


def test_lines_carry_unit_precision_definition_and_source(now: dt.datetime) -> None:
    load_reference()
    load_published_figures()
    sites = list(Site.objects.filter(network__slug="wallonie"))

    rows = read(2023, sites, now)["Published"]

    visitors = next(row for row in rows if row[5] == 23_000)
    assert visitors[6:10] == (
        "visitors",
        "rounded: more than",
        "people through the doors of the 12 sites, for individual interviews or group activities",
        "press release, 16/02/2024",
    )


def test_names_that_look_like_formulas_or_links_stay_text(now: dt.datetime, log: Callable) -> None:
    sites = [SiteFactory(name="=HYPERLINK(1)"), SiteFactory(name="https://example.org"), SiteFactory(name="007")]
    for site in sites:
        log(site=site, day=dt.date(2026, 3, 2))
    figures, no_shows = figures_of(2026, sites=sites, now=now), no_shows_of(2026, sites=sites)

    book = load_workbook(io.BytesIO(build_workbook(figures, no_shows=no_shows, scope="=1+1", now=now)))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert {"=HYPERLINK(1)", "https://example.org", "007", "=1+1"} <= {cell.value for cell in cells}


def test_about_tells_scope_use_and_coverage(site: Site, now: dt.datetime, log: Callable) -> None:
    log(site=site, day=dt.date(2026, 3, 2), is_illustrative=True)

    about = dict(row[:2] for row in read(2026, [site], now)["About"])

    assert about["Year"] == 2026
    assert about["Scope"] == site.name
    assert about["Use"] == "Internal: exact figures, not for publication."
    assert about["Illustrative rows"].startswith("1 of 1 contacts are illustrative")
    assert about["Coverage: Cité des métiers de Namur"].startswith("1 of 11 months")


def test_year_without_anything_says_so_and_holds_no_invented_zero(site: Site, now: dt.datetime) -> None:
    sheets = read(2015, [site], now)

    assert len(sheets["Figures"]) == 1
    assert dict(row[:2] for row in sheets["About"])["Contacts"].startswith("The portal counted nothing")


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_file_can_be_built_in_every_language(site: Site, now: dt.datetime, log: Callable, language: str) -> None:
    log(site=site, day=dt.date(2026, 3, 2))

    with translation.override(language):
        sheets = read(2026, [site], now)

    assert len(sheets) == 6
