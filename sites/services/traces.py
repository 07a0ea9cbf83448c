"""What the list of changes would miss: rows that were written many at once, without their ``save``."""

from collections.abc import Iterable
from typing import Any

from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.db import models


def trace_added(rows: Iterable[models.Model]) -> None:
    """Tell the list of changes of rows that ``bulk_create`` has written."""
    for row in rows:
        changes = model_instance_diff(None, row, use_json_for_changes=True)
        LogEntry.objects.log_create(row, action=LogEntry.Action.CREATE, changes=changes)


def trace_changed(row: models.Model, *, field: str, before: Any, after: Any) -> None:
    """Tell the list of changes of one column that ``update`` has written."""
    LogEntry.objects.log_create(row, action=LogEntry.Action.UPDATE, changes={field: (before, after)})
