import pytest


@pytest.fixture(autouse=True)
def _no_holidays(no_holidays):
    """A queue runs on the day on which the tests run, also at Christmas."""
