"""How many statements a web worker sends, in a file of its own that the bench reads while the worker runs."""

import mmap
import os
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from psycopg2.extensions import cursor

FOLDER = "BENCH_COUNTS"
NUMBER = struct.Struct("q")


class CountingCursor(cursor):
    """Every statement of the driver but BEGIN, COMMIT and ROLLBACK, which psycopg2 sends by itself."""

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        count_one()
        return super().execute(*args, **kwargs)


class CountingMiddleware:
    """The same where there is no such driver: every statement of Django in a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with connection.execute_wrapper(_counted):
            return self.get_response(request)


def count_one() -> None:
    """One statement more of this process."""
    counter = _counter(os.getpid())
    NUMBER.pack_into(counter, 0, NUMBER.unpack_from(counter)[0] + 1)


def read_counts(folder: Path) -> int:
    """How many statements all processes have sent."""
    return sum(NUMBER.unpack(path.read_bytes()[: NUMBER.size])[0] for path in folder.iterdir())


def _counted(execute: Callable[..., Any], *statement: Any) -> Any:
    count_one()
    return execute(*statement)


@cache
def _counter(pid: int) -> mmap.mmap:
    path = Path(os.environ[FOLDER]) / str(pid)
    path.write_bytes(bytes(NUMBER.size))
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), NUMBER.size)
