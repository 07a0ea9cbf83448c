import logging

from django.test import RequestFactory
from django.urls import resolve

from citemetiers.logs import HideAddresses


def test_hide_addresses_replaces_the_path_by_its_route() -> None:
    request = RequestFactory().get("/healthz")
    request.resolver_match = resolve("/healthz")
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, "%s: %s", ("Error", "/b/secret/"), None)
    record.request = request

    HideAddresses().filter(record)

    assert record.getMessage() == "ERROR at healthz"


def test_hide_addresses_hides_a_path_that_matched_nothing() -> None:
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, "%s: %s", ("Error", "/b/secret/"), None)

    HideAddresses().filter(record)

    assert "secret" not in record.getMessage()
