"""The demonstration is loaded once a process; every further test gets its rows back as they were then."""

import io
import sqlite3
from collections.abc import Callable
from typing import Any

from django.core.management.color import no_style
from django.db import connection

Restore = Callable[[], None]


def taken_now() -> Restore:
    """What puts the rows of this moment back into an emptied database."""
    return _copied_file() if connection.vendor == "sqlite" else _copied_tables()


def _copied_file() -> Restore:
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    _bare().backup(kept)

    def restore() -> None:
        kept.backup(_bare())

    return restore


def _copied_tables() -> Restore:
    kept = {table: io.BytesIO() for table in connection.introspection.django_table_names(only_existing=True)}
    with connection.cursor() as cursor:
        for table, rows in kept.items():
            cursor.cursor.copy_expert(f'COPY "{table}" TO STDOUT', rows)
    filled = {table: rows for table, rows in kept.items() if rows.tell()}

    def restore() -> None:
        with connection.cursor() as cursor:
            # Rows come back in any order and as they were written: no trigger looks at them again.
            cursor.execute("SET session_replication_role = replica")
            for table in kept:
                cursor.execute(f'DELETE FROM "{table}"')
            for table, rows in filled.items():
                rows.seek(0)
                cursor.cursor.copy_expert(f'COPY "{table}" FROM STDIN', rows)
            cursor.execute("SET session_replication_role = DEFAULT")
            for line in connection.ops.sequence_reset_sql(no_style(), _models()):
                cursor.execute(line)

    return restore


def _models() -> list[Any]:
    return connection.introspection.installed_models(connection.introspection.table_names())  # type: ignore[return-value]


def _bare() -> sqlite3.Connection:
    connection.ensure_connection()
    bare: sqlite3.Connection = connection.connection
    return bare
