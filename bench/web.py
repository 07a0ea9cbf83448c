"""The portal as it is served: gunicorn with two synchronous workers, and what those work."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bench.counting import FOLDER, read_counts

WORKERS = 2
STARTS_WITHIN = 60
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A running gunicorn."""

    port: int
    pid: int
    counts: Path

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    @property
    def cpu_ms(self) -> float:
        """What the workers have worked so far, in user and system mode."""
        stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.workers]
        return sum(int(stat[11]) + int(stat[12]) for stat in stats) * 1000 / TICKS_A_SECOND

    @property
    def statements(self) -> int:
        """What the workers have asked the database so far."""
        return read_counts(self.counts)


@contextmanager
def served() -> Iterator[Server]:
    """Serve the portal of this environment on a free port, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="citemetiers-bench-counts-") as counts:
        port = _free_port()
        line = [sys.executable, "-m", "gunicorn", "citemetiers.wsgi", "--bind", f"127.0.0.1:{port}"]
        line += ["--workers", str(WORKERS), "--worker-class", "sync", "--backlog", "2048", "--log-level", "error"]
        own = {"DJANGO_SETTINGS_MODULE": "bench.settings", FOLDER: counts}
        process = subprocess.Popen(line, env=os.environ | own)  # noqa: S603  our own server
        try:
            _wait_until_ready(port)
            yield Server(port, process.pid, Path(counts))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except (OSError, HTTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return
