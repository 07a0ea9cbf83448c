"""Who carries text messages. Another carrier is another class with the same ``send``."""

import sys
from pathlib import Path
from typing import Protocol

import requests
from requests import PreparedRequest
from requests.auth import AuthBase

CONSOLE, FILE = "consoletext", "filetext"
SECONDS_TO_CONNECT, SECONDS_TO_ANSWER = 5, 15
LONGEST_KEY = 100
# The carrier refuses us, or asks us to wait: the message itself may well pass once that is mended.
ABOUT_US = frozenset({401, 402, 403, 404, 405, 407, 408, 409, 421, 423, 425, 429})
TAKEN = range(200, 300)
ABOUT_THE_NUMBER = frozenset({410, 422})
REFUSALS = frozenset(range(400, 500)) - ABOUT_US


class TextError(OSError):
    """A text message was not taken; it may be tomorrow. Its words hold neither number nor text."""


class TextRefused(TextError):  # noqa: N818  the name says it all
    """The carrier will never take this message."""


class NumberRefused(TextRefused):
    """The number receives no text messages at all."""


class TextProvider(Protocol):
    """Carries text messages."""

    def send(self, *, number: str, text: str, key: str) -> str:
        """Hand one message over; the carrier's own key for it, by which it later tells what became of it.

        The same key is the same message: however often it is handed over, it should reach the reader once.
        """


class ConsoleTexts:
    """Writes each message to the terminal. For development, and only where it is asked for."""

    def send(self, *, number: str, text: str, key: str) -> str:
        """Print it."""
        sys.stdout.write(f"To: {number}\n{text}\n\n")
        return key


class NoTexts:
    """No carrier: what was owed before it was taken away waits until it comes too late. Nothing is written anywhere."""

    def send(self, **_message: str) -> str:
        """Raise TextError."""
        raise TextError("There is no carrier for text messages")


class FileTexts:
    """Writes each message to a file of its own. For the demonstration."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, *, number: str, text: str, key: str) -> str:
        """Write it; the same key again overwrites."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._folder / f"{key}.txt").write_text(f"To: {number}\n\n{text}\n", encoding="utf-8")
        return key


class Bearer(AuthBase):
    """The token of the portal; a .netrc file cannot take its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class WebTexts:
    """Posts each message to a carrier: ``{"to": …, "text": …, "key": …}``, answered by 2xx and perhaps ``{"key": …}``.

    410 and 422 say that the number takes no messages, other refusals that this message is never taken.
    """

    def __init__(self, url: str, *, token: str) -> None:
        self._url, self._session = url, requests.Session()
        self._session.auth = Bearer(token)

    def send(self, *, number: str, text: str, key: str) -> str:
        """Post it. Raises TextRefused for good, TextError for now; never follows to another address."""
        answer = self._post({"to": number, "text": text, "key": key})
        if answer.status_code not in TAKEN:
            raise _error_of(answer.status_code)
        return _key_in(answer) or key

    def _post(self, body: dict[str, str]) -> requests.Response:
        seconds = (SECONDS_TO_CONNECT, SECONDS_TO_ANSWER)
        try:
            return self._session.post(self._url, json=body, timeout=seconds, allow_redirects=False)
        except requests.RequestException as error:
            # The words of the error hold the address and may hold more.
            raise TextError(f"The carrier was not reached: {type(error).__name__}") from None


def provider_from(url: str, *, token: str) -> TextProvider:
    """The carrier that an address stands for: consoletext://, filetext:///folder, https://host/path, or none."""
    if not url:
        return NoTexts()
    scheme, _separator, rest = url.partition("://")
    if scheme == FILE:
        return FileTexts(Path(rest))
    return ConsoleTexts() if scheme == CONSOLE else WebTexts(url, token=token)


def _error_of(status: int) -> TextError:
    words = f"The carrier answered {status}"
    if status in ABOUT_THE_NUMBER:
        return NumberRefused(words)
    return TextRefused(words) if status in REFUSALS else TextError(words)


def _key_in(answer: requests.Response) -> str:
    try:
        found = answer.json()
    except ValueError:
        return ""
    key = found.get("key") if isinstance(found, dict) else None
    return str(key)[:LONGEST_KEY] if isinstance(key, (str, int)) else ""
