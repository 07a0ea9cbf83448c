"""Real processes on the database of a test, for what only shows between several of them."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)
# Seconds that nobody waits for: each wait ends with what it waits for, and only a broken one lasts so long.
PATIENCE = 600


def database_url() -> str:
    """Where the database of this test lies."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    return f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that works on the database of this test."""
    return os.environ | {"DATABASE_URL": database_url(), "SECRET_KEY": settings.SECRET_KEY} | more


def told_by(module: str, *options: str, within: float = PATIENCE, **env: str) -> Any:
    """What a program prints as JSON; one that fails, fails the test with what it complained of."""
    done = subprocess.run(
        [sys.executable, "-m", module, *options],
        check=False,
        cwd=ROOT,
        env=environment(**env),
        capture_output=True,
        text=True,
        timeout=within,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def outcomes_of(found: Iterable[dict[str, Any]]) -> Counter[str]:
    """How many of those who tried at once met with what."""
    return Counter(one["outcome"] for one in found)
