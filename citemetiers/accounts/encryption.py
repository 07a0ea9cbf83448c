"""Secrets of second factors, unreadable in a copy of the database alone."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

PURPOSE = b"citemetiers.accounts: second factors"


class UnreadableSecretError(ValidationError):
    """SECRET_KEY was changed and the earlier one is gone: no code can be checked any more."""

    silent_variable_failure = True


def encrypt(text: str) -> str:
    """The text, readable with the present SECRET_KEY."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """The text again, with the present SECRET_KEY or one of SECRET_KEY_FALLBACKS."""
    try:
        return _cipher().decrypt(text.encode()).decode()
    except InvalidToken:
        raise UnreadableSecretError(
            _("This second factor can no longer be read. Use a passkey, or ask an administrator to remove it.")
        ) from None


def renew(text: str) -> str:
    """The same text, readable with the present SECRET_KEY alone."""
    return encrypt(decrypt(text))


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(_derive(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _derive(key: str | bytes) -> bytes:
    """A key for this purpose alone: whoever learned it could sign no cookie with it."""
    material = key.encode() if isinstance(key, str) else key
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=PURPOSE).derive(material)
    return base64.urlsafe_b64encode(derived)
