"""The migrated database is built once; further processes and runs copy it, until a line of the portal changes."""

import fcntl
import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases


def set_up(folder: Path, *, anew: bool) -> Any:
    """Make the test database of this process, and give what takes it away again."""
    kept: KeptInFile | KeptOnServer = KeptInFile(folder) if connection.vendor == "sqlite" else KeptOnServer()
    name, mark = connection.creation._get_test_db_name(), fingerprint()
    with _one_at_a_time(folder):
        is_copied = not anew and kept.copied_to(name, mark)
        # A copy goes through `migrate` too: what it may lack is added.
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"}, keepdb=is_copied)
        if not is_copied:
            kept.take(name, mark)
    return made


def fingerprint() -> str:
    """Changes with anything that a migration may read: the code of the portal, its settings and its packages."""
    root = Path(settings.BASE_DIR)
    own = {Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == root}
    files = [path for folder in own for path in folder.rglob("*.py")]
    files += [root / "tests" / "settings.py", root / "requirements" / "base.txt"]
    found = hashlib.sha256()
    for path in sorted(files):
        found.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    return found.hexdigest()


class KeptInFile:
    """A file in the cache of pytest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def copied_to(self, name: str, mark: str) -> bool:
        """Make the database from the copy of this mark; False when there is none."""
        file = self._file(mark)
        if file.exists():
            shutil.copyfile(file, name)
        return file.exists()

    def take(self, _name: str, mark: str) -> None:
        """Keep a copy of the database, in place of the one before."""
        for old in self.folder.glob("*.sqlite3*"):
            old.unlink()
        half = self._file(mark).with_suffix(".sqlite3-half")
        copy = sqlite3.connect(half)
        connection.ensure_connection()
        connection.connection.backup(copy)
        copy.close()
        half.rename(self._file(mark))

    def _file(self, mark: str) -> Path:
        return self.folder / f"{mark}.sqlite3"


class KeptOnServer:
    """A database beside that of the tests; its comment is the mark."""

    def __init__(self) -> None:
        self.kept = f"test_{connection.settings_dict['NAME']}_migrated"

    def copied_to(self, name: str, mark: str) -> bool:
        """Make the database from the copy of this mark; False when there is none."""
        asked = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        with connection._nodb_cursor() as cursor:
            cursor.execute(asked, [self.kept])
            if cursor.fetchone() != (mark,):
                return False
            self._copy(cursor, self.kept, name)
        return True

    def take(self, name: str, mark: str) -> None:
        """Keep a copy of the database, in place of the one before."""
        connection.close()  # nobody may be connected to what is copied
        with connection._nodb_cursor() as cursor:
            self._copy(cursor, name, self.kept)
            cursor.execute(f"COMMENT ON DATABASE {self._quoted(self.kept)} IS %s", [mark])

    def _copy(self, cursor: Any, of: str, to: str) -> None:
        cursor.execute(f"DROP DATABASE IF EXISTS {self._quoted(to)}")
        cursor.execute(f"CREATE DATABASE {self._quoted(to)} TEMPLATE {self._quoted(of)}")

    def _quoted(self, name: str) -> str:
        return connection.ops.quote_name(name)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the end of the process lets go too
        yield
