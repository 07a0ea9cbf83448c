import pytest


@pytest.fixture
def no_holidays(monkeypatch):
    monkeypatch.setattr("sites.opening.days.public_holidays", lambda _country, _year: frozenset())
