"""What an entry leaves out."""

import pytest
from auditlog.models import LogEntry

from citemetiers.audit.words import read
from tests.factories.sites import AddressFactory

pytestmark = pytest.mark.django_db


def test_nothing_that_becomes_an_empty_text_is_no_change() -> None:
    address = AddressFactory(city="Huy")
    address.city, address.parking_nl = "Hoei", ""

    address.save()

    entry = LogEntry.objects.get_for_object(address).latest("pk")
    assert entry.changes is not None
    assert "parking_nl" in entry.changes
    (line,) = read([entry])
    assert [(change.before, change.after) for change in line.changes] == [("Huy", "Hoei")]
