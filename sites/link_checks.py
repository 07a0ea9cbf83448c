"""One look at one link of the catalogue, without ever reaching into the network that the portal itself stands in.

Nothing of a page is read: its status is enough. A server that answers “not for you” or “not so fast” is there.
"""

import socket
import time
from collections.abc import Callable
from enum import Enum
from http import HTTPMethod, HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

TIMEOUT = (4, 8)  # to connect, to answer
LONGEST_LOOK = 30
MAX_REDIRECTS = 5
PORTS = {"http": 80, "https": 443}
# IPv6 addresses that stand for an IPv4 address, which may be one of our own: NAT64, 6to4, Teredo.
WRAPPED = tuple(IPv6Network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))

Address = IPv4Address | IPv6Address
MayReach = Callable[[Address], bool]


class Outcome(Enum):
    """What a look found: a page, a clear “no such page”, or no usable answer this time."""

    WORKS = "WORKS"
    GONE = "GONE"
    FAILED = "FAILED"


class LinkRefusedError(Exception):
    """A link leads where the portal does not look."""


def is_public(address: Address) -> bool:
    """Whether an address lies on the open internet: not in this machine, its network or its neighbourhood."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in WRAPPED):
            return False
    return address.is_global and not address.is_multicast


def look_at(url: str, *, may_reach: MayReach = is_public) -> Outcome:
    """Ask for the head of a page, and where that is refused for the page itself."""
    outcome = Outcome.FAILED
    with _session(may_reach) as session:
        for method in (HTTPMethod.HEAD, HTTPMethod.GET):
            try:
                outcome = _outcome_of(_status(session, method, url, may_reach))
            # What is no address at all raises ValueError, what has no host in the name service OSError.
            except (requests.RequestException, LinkRefusedError, OSError, ValueError):
                outcome = Outcome.FAILED
            if outcome is Outcome.WORKS:
                break
    return outcome


def _outcome_of(status: int) -> Outcome:
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Outcome.GONE
    return Outcome.WORKS if status < HTTPStatus.INTERNAL_SERVER_ERROR else Outcome.FAILED


def _status(session: requests.Session, method: HTTPMethod, url: str, may_reach: MayReach) -> int:
    """The status at the end of the redirects, each of which is checked like the first address."""
    ends_at = time.monotonic() + LONGEST_LOOK
    for _hop in range(MAX_REDIRECTS + 1):
        _check_target(url, may_reach)
        with session.request(method, url, allow_redirects=False, stream=True, timeout=TIMEOUT) as response:
            target = session.get_redirect_target(response)
            if not target:
                return response.status_code
        if time.monotonic() > ends_at:
            raise LinkRefusedError("too slow")
        url = urljoin(url, target)
    raise LinkRefusedError("too many redirects")


def _check_target(url: str, may_reach: MayReach) -> None:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
        raise LinkRefusedError("not a web page")
    found = socket.getaddrinfo(parts.hostname, parts.port or PORTS[parts.scheme], type=socket.SOCK_STREAM)
    # Every address must do: which one is used is not known before the connection stands.
    if not all(may_reach(ip_address(str(entry[4][0]).partition("%")[0])) for entry in found):
        raise LinkRefusedError("not on the open internet")


class _GuardedConnection:
    """A connection that is dropped before the first byte where the name leads elsewhere than a moment ago."""

    may_reach: MayReach

    def _new_conn(self) -> socket.socket:
        connected: socket.socket = super()._new_conn()  # type: ignore[misc]  # urllib3's
        peer = str(connected.getpeername()[0]).partition("%")[0]
        if not self.may_reach(ip_address(peer)):
            connected.close()
            raise NewConnectionError(self, "not on the open internet")  # type: ignore[arg-type]
        return connected


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, may_reach: MayReach) -> None:
        self.guard = {"may_reach": staticmethod(may_reach)}
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        plain = type("Connection", (_GuardedConnection, HTTPConnection), self.guard)
        secure = type("SecureConnection", (_GuardedConnection, HTTPSConnection), self.guard)
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }


def _session(may_reach: MayReach) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # a proxy would look up names for us, behind the guard
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = f"Cite-des-metiers-links/1.0 (+{settings.PORTAL_BASE_URL})"
    adapter = _GuardedAdapter(may_reach)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
