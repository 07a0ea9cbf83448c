import datetime as dt
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment
from bench.visitor import Visitor, fields_and_moments
from bench.web import served
from tests.factories.appointments import NO_HOLIDAYS, offer
from tests.factories.sites import SiteFactory, ThemeFactory
from tests.processes import environment

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

CLIENTS = 50


@pytest.fixture
def server(monkeypatch):
    own = {
        "DJANGO_SETTINGS_MODULE": "citemetiers.settings",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "EMAIL_URL": "dummymail://",
        "CACHE_URL": "locmemcache://",
        "DEMO": "0",
        "TRUSTED_PROXY_COUNT": "1",
        "PORTAL_PROOF_TRIES": "2",
    }
    for name, value in environment(**own).items():
        monkeypatch.setenv(name, value)
    with served() as found:
        yield found


def test_fifty_browsers_on_one_moment_are_one_booking_and_forty_nine_other_moments(server):
    starts_at = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) + dt.timedelta(days=2)
    site = SiteFactory(network__country=NO_HOLIDAYS, timezone="UTC")
    offer(site=site, starts_at=starts_at, theme=ThemeFactory(code="work"))
    path = reverse("appointments:book", query={"theme": "work", "site": site.slug, "language": "fr"})
    moment, gate = f"{site.slug}|{starts_at:%Y-%m-%dT%H:%MZ}|fr", Barrier(CLIENTS)

    def book(number):
        visitor = Visitor(server.port, random.Random(number))
        fields, moments = fields_and_moments(visitor.get(path)[1])
        assert moment in moments
        gate.wait(timeout=120)
        status, page = visitor.send(path, fields | {"moment": moment})
        return status, len(fields_and_moments(page)[1])

    with ThreadPoolExecutor(CLIENTS) as browsers:
        answers = list(browsers.map(book, range(CLIENTS)))

    assert Counter(status for status, _moments in answers) == {200: 1, 409: CLIENTS - 1}
    assert all(moments >= 3 for status, moments in answers if status == 409)
    assert Appointment.objects.count() == 1
