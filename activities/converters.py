"""A date in an address: 2024-02-21. Imported once by each URL module, registered once."""

import datetime as dt

from django.urls import register_converter


class IsoDateConverter:
    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> dt.date:
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date | str) -> str:
        return str(value)


register_converter(IsoDateConverter, "isodate")
