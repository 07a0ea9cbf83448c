import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

VENDOR = Path(settings.BASE_DIR) / "static" / "vendor"
RECORDS: list[dict[str, Any]] = tomllib.loads((VENDOR / "VENDOR.toml").read_text(encoding="utf-8"))["vendor"]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: str(record["folder"]))
def test_vendored_files_are_those_recorded(record: dict[str, Any]) -> None:
    folder = VENDOR / record["folder"]

    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}

    assert sums == record["files"]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: str(record["folder"]))
def test_vendored_work_has_a_licence_and_a_version(record: dict[str, Any]) -> None:
    assert record["licence"]
    assert record["version"]
    assert "LICENSE" in record["files"]


def test_every_vendored_folder_is_recorded() -> None:
    folders = {path.name for path in VENDOR.iterdir() if path.is_dir()}

    assert folders == {record["folder"] for record in RECORDS}
