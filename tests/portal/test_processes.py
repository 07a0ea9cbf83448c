import os
import signal
import socket
import sys
import threading
from pathlib import Path

import pytest

from citemetiers import processes

HOST = "127.0.0.1"
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


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
    timer = threading.Timer(1.5, os.kill, args=(os.getpid(), number))
    timer.start()

    ended = processes.run_until_stopped({"web": [sys.executable, "-c", child]})

    assert ended is None
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_run_until_stopped_ends_a_process_that_will_not_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.5)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    timer = threading.Timer(1.5, os.kill, args=(os.getpid(), signal.SIGTERM))
    timer.start()

    assert processes.run_until_stopped({"web": [sys.executable, "-c", deaf]}) is None
