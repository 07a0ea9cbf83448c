"""What the tests of the lists share: the day, the ways out and in, and rows as dictionaries."""

import csv
import datetime as dt
import io

from citemetiers.kernel.sheets import Sheet, read_sheet
from sites.exchange import CsvFormat, SheetDataset, XlsxFormat
from tests.factories.sites import SiteFactory

TODAY = dt.date(2026, 11, 21)
NOW = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)


def exported(exchange, kind=CsvFormat, queryset=None):
    data = exchange(today=TODAY).export(exchange._meta.model.objects.all() if queryset is None else queryset)
    return kind(layout=exchange.layout(), title="List", now=NOW).export_data(data)


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def dataset(*rows):
    columns = tuple(rows[0])
    return SheetDataset(
        Sheet(columns, tuple((number, tuple(row.values())) for number, row in enumerate(rows, start=2)))
    )


def compare(exchange, *rows, by=None):
    return exchange(today=TODAY, by=by).import_data(dataset(*rows), dry_run=True)


def take(exchange, *rows, by=None, seen=None):
    return exchange(today=TODAY, by=by).import_data(dataset(*rows), seen=seen)


def read(exchange, data):
    return SheetDataset(read_sheet(data, layout=exchange.layout()))


def problems(comparison):
    return [(error.number, error.column, error.message) for error in comparison.errors]


FORMATS = (CsvFormat, XlsxFormat)


def namur(network):
    return SiteFactory(
        network=network, slug="namur", name="Cité de Namur", phone="+32 81 00 00 00", address__street="Rue 1"
    )


def new_site(**changes):
    row = {
        "slug": "huy",
        "network": "wallonie",
        "name": "Carrefour de Huy",
        "kind": "CARREFOUR",
        "city": "Huy",
        "languages": "fr;de",
    }
    return row | changes
