"""A database of one's own for a run, gone afterwards. The demo is never touched."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.core.management import call_command
from psycopg2.sql import SQL, Identifier

HERE = "postgres://postgres@127.0.0.1:5432/postgres"


@contextmanager
def throwaway_database() -> Iterator[None]:
    """Settings of a portal with an empty database, before Django is set up: a file, or one on PostgreSQL.

    Where DATABASE_URL names a PostgreSQL server, a database is created beside the one named, and dropped; where it
    is not set, one on a server of this machine, if there is any.
    """
    url = os.environ.get("DATABASE_URL") or _find_here()
    with tempfile.TemporaryDirectory(prefix="citemetiers-bench-") as folder:
        os.environ.update(_settings(Path(folder)))
        if url.startswith(("postgres://", "postgresql://")):
            with _postgres(url) as own:
                os.environ["DATABASE_URL"] = own
                yield
        else:
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
            yield


def empty_database() -> None:
    """Make room for the next world."""
    call_command("flush", interactive=False, verbosity=0)


def _settings(folder: Path) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "citemetiers.settings",
        "SECRET_KEY": os.urandom(32).hex(),
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "CELERY_BROKER_URL": os.environ.get("CELERY_BROKER_URL", "filesystem://"),
        "CELERY_BROKER_FOLDER": str(folder / "broker"),
        "EMAIL_URL": "dummymail://",
        "DEMO": "0",
        "DEBUG": "0",
        "LOG_LEVEL": "ERROR",
    }


def _find_here() -> str:
    try:
        psycopg2.connect(HERE, connect_timeout=2).close()
    except psycopg2.OperationalError:
        return ""
    return HERE


@contextmanager
def _postgres(url: str) -> Iterator[str]:
    name = f"citemetiers_bench_{os.getpid()}"
    _execute(url, "CREATE DATABASE {}", name)
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        _execute(url, "DROP DATABASE {} WITH (FORCE)", name)


def _execute(url: str, statement: str, name: str) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        connection.cursor().execute(SQL(statement).format(Identifier(name)))
