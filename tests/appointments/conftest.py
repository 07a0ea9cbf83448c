import pytest


@pytest.fixture
def no_holidays(monkeypatch):
    monkeypatch.setattr("appointments.services.closed.holidays_among", lambda _days, country: set())
