import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from citemetiers import processes

HOST = "127.0.0.1"
PATIENCE = 60
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def signal_once_written(file: Path, number: signal.Signals) -> None:
    """Send this process a signal once a process that it runs has written a file."""

    def wait_and_send() -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not (file.exists() and file.read_text()):
            time.sleep(0.05)
        os.kill(os.getpid(), number)

    threading.Thread(target=wait_and_send, daemon=True).start()


def test_check_port_takes_a_free_port() -> None:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]

    assert processes.check_port(HOST, str(port)) == port


def test_check_port_names_a_busy_port_and_another() -> None:
    with socket.socket() as busy:
        busy.bind((HOST, 0))
        busy.listen()
        port = busy.getsockname()[1]

        with pytest.raises(processes.PortError) as refused:
            processes.check_port(HOST, str(port))

    assert f"Port {port} is already in use" in str(refused.value)
    assert f"PORT={port + 1} make run" in str(refused.value)


@pytest.mark.parametrize("port", ["", "web", "0", "65536", "-1", "80.5"])
def test_check_port_refuses_what_is_no_port(port: str) -> None:
    with pytest.raises(processes.PortError, match="no port number"):
        processes.check_port(HOST, port)


def test_commands_start_the_web_server_and_a_worker_with_its_clock(tmp_path: Path) -> None:
    lines = processes.commands(HOST, 8123, tmp_path, is_debug=True)

    assert set(lines) == {"web", "worker"}
    assert "127.0.0.1:8123" in lines["web"]
    assert "--reload" in lines["web"]
    assert "--beat" in lines["worker"]


def test_run_until_stopped_names_the_process_that_ended() -> None:
    ended = processes.run_until_stopped({"web": SLEEP, "worker": [sys.executable, "-c", "raise SystemExit(3)"]})

    assert ended == "worker"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_until_stopped_stops_every_process_on_a_signal(number: signal.Signals, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    child = f"import os, pathlib, time; pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid())); time.sleep(60)"
    signal_once_written(pid_file, number)

    ended = processes.run_until_stopped({"web": [sys.executable, "-c", child]})

    assert ended is None
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_run_until_stopped_ends_a_process_that_will_not_stop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.5)
    is_deaf = tmp_path / "deaf"
    deaf = "import pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    deaf += f"pathlib.Path({str(is_deaf)!r}).write_text('yes'); time.sleep(60)"
    signal_once_written(is_deaf, signal.SIGTERM)

    assert processes.run_until_stopped({"web": [sys.executable, "-c", deaf]}) is None
