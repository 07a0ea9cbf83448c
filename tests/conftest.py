"""What every test may use, and what none may do."""

import logging
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.db.models import QuerySet
from django.test import Client, TransactionTestCase
from django.test.utils import teardown_databases
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.migrated import set_up

# Time is measured in benchmarks, on purpose and with a floor: never in a test.
UNASKED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
hypothesis_settings.register_profile("portal", deadline=None, suppress_health_check=UNASKED)
hypothesis_settings.load_profile("portal")
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup"}
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs an event loop beside Django


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--touching-database", action="store_true", help="leave out the tests that ask no database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks no database is the same on both: CI runs it once, and says how many those were."""
    if config.getoption("--touching-database"):
        left_out = [item for item in items if not _touches_database(item)]
        items[:] = [item for item in items if _touches_database(item)]
        config.hook.pytest_deselected(items=left_out)


def _touches_database(item: pytest.Item) -> bool:
    kind = getattr(item, "cls", None)
    is_own = kind is not None and issubclass(kind, TransactionTestCase)
    asks = DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
    return is_own or bool(asks) or item.get_closest_marker("django_db") is not None


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _no_order_but_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that nobody asked to be ordered come the other way round: what leans on their order fails at once."""
    fetch_all, iterate = QuerySet._fetch_all, QuerySet._iterator

    def is_turned(rows: QuerySet[Any]) -> bool:
        return not rows.ordered and not rows.query.is_sliced

    def fetch_turned(self: QuerySet[Any]) -> None:
        is_new = self._result_cache is None
        fetch_all(self)
        if is_new and is_turned(self):
            self._result_cache.reverse()

    def iterate_turned(self: QuerySet[Any], *args: Any) -> Iterator[Any]:
        rows = list(iterate(self, *args))
        yield from reversed(rows) if is_turned(self) else rows

    monkeypatch.setattr(QuerySet, "_fetch_all", fetch_turned)
    monkeypatch.setattr(QuerySet, "_iterator", iterate_turned)


@pytest.fixture
def no_holidays(monkeypatch: pytest.MonkeyPatch) -> None:
    """No day is a legal holiday, whatever day the tests run on."""
    monkeypatch.setattr("sites.opening.days.public_holidays", lambda _country, _year: frozenset())


@pytest.fixture
def client(client: Client) -> Client:
    """A browser that asks for English, where a page follows the reader."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host not in {"localhost", "127.0.0.1", "::1"}:
            pytest.fail(f"A test tried to reach {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)


@pytest.fixture(autouse=True)
def _no_error_in_log(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if request.node.get_closest_marker("logs_errors"):
        return
    # The portal runs no event loop: what asyncio says is of a browser that closes while a request hangs.
    own = (record for record in caplog.get_records("call") if record.name != "asyncio")
    errors = [record for record in own if record.levelno >= logging.ERROR]
    assert not errors, f"An ERROR was logged: {errors[0].getMessage()}"


@pytest.fixture(scope="session")
def django_db_setup(
    pytestconfig: pytest.Config,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_createdb: bool,
    django_db_blocker: Any,
) -> Iterator[None]:
    """The migrated database of this process; `--create-db` builds it from nothing."""
    with django_db_blocker.unblock():
        made = set_up(pytestconfig.cache.mkdir("migrated"), anew=django_db_createdb)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="module")
def lasting_rows(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What fixtures of a module write after it stays until the module ends; each test undoes its own as ever."""
    here = (item for item in request.session.items if item.path == request.path)
    for marker in (mark for item in here for mark in item.iter_markers("django_db")):
        assert not marker.kwargs.get("transaction"), "A test that commits needs a module without lasting rows."
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
