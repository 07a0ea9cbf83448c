"""Starts web server, worker and clock together, and stops them together."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

STOP_SECONDS = 10
# A closed terminal hangs up: the servers must not outlive it.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POLL_SECONDS = 0.3


class PortError(Exception):
    """The address cannot be used; the text says why and what to do."""


def check_port(host: str, port: str) -> int:
    """The port as a number, when a server can listen on it; else a PortError with a remedy."""
    if not port.isdigit() or not 1 <= int(port) <= 65535:  # noqa: PLR2004  the range of TCP ports
        raise PortError(f"PORT is “{port}”, which is no port number. Use 1 to 65535, such as PORT=8001 make run")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise PortError(f"Port {port} needs administrator rights. Try another: PORT=8001 make run") from None
            raise PortError(f"Port {port} is already in use. Try another: PORT={int(port) + 1} make run") from None
    return int(port)


def commands(host: str, port: int, folder: Path, *, is_debug: bool) -> dict[str, list[str]]:
    """The command lines of the two processes; beat lives inside the embedded worker."""
    web = ["gunicorn", "citemetiers.wsgi", "--bind", f"{host}:{port}", "--workers", "2", "--threads", "4"]
    web += ["--log-level", "warning", "--graceful-timeout", "5"]
    if is_debug:
        web.append("--reload")
    worker = ["celery", "--quiet", "--app", "citemetiers", "worker", "--beat", "--pool", "solo"]
    worker += ["--loglevel", "warning", "--schedule", str(folder / "beat"), "--without-gossip", "--without-mingle"]
    return {name: [sys.executable, "-m", *line] for name, line in (("web", web), ("worker", worker))}


def run_until_stopped(lines: dict[str, list[str]]) -> str | None:
    """Run the processes until a signal comes (None) or one of them ends by itself (its name)."""
    with _stop_signal() as is_stopping:
        running = {name: _start(line) for name, line in lines.items()}
        try:
            while not is_stopping():
                for name, process in running.items():
                    if process.poll() is not None:
                        return name
                time.sleep(POLL_SECONDS)
            return None
        finally:
            _stop(list(running.values()))


def _start(line: list[str]) -> "subprocess.Popen[bytes]":
    # Its own process group: Ctrl-C reaches this process only, which then stops the others in order.
    return subprocess.Popen(line, env=_environment(), start_new_session=True)  # noqa: S603  the lines are ours


def _environment() -> dict[str, str]:
    # In a container the embedded worker may be root. It reads JSON only, so Celery's warning says nothing here.
    quiet = "ignore::Warning:celery.platforms"
    return {**os.environ, "C_FORCE_ROOT": "1", "PYTHONWARNINGS": quiet, "PYTHONUNBUFFERED": "1"}


@contextmanager
def _stop_signal() -> Iterator["StopFlag"]:
    flag = StopFlag()
    before = {number: signal.signal(number, flag.set) for number in STOP_SIGNALS}
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class StopFlag:
    """Remembers that a stop signal came."""

    def __init__(self) -> None:
        self._is_set = False

    def set(self, _number: int, _frame: FrameType | None) -> None:
        """The signal handler."""
        self._is_set = True

    def __call__(self) -> bool:
        return self._is_set


def _stop(processes: list["subprocess.Popen[bytes]"]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
