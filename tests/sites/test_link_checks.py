import http.server
import socket
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest

from sites import link_checks
from sites.link_checks import Address, Outcome, is_public, look_at

STATUSES = {"/ok": 200, "/missing": 404, "/gone": 410, "/broken": 500, "/refused": 403, "/busy": 429, "/sign-in": 401}
TARGETS = {
    "/moved": "/ok",
    "/moved-away": "/missing",
    "/loop": "/loop",
    "/metadata": "http://169.254.169.254/latest/",
    "/file": "file:///etc/passwd",
    "/four": "/three",
    "/three": "/two",
    "/two": "/one",
    "/one": "/moved",
    "/six": "/five",
    "/five": "/four",
}


class Handler(http.server.BaseHTTPRequestHandler):
    seen: list[tuple[str, str, dict[str, str]]]

    def do_HEAD(self) -> None:
        self._answer(is_head=True)

    def do_GET(self) -> None:
        self._answer(is_head=False)

    def _answer(self, *, is_head: bool) -> None:
        self.seen.append((self.command, self.path, dict(self.headers)))
        if self.path == "/slow":
            time.sleep(1.5)
        if self.path == "/get-only" and is_head:
            return self._send(405)
        if self.path == "/head-says-missing" and is_head:
            return self._send(404)
        if self.path == "/hangs-up":
            self.connection.close()
            return None
        if target := TARGETS.get(self.path):
            return self._send(302, Location=target, **{"Set-Cookie": "track=me"})
        if self.path == "/huge" and not is_head:
            return self._send_for_ever()
        return self._send(405 if self.path == "/huge" else STATUSES.get(self.path, 200))

    def _send(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_for_ever(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 65536)
        except OSError:
            self.close_connection = True

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def handler() -> type[Handler]:
    return type("FreshHandler", (Handler,), {"seen": []})


@pytest.fixture
def server(handler: type[Handler]) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def or_loopback(address: Address) -> bool:
    return address.is_loopback or is_public(address)


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/ok", Outcome.WORKS),
        ("/moved", Outcome.WORKS),
        ("/four", Outcome.WORKS),
        ("/six", Outcome.FAILED),
        ("/get-only", Outcome.WORKS),
        ("/head-says-missing", Outcome.WORKS),
        ("/refused", Outcome.WORKS),
        ("/sign-in", Outcome.WORKS),
        ("/busy", Outcome.WORKS),
        ("/missing", Outcome.GONE),
        ("/moved-away", Outcome.GONE),
        ("/gone", Outcome.GONE),
        ("/broken", Outcome.FAILED),
        ("/loop", Outcome.FAILED),
        ("/metadata", Outcome.FAILED),
        ("/file", Outcome.FAILED),
        ("/hangs-up", Outcome.FAILED),
    ],
)
def test_look_tells_what_is_there(server: str, path: str, outcome: Outcome) -> None:
    assert look_at(server + path, may_reach=or_loopback) is outcome


def test_look_gives_up_on_a_slow_server(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_checks, "TIMEOUT", (1, 0.2))

    assert look_at(f"{server}/slow", may_reach=or_loopback) is Outcome.FAILED


def test_look_reads_no_body(server: str) -> None:
    """It has no end: whoever read it would never come back."""
    assert look_at(f"{server}/huge", may_reach=or_loopback) is Outcome.WORKS


def test_look_follows_redirects_for_a_limited_time(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_checks, "LONGEST_LOOK", -1)

    assert look_at(f"{server}/ok", may_reach=or_loopback) is Outcome.WORKS
    assert look_at(f"{server}/moved", may_reach=or_loopback) is Outcome.FAILED


def test_look_names_the_portal_and_carries_no_cookie(server: str, handler: type[Handler], settings: Any) -> None:
    settings.PORTAL_BASE_URL = "https://portal.example.org"

    look_at(f"{server}/moved", may_reach=or_loopback)

    assert [(method, path) for method, path, _headers in handler.seen] == [("HEAD", "/moved"), ("HEAD", "/ok")]
    assert all("portal.example.org" in headers["User-Agent"] for _method, _path, headers in handler.seen)
    assert not any("Cookie" in headers for _method, _path, headers in handler.seen)


def test_look_stops_at_a_redirect_into_another_network(server: str, handler: type[Handler]) -> None:
    look_at(f"{server}/metadata", may_reach=or_loopback)

    # The test would fail on any connection elsewhere; each way of asking stopped after the first answer.
    assert [path for _method, path, _headers in handler.seen] == ["/metadata", "/metadata"]


def test_look_never_reaches_this_machine(server: str, handler: type[Handler]) -> None:
    assert look_at(f"{server}/ok") is Outcome.FAILED
    assert look_at(server.replace("127.0.0.1", "localhost")) is Outcome.FAILED
    assert handler.seen == []


def test_look_drops_a_name_that_leads_elsewhere_once_it_is_connected(
    server: str, handler: type[Handler], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = socket.getaddrinfo, []

    def public_at_first(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host != "rebinding.example.org":
            return real(host, port, *args, **kwargs)
        asked.append(host)
        address = "93.184.215.14" if len(asked) % 2 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", public_at_first)

    outcome = look_at(server.replace("127.0.0.1", "rebinding.example.org") + "/ok")

    assert outcome is Outcome.FAILED
    assert len(asked) >= 2
    assert handler.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://",
        "http://[::1",
        "http://user:word@127.0.0.1/",
        "http://127.0.0.1:99999999/",
        "http://" + "a" * 80 + ".example.org/",
        "javascript:alert(1)",
        "",
    ],
)
def test_look_fails_quietly_at_what_is_no_web_page(url: str) -> None:
    assert look_at(url, may_reach=or_loopback) is Outcome.FAILED


def test_look_fails_quietly_where_no_name_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_found(*_args: Any, **_kwargs: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "not found")

    monkeypatch.setattr(socket, "getaddrinfo", not_found)

    assert look_at("https://nowhere.example.org/") is Outcome.FAILED


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_address_of_an_inner_network_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))
