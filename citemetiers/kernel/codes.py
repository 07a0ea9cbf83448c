"""Codes that a visitor says aloud and secrets that a visitor keeps."""

import base64
import hashlib
import secrets

from django.conf import settings
from django.utils.crypto import salted_hmac

# Without 0 and O, 1 and I: they sound or look alike on the telephone and on paper.
REFERENCE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
REFERENCE_LENGTH = 6
SECRET_BYTES = 24


def new_reference() -> str:
    """A random code of six letters and digits, easy to say aloud."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH))


def secret_for(purpose: str, public_id: object) -> str:
    """The secret of one record: recomputed from SECRET_KEY when a mail needs it, stored nowhere."""
    digest = salted_hmac(purpose, str(public_id), secret=settings.SECRET_KEY, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:SECRET_BYTES]).decode("ascii")


def fingerprint(secret: str) -> str:
    """What the database keeps of a secret: enough to find the record, too little to open it."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
