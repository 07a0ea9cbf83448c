"""What the browser of one visitor does: it reads the page, sends its form, and goes where it is led."""

import html
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode, urlsplit

from citemetiers.kernel.proof import solve

INPUT = re.compile(r"<input\b[^>]*>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


@dataclass(slots=True)
class Visitor:
    """One visitor with an address and cookies of their own."""

    port: int
    draw: random.Random
    requests: int = 0
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = ""

    def __post_init__(self) -> None:
        self.address = f"10.{self.draw.randrange(256)}.{self.draw.randrange(256)}.{self.draw.randrange(1, 255)}"

    def get(self, path: str) -> tuple[int, str]:
        """A page: its status and text."""
        answer, text = self._send("GET", path)
        return answer.status, text

    def send(self, path: str, fields: Mapping[str, str]) -> tuple[int, str]:
        """Send a form; the status and the page one is led to, or the page that refuses."""
        answer, text = self._send("POST", path, body=urlencode(fields))
        if answer.status != HTTPStatus.SEE_OTHER:
            return answer.status, text
        target = urlsplit(answer.headers["Location"])
        return self.get(f"{target.path}?{target.query}")

    def _send(self, method: str, path: str, *, body: str | None = None) -> tuple[HTTPResponse, str]:
        self.requests += 1
        headers = {"X-Forwarded-For": self.address, "Accept-Language": "fr"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection("localhost", self.port, timeout=120)
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _sign, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer, text


def fields_and_moments(page: str) -> tuple[dict[str, str], list[str]]:
    """What a visitor who types nothing sends, its proof worked out, and the moments to choose from."""
    fields, moments = {}, []
    for found in INPUT.findall(page):
        named = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(found)}
        name, value = named.get("name", ""), named.get("value", "")
        if name == "moment":
            moments.append(value)
        elif name and named.get("type", "") == "hidden":
            fields[name] = solve(named["data-proof"]) if "data-proof" in named else value
    return fields, moments
