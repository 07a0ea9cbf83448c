"""What the tests of places and words share."""

import pytest
from django.utils import timezone

COLLECTED_AT = timezone.now()


@pytest.fixture
def day_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day on which a module was read goes on, though the run crosses midnight."""
    monkeypatch.setattr(timezone, "now", lambda: COLLECTED_AT)
