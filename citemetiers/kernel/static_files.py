"""Style sheets, scripts and pictures: a page names some forty of them, always the same."""

from typing import Any

from django.contrib.staticfiles.storage import StaticFilesStorage


class RememberedAddresses(StaticFilesStorage):
    """Django's own; the address of a file, which is written into every page, is worked out once."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._addresses: dict[str | None, str] = {}

    def url(self, name: str | None) -> str:
        """The address of a file."""
        if name not in self._addresses:
            self._addresses[name] = super().url(name)
        return self._addresses[name]
