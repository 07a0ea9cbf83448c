"""The broker of the embedded default: messages as files in a folder, each seen only when it is whole.

kombu's own opens a message under its name and fills it a moment later; the table of queues likewise. Whoever looks in
between reads nothing, the worker ends, and the portal with it. So does a message cut short by a full disk.
"""

import fcntl
import logging
import uuid
from pathlib import Path
from time import time_ns
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)

Binding = filesystem.exchange_queue_t


class Channel(filesystem.Channel):
    """Writes beside and then renames; steps over what cannot be read."""

    def get_table(self, exchange: str) -> list[Any]:
        """The queues of an exchange; none where the table is missing or broken: the next start writes it anew."""
        try:
            return [Binding(*row) for row in loads(self._table_file(exchange).read_bytes())]
        except (FileNotFoundError, ValueError):
            return []

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None) -> None:
        bound = Binding(routing_key or "", pattern or "", queue or "")
        self.control_folder.mkdir(exist_ok=True)
        with (self.control_folder / "binding.lock").open("w") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)
            table = self.get_table(exchange)
            if bound not in table:
                _write_whole(self._table_file(exchange), [bound, *table])

    def _put(self, queue: str, payload: dict[str, Any], **_kwargs: Any) -> None:  # type: ignore[override]  # kombu names it so
        # kombu reads the folder in the order of its names. Its own begin with the time since the machine started:
        # as text, "10000" comes before "9999", and what waits from before a restart may come last.
        name = f"{time_ns()}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, payload)

    def _get(self, queue: str, timeout: float | None = None) -> Any:  # noqa: ARG002  kombu's stubs name it
        while True:
            try:
                return super()._get(queue)
            except ValueError:  # kombu has taken it out of the folder already
                logger.warning("A message of the broker was cut short and is left out.")

    def _table_file(self, exchange: str) -> Path:
        return Path(self._exchange_file(exchange))  # type: ignore[attr-defined]  # kombu's stubs leave it out


class Transport(filesystem.Transport):
    """kombu's, with that channel."""

    Channel = Channel


def _write_whole(path: Path, content: Any) -> None:
    part = path.with_name(f"{path.name}.{uuid.uuid4()}.part")
    part.write_text(dumps(content), encoding="utf-8")
    part.replace(path)
