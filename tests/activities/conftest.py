import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse

from activities.models import OpenDay
from activities.services import SEED_FILE
from sites.enums import Role
from sites.models import Network, Site
from sites.services import load_reference
from tests.factories.activities import OpenDayFactory, ProgrammeFactory, SessionFactory
from tests.factories.sites import AudienceFactory, MembershipFactory, ThemeFactory

DATE = "2024-02-21"
SEED_DAY = dt.date(2024, 2, 21)


def url(name, *args):
    return reverse(f"programmes:{name}", args=args)


def give_reference():
    load_reference()
    start_after_reference()


def start_after_reference():
    # The words of the network hold the first positions; what factories add comes after them.
    ThemeFactory.reset_sequence(100)
    AudienceFactory.reset_sequence(100)


@pytest.fixture(scope="module")
def _given(lasting_rows):
    give_reference()


@pytest.fixture
def reference(_given, db):
    start_after_reference()


@pytest.fixture
def open_day(reference) -> OpenDay:
    return OpenDayFactory(network=Network.objects.get(slug="wallonie"), day=SEED_DAY)


@pytest.fixture
def coordinator(reference):
    network = Network.objects.get(slug="wallonie")
    return MembershipFactory(role=Role.COORDINATOR, site=None, network=network).user


@pytest.fixture
def stranger(reference):
    return MembershipFactory(role=Role.COORDINATOR, site=Site.objects.get(network__slug="bruxelles")).user


@pytest.fixture
def advisor(reference):
    return MembershipFactory(role=Role.ADVISOR, site=Site.objects.get(slug="namur")).user


@pytest.fixture
def namur(open_day):
    return Site.objects.get(slug="namur")


@pytest.fixture
def session(open_day, namur):
    programme = ProgrammeFactory(open_day=open_day, site=namur)
    starts_at = "2024-02-21 10:00+01:00"
    session = SessionFactory(
        programme=programme, title_fr="Atelier CV", starts_at=starts_at, ends_at="2024-02-21 11:00+01:00"
    )
    session.refresh_from_db()
    return session


@pytest.fixture
def staff(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.fixture(scope="session")
def seed_rows():
    return list(csv.DictReader(io.StringIO(SEED_FILE.read_text(encoding="utf-8"))))


def as_csv(rows, *, delimiter=",", encoding="utf-8"):
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def at_namur(**changes):
    row = {
        "site": "namur",
        "room": "Salle 1",
        "starts": "2024-02-21 10:00",
        "ends": "2024-02-21 11:00",
        "kind": "workshop",
        "title_fr": "Un CV clair",
        "title_nl": "Een duidelijk cv",
        "summary_fr": "Venez avec votre CV.",
        "themes": "work;train",
        "publics": "adults",
        "languages": "fr;nl",
        "partners": "forem",
        "booking": "advised",
        "seats": "12",
        "access": "loop",
    }
    return row | changes
