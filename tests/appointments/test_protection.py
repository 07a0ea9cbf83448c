import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from citemetiers.kernel.limits import client_address
from tests.appointments.proofs import challenge_in
from tests.factories.appointments import offer


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, "127.0.0.1"),
        (0, "198.51.100.7", "127.0.0.1"),
        (1, None, "127.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1, 198.51.100.7", "198.51.100.7"),
        (2, "10.0.0.1, 198.51.100.7, 192.0.2.1", "198.51.100.7"),
        (2, "198.51.100.7", "127.0.0.1"),
    ],
)
def test_address_is_what_our_own_proxies_say(rf, settings, proxies, forwarded, address):
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert client_address(rf.get("/", headers=headers)) == address


@pytest.mark.django_db
def test_form_holds_a_fresh_challenge_each_time_and_sets_no_cookie_of_its_own(client):
    cache.clear()
    _service, site, theme = offer()
    url = f"{reverse('appointments:wait-start')}?theme={theme.code}&site={site.slug}"

    first, second = client.get(url), client.get(url)

    assert challenge_in(first) != challenge_in(second)
    assert set(first.cookies) <= {"csrftoken"}
    assert re.search(r'<script src="[^"]*js/proof\.js', first.content.decode())
    assert "noscript" not in first.content.decode()
