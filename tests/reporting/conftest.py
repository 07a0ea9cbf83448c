import datetime as dt
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import pytest

from sites.enums import Role
from sites.models import Network, Site, User
from tests.factories.contacts import ContactFactory
from tests.factories.sites import MembershipFactory, SiteFactory, UserFactory
from visitors.models import Contact

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


@pytest.fixture
def now() -> dt.datetime:
    return NOW


@pytest.fixture
def site() -> Site:
    return SiteFactory(slug="namur", name="Cité des métiers de Namur")


@pytest.fixture
def log() -> Callable[..., Contact]:
    return partial(ContactFactory, themes=[])


@pytest.fixture
def manager(site: Site) -> User:
    return MembershipFactory(user=UserFactory(), role=Role.SITE_MANAGER, site=site).user


@pytest.fixture
def network_manager(site: Site) -> User:
    network: Network = site.network
    return MembershipFactory(user=UserFactory(), role=Role.NETWORK_MANAGER, site=None, network=network).user


@pytest.fixture
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporting.views.timezone", SimpleNamespace(now=lambda: NOW))
