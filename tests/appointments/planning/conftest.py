import pytest
from django.test import Client

from appointments.models import Duty
from sites.enums import Role
from sites.models import Site, Theme, User
from tests.appointments.planning.steps import TODAY, WEEK, advisor_of, planned
from tests.factories.appointments import DutyFactory, ServiceFactory
from tests.factories.sites import MembershipFactory, SiteFactory, ThemeFactory


@pytest.fixture(autouse=True)
def _world(db: None, no_holidays: None) -> None:
    """A database, and no legal holiday on whatever day the tests run."""


@pytest.fixture
def site() -> Site:
    return SiteFactory(slug="namur", name="Cité des métiers de Namur")


@pytest.fixture
def theme(site: Site) -> Theme:
    theme: Theme = ThemeFactory(name_en="Work")
    ServiceFactory(network=site.network, theme=theme)
    return theme


@pytest.fixture
def anna(site: Site) -> User:
    return advisor_of(site, "Anna")


@pytest.fixture
def duty(site: Site, theme: Theme, anna: User) -> Duty:
    return planned(DutyFactory(site=site, advisor=anna, themes=[theme], first_on=TODAY - WEEK))


@pytest.fixture
def staff(client: Client, site: Site) -> Client:
    client.force_login(MembershipFactory(site=site, role=Role.COORDINATOR).user)
    return client
