import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What `make run` needs of the project, in a folder without an environment."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "requirements").mkdir()
    (tmp_path / "bin" / "prepare").write_text((ROOT / "bin" / "prepare").read_text())
    (tmp_path / "requirements" / "base.txt").write_text("one==1\ntwo==2\n")
    (tmp_path / "requirements" / "dev.txt").write_text("one==1\ntwo==2\nthree==3\n")
    return tmp_path


def _tool(clone: Path, name: str, script: str) -> str:
    path = clone / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def _prepare(clone: Path, python: str, set_name: str = "base") -> "subprocess.CompletedProcess[str]":
    line = ["sh", "bin/prepare", python, set_name]
    return subprocess.run(
        line, cwd=clone, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]}
    )


def test_missing_python_is_named_with_its_remedy(clone: Path) -> None:
    answer = _prepare(clone, "python-that-is-not-here")

    assert answer.returncode == 2
    assert answer.stderr.splitlines() == [
        "error: python-that-is-not-here is missing. Install it: apt install python3 python3-venv"
    ]


def test_old_python_is_named_with_its_remedy(clone: Path) -> None:
    old = _tool(clone, "old", 'case "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac')

    answer = _prepare(clone, old)

    assert answer.returncode == 2
    assert answer.stderr.splitlines() == [
        "error: Python 3.9.2 is too old, 3.11 or later is needed. Name another: make PYTHON=python3.12"
    ]


def test_missing_venv_is_named_with_its_remedy(clone: Path) -> None:
    bare = _tool(clone, "bare", 'case "$2" in *ensurepip*) exit 1;; esac')

    answer = _prepare(clone, bare)

    assert answer.returncode == 2
    assert answer.stderr.splitlines() == [
        "error: Python's venv module is missing. Install it: apt install python3-venv"
    ]


def _with_environment(clone: Path, pip: str) -> str:
    """A Python that makes an environment whose pip is the given script."""
    make = f"mkdir -p .venv/bin && cp {sys.executable} .venv/bin/python 2>/dev/null; cp {clone}/pip .venv/bin/pip"
    _tool(clone, "pip", pip)
    return _tool(clone, "good", f'if [ "$2" = venv ]; then {make}; fi')


def test_prepared_environment_is_left_alone_until_the_lock_changes(clone: Path) -> None:
    python = _with_environment(clone, "echo Collecting one; echo run >> runs")

    first, second = _prepare(clone, python), _prepare(clone, python)
    (clone / "requirements" / "base.txt").write_text("one==2\n")
    third = _prepare(clone, python)

    assert "Installing 2 locked packages" in first.stdout
    assert second.stdout == ""
    assert "Installing 1 locked packages" in third.stdout
    assert (clone / "runs").read_text().split() == ["run", "run"]


def test_environment_for_developers_serves_the_demo_too(clone: Path) -> None:
    python = _with_environment(clone, "echo run >> runs")

    _prepare(clone, python, "dev")
    answer = _prepare(clone, python, "base")

    assert answer.stdout == ""
    assert (clone / "runs").read_text().split() == ["run"]


def test_failed_installation_says_why_and_is_tried_again(clone: Path) -> None:
    python = _with_environment(clone, "echo no such package; echo run >> runs; exit 1")

    first, second = _prepare(clone, python), _prepare(clone, python)

    assert first.returncode == 2
    assert "no such package" in first.stderr
    assert "could not be installed" in first.stderr
    assert second.returncode == 2
    assert (clone / "runs").read_text().split() == ["run", "run"]
