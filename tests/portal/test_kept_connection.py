import pytest
from django.db import connection, connections

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no connection to a server"),
]


@pytest.fixture
def kept():
    found = connections.create_connection("default")
    found.ensure_connection()
    yield found
    found.close()


def test_kept_connection_is_found_usable_without_a_statement(kept):
    kept.force_debug_cursor = True
    kept.queries_log.clear()

    assert kept.is_usable()
    assert not kept.queries
    with kept.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert kept.is_usable()


def test_connection_that_the_server_has_ended_is_not_usable(kept):
    number = kept.connection.info.backend_pid

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [number])

    assert not kept.is_usable()


def test_connection_closed_on_our_side_is_not_usable(kept):
    kept.connection.close()
    assert not kept.is_usable()

    kept.close()
    assert not kept.is_usable()


def test_request_after_the_end_of_a_connection_gets_a_new_one(kept):
    number = kept.connection.info.backend_pid
    kept.health_check_enabled, kept.health_check_done = True, False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [number])

    kept.close_if_health_check_failed()
    with kept.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] != number
