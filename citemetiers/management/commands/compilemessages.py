"""Compiles translations with Babel, so that a machine needs no GNU gettext."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compiles each .po file that is newer than its .mo file."
    requires_system_checks = ()

    def handle(self, **_options: Any) -> None:
        for source in self._sources():
            compiled = source.with_suffix(".mo")
            if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
                continue
            with source.open("rb") as texts:
                catalog = read_po(texts, locale=source.parts[-3])
            with compiled.open("wb") as target:
                write_mo(target, catalog)

    def _sources(self) -> list[Path]:
        return sorted(path for folder in settings.LOCALE_PATHS for path in Path(folder).glob("*/LC_MESSAGES/*.po"))
