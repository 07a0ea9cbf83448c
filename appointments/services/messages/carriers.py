"""Mail server and text carrier, held open for many messages; one that is down rests until the next tick."""

import smtplib
from collections import Counter
from types import TracebackType
from typing import Self

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from appointments.enums import Medium
from appointments.texting import NumberRefused, TextRefused, provider_from

# So many failures in a row, and the carrier is left in peace: the others would only wait for its silence, too.
MOST_FAILURES = 3
PERMANENT = 500
# The server refuses us, not the message: it stays owed until somebody mends the settings.
ABOUT_THE_CONNECTION = (smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError)
# “Not allowed” (RFC 3463, 5.7): the server dislikes the portal, the mailbox may be well.
NOT_ALLOWED = b"5.7."


class Carriers:
    """What messages are handed to in one turn."""

    def __init__(self) -> None:
        self._texts = provider_from(settings.SMS_URL, token=settings.SMS_TOKEN)
        self._mail: BaseEmailBackend | None = None
        self._failures: Counter[Medium] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._hang_up()

    @property
    def at_work(self) -> list[Medium]:
        """The media that have not just failed again and again."""
        return [medium for medium in Medium if self._failures[medium] < MOST_FAILURES]

    def send_mail(self, mail: EmailMessage) -> None:
        """Hand over one mail. Raises OSError; after one, the next mail gets a new connection."""
        try:
            mail.connection = self._connection()
            mail.send()
        except OSError as error:  # every error of smtplib is one, too
            self._hang_up()
            self._count(Medium.EMAIL, error)
            raise
        self._failures[Medium.EMAIL] = 0

    def send_text(self, *, number: str, text: str, key: str) -> str:
        """Hand over one text message; the carrier's key for it. Raises OSError."""
        try:
            theirs = self._texts.send(number=number, text=text, key=key)
        except OSError as error:
            self._count(Medium.SMS, error)
            raise
        self._failures[Medium.SMS] = 0
        return theirs

    def _connection(self) -> BaseEmailBackend:
        connection = self._mail or get_connection()
        if isinstance(connection, SmtpBackend):  # elsewhere one connection is one file
            connection.open()
            self._mail = connection
        return connection

    def _hang_up(self) -> None:
        connection, self._mail = self._mail, None
        if connection is None:
            return
        try:
            connection.close()
        except OSError:
            return

    def _count(self, medium: Medium, error: OSError) -> None:
        is_about_one = is_permanent(error) or isinstance(error, smtplib.SMTPRecipientsRefused)
        self._failures[medium] += not is_about_one


def is_permanent(error: OSError) -> bool:
    """Whether this message is refused for good; all else may pass with time."""
    if isinstance(error, ABOUT_THE_CONNECTION):
        return False
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= PERMANENT
    return isinstance(error, TextRefused)


def is_address_dead(error: OSError) -> bool:
    """Whether it is the address itself that receives nothing: no other message will reach it either."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return is_permanent(error) and not any(NOT_ALLOWED in text for _code, text in error.recipients.values())
    return isinstance(error, NumberRefused)
