"""What the list of a person's sessions keeps: enough to recognise a device, not enough to follow anybody."""

import ipaddress
from itertools import product
from typing import Any

from allauth.usersessions.models import UserSession

# How much of an address stays: the neighbourhood of the connection, not the connection.
KEPT_BITS = {4: 24, 6: 48}
# The first that fits: Edge and Opera also call themselves Chrome, and Chrome calls itself Safari.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "CrOS": "Chromebook",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}
# A row that is written again holds a description already.
DESCRIPTIONS = frozenset(
    ", ".join(filter(None, names)) for names in product(["", *BROWSERS.values()], ["", *SYSTEMS.values()])
)


def shorten_address(address: str) -> str:
    """The network of an address: its first 24 bits, or 48 of the long kind."""
    given = ipaddress.ip_address(address)
    if isinstance(given, ipaddress.IPv6Address) and given.ipv4_mapped:
        given = given.ipv4_mapped
    return str(ipaddress.ip_network((given, KEPT_BITS[given.version]), strict=False).network_address)


def describe_device(user_agent: str) -> str:
    """Browser and system by their names, such as “Firefox, Windows”; empty where neither is known."""
    if user_agent in DESCRIPTIONS:
        return user_agent
    found = [next((name for mark, name in marks.items() if mark in user_agent), "") for marks in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found))


def keep_little(*, instance: UserSession, **_signal: Any) -> None:
    """Cuts the address and the description of the browser before they are written."""
    instance.ip = shorten_address(instance.ip)
    instance.user_agent = describe_device(instance.user_agent)
