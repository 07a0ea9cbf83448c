"""After SECRET_KEY was changed: write the secrets of second factors anew, so that the earlier key can go."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand
from django.db import transaction

from citemetiers.accounts.encryption import UnreadableSecretError, renew

ENCRYPTED = ("secret", "seed")


class Command(BaseCommand):
    help = (
        "Encrypts the secrets of second factors with the present SECRET_KEY; then SECRET_KEY_FALLBACKS may be emptied."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        renewed, unreadable = 0, 0
        with transaction.atomic():
            for factor in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).select_for_update(
                of=("self",)
            ):
                try:
                    secrets = {name: renew(factor.data[name]) for name in ENCRYPTED if name in factor.data}
                except UnreadableSecretError:
                    unreadable += 1
                    continue
                factor.data = {**factor.data, **secrets}
                factor.save(update_fields=["data"])
                renewed += 1
        self.stdout.write(f"{renewed} second factors are encrypted with the present key, {unreadable} cannot be read.")
