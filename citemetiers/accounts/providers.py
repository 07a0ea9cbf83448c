"""The partner organisations whose people sign in with their own account, read from the environment."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TEXTS = ("id", "name", "server_url", "client_id", "secret")
REQUIRED = (*TEXTS, "domains")
OPTIONAL = ("sign_in_url",)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class PartnerProvider:
    """One OpenID Connect provider, and the domains of the addresses that it may vouch for."""

    id: str
    name: str
    server_url: str
    client_id: str
    secret: str = field(repr=False)
    domains: tuple[str, ...]
    sign_in_url: str = ""

    @property
    def origins(self) -> tuple[str, ...]:
        """Where the browser is sent to sign in."""
        return tuple(_origin(address) for address in (self.server_url, self.sign_in_url) if address)

    def as_app(self) -> dict[str, Any]:
        """The same in the words of allauth."""
        return {
            "provider_id": self.id,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": {"server_url": self.server_url, "domains": self.domains},
        }


def read_providers(text: str) -> list[PartnerProvider]:
    """The providers in a JSON list; anything unclear stops the program with one sentence."""
    try:
        entries = json.loads(text) if text.strip() else []
    except ValueError as error:
        raise ImproperlyConfigured(f"OIDC_PROVIDERS is not JSON ({error}). Example: .env.example") from None
    if not isinstance(entries, list):
        raise ImproperlyConfigured("OIDC_PROVIDERS must be a list in JSON. Example: .env.example")
    providers = [_read_entry(entry, number) for number, entry in enumerate(entries, start=1)]
    if len({provider.id for provider in providers}) < len(providers):
        raise ImproperlyConfigured("OIDC_PROVIDERS names two providers with the same id.")
    return providers


def _read_entry(entry: Any, number: int) -> PartnerProvider:
    if not isinstance(entry, dict):
        raise _refused(number, "must be an object with “id”, “name” and so on")
    for name in REQUIRED:
        if not entry.get(name):
            raise _refused(number, f"lacks “{name}”")
    for name in entry:
        if name not in REQUIRED + OPTIONAL:
            raise _refused(number, f"has an unknown part “{name}”")
    if not all(isinstance(entry.get(name, ""), str) for name in TEXTS + OPTIONAL):
        raise _refused(number, "must hold texts, and a list of texts in “domains”")
    if not SLUG.fullmatch(entry["id"]):
        raise _refused(number, "has an “id” that is not made of small letters, digits and hyphens")
    _check_addresses(entry, number)
    return PartnerProvider(**{**entry, "domains": _read_domains(entry["domains"], number)})


def _read_domains(domains: Any, number: int) -> tuple[str, ...]:
    is_list = isinstance(domains, list) and all(isinstance(domain, str) for domain in domains)
    if not is_list or not all(DOMAIN.fullmatch(domain) for domain in domains):
        raise _refused(number, 'needs “domains” such as ["example.org"], in small letters, without @')
    return tuple(domains)


def _check_addresses(entry: dict[str, Any], number: int) -> None:
    for name in ("server_url", "sign_in_url"):
        parts = urlsplit(entry.get(name, ""))
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if entry.get(name) and not (is_safe and parts.netloc):
            # What comes back is trusted because the connection is: there is no other proof.
            raise _refused(number, f"has a “{name}” that does not start with https://")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _refused(number: int, reason: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"OIDC_PROVIDERS: entry {number} {reason}. Example: .env.example")
