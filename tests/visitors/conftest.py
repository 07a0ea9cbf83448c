from typing import Any

import pytest
from django.test import Client

from sites.enums import Role
from sites.models import Site, Theme, User
from tests.factories.sites import MembershipFactory, SiteFactory, ThemeFactory, UserFactory


@pytest.fixture
def site(db: Any) -> Site:
    return SiteFactory(city="Namur", slug="namur")


@pytest.fixture
def themes(db: Any) -> list[Theme]:
    return [
        ThemeFactory(code="train", name_en="Train"),
        ThemeFactory(code="work", name_en="Find work"),
    ]


@pytest.fixture
def advisor(site: Site) -> User:
    return MembershipFactory(site=site, role=Role.ADVISOR).user


@pytest.fixture
def colleague(site: Site) -> User:
    return MembershipFactory(site=site, role=Role.RECEPTION).user


@pytest.fixture
def stranger(db: Any) -> User:
    return MembershipFactory(site=SiteFactory(slug="elsewhere"), role=Role.ADVISOR).user


@pytest.fixture
def network_manager(site: Site) -> User:
    return MembershipFactory(site=None, network=site.network, role=Role.NETWORK_MANAGER).user


@pytest.fixture
def nobody(db: Any) -> User:
    return UserFactory()


@pytest.fixture
def desk_client(client: Client, advisor: User) -> Client:
    client.force_login(advisor)
    return client
