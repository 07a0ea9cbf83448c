"""The mark that every message carries, by which a report of delivery finds it again; stored nowhere."""

import re

from django.utils.crypto import constant_time_compare

from appointments.models import Message
from citemetiers.kernel.codes import fingerprint, secret_for

# Small letters and digits only: mail servers do not keep capitals apart in the first part of an address.
MARK = re.compile(r"\b(?P<pk>\d{1,18})-(?P<proof>[0-9a-f]{32})\b")


def mark_of(pk: int) -> str:
    """The mark of a message; nobody can make one without the secret key."""
    return f"{pk}-{_proof(pk)}"


def find_marked(text: str) -> Message | None:
    """The message whose mark stands in a text; a forged mark finds nothing."""
    for found in MARK.finditer(text.lower()):
        pk = int(found["pk"])
        if constant_time_compare(found["proof"], _proof(pk)):
            return Message.objects.with_reader().filter(pk=pk).first()
    return None


def _proof(pk: int) -> str:
    return fingerprint(secret_for("message", pk))[:32]
