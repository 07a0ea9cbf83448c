"""Lists of reference data as files: sites, partners, rooms, resources and staff, out and in again."""

from sites.exchange.catalogue import CatalogueExchange
from sites.exchange.formats import CsvFormat, SheetDataset, SheetFormat, XlsxFormat
from sites.exchange.partners import PartnerExchange
from sites.exchange.places import RoomExchange, SiteExchange
from sites.exchange.resource import ExchangeResource
from sites.exchange.result import (
    CellChange,
    CellError,
    Comparison,
    OvertakenError,
    RefusedByDatabaseError,
    RefusedFileError,
    RowChange,
    RowNote,
)
from sites.exchange.staff import StaffExchange

__all__ = [
    "CatalogueExchange",
    "CellChange",
    "CellError",
    "Comparison",
    "CsvFormat",
    "ExchangeResource",
    "OvertakenError",
    "PartnerExchange",
    "RefusedByDatabaseError",
    "RefusedFileError",
    "RoomExchange",
    "RowChange",
    "RowNote",
    "SheetDataset",
    "SheetFormat",
    "SiteExchange",
    "StaffExchange",
    "XlsxFormat",
]
