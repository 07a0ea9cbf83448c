import datetime as dt
import io

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from appointments.enums import State
from sites.models import Site, User
from tests.factories.appointments import AppointmentFactory
from tests.factories.sites import SiteFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_clock")]

MARCH = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
TOO_FEW = "Too few appointments were marked for a share: fewer than 25."


def fill(site: Site, *, kept: int, no_shows: int) -> None:
    """Appointments of one day in March that somebody marked."""
    service = AppointmentFactory(site=site, starts_at=MARCH).service
    for number in range(kept + no_shows):
        state = State.NO_SHOW if number < no_shows else State.DONE
        AppointmentFactory(site=site, service=service, starts_at=MARCH, state=state)


def about(client: Client) -> dict[str, str]:
    """The sheet that tells how the file came to be."""
    file = client.get(reverse("reports:figure-export", args=[2026])).content
    return dict(load_workbook(io.BytesIO(file))["About"].iter_rows(values_only=True))  # type: ignore[arg-type]


def test_share_of_the_year_is_on_the_page_and_in_the_file(client: Client, site: Site, manager: User) -> None:
    fill(site, kept=22, no_shows=3)
    fill(SiteFactory(), kept=0, no_shows=50)
    client.force_login(manager)

    html = " ".join(client.get(f"{reverse('reports:figure-list')}?year=2026").content.decode().split())

    assert '12 %</span> <span class="figure-number__unit">of 25 appointments' in html
    assert about(client)["appointments nobody came to"] == "12% of 25 appointments"


def test_share_on_a_small_base_is_not_told(client: Client, site: Site, manager: User) -> None:
    fill(site, kept=21, no_shows=3)
    client.force_login(manager)

    html = client.get(f"{reverse('reports:figure-list')}?year=2026").content.decode()

    assert TOO_FEW in html
    assert "of 24 appointments" not in html
    assert about(client)["appointments nobody came to"] == TOO_FEW


def test_year_without_a_marked_appointment_says_so(client: Client, site: Site, manager: User) -> None:
    client.force_login(manager)

    html = client.get(f"{reverse('reports:figure-list')}?year=2026").content.decode()

    assert site.name in html
    assert "No appointment of this year is marked" in html
    assert TOO_FEW not in html
