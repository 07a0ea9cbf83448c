"""Where the portal could keep a trace of somebody, read through: every table, log lines, cache, tasks and mails."""

import logging
import re
from collections.abc import Iterable, Iterator
from typing import Any

from celery.signals import before_task_publish, task_prerun
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.db import connection

Found = list[tuple[str, str]]
# A code of so few letters stands by chance within a random key.
SHORT = 8


class Watch(logging.Handler):
    """All that LOG_LEVEL=DEBUG would write, and all that tasks are given, from the moment on which it begins."""

    def __init__(self) -> None:
        super().__init__(level=logging.DEBUG)
        self.lines: list[str] = []
        self.tasks: list[str] = []
        self._level = logging.NOTSET

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line with all that came with it."""
        self.lines.append(self.format(record))

    def begin(self) -> None:
        """Listen to every logger as far as the settings let it speak at most, and to what is handed to the broker."""
        self._level = logging.root.level
        logging.root.setLevel(logging.DEBUG)
        logging.root.addHandler(self)
        before_task_publish.connect(self._published)
        task_prerun.connect(self._run)

    def end(self) -> None:
        """Give the root of the loggers its own level back."""
        logging.root.removeHandler(self)
        logging.root.setLevel(self._level)
        before_task_publish.disconnect(self._published)
        task_prerun.disconnect(self._run)

    def _published(self, body: Any = None, headers: Any = None, **_more: Any) -> None:
        self.tasks.append(repr((body, headers)))

    def _run(self, task: Any = None, args: Any = None, kwargs: Any = None, **_more: Any) -> None:
        self.tasks.append(repr((getattr(task, "name", task), args, kwargs)))


def stored(watch: Watch) -> Iterator[tuple[str, str]]:
    """Each place, and what it holds just now."""
    with connection.cursor() as cursor:
        tables = sorted(one.name for one in connection.introspection.get_table_list(cursor) if one.type == "t")
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield f"{table}.{column}", _text(value)
    for session in Session.objects.order_by("pk"):
        yield "django_session, decoded", repr(session.get_decoded())
    yield from (("cache", _text(one)) for one in _cached())
    yield from (("log", line) for line in watch.lines)
    yield from (("task", line) for line in watch.tasks)
    yield from (("mail", repr((one.subject, one.body, one.to, one.extra_headers))) for one in mail.outbox)


def found_in(watch: Watch, wanted: Iterable[str]) -> Found:
    """Where one of these words stands: neither capitals nor blanks and signs within it hide it."""
    words = {word: _pattern(word) for word in wanted}
    places: Found = []
    for where, text in stored(watch):
        places += [(where, word) for word, pattern in words.items() if pattern.search(text)]
    return sorted(set(places))


def _pattern(word: str) -> re.Pattern[str]:
    """The letters and digits of a word, with anything but those between them; a short one stands by itself."""
    letters = [re.escape(one) for one in word if one.isalnum()]
    within = r"(?:[^0-9A-Za-z]|%[0-9A-F]{2}){0,3}".join(letters)
    alone = within if len(letters) > SHORT else rf"(?<![0-9A-Za-z]){within}(?![0-9A-Za-z])"
    return re.compile(alone, re.IGNORECASE)


def _text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1")
    return str(value)


def _cached() -> Iterator[object]:
    """Keys and values of the cache in the memory of the tests."""
    kept = cache._cache  # type: ignore[attr-defined]  # LocMemCache, see tests/settings.py
    for key, value in list(kept.items()):
        yield key
        yield value
