"""Collects texts with Babel, so that a translator needs no GNU gettext."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from citemetiers import texts

SOURCE_LANGUAGE = "en"


class Command(BaseCommand):
    help = "Brings locale/*/LC_MESSAGES/django.po up to date with code and templates."
    requires_system_checks = ()

    def handle(self, **_options: Any) -> None:
        found = texts.collect()
        for language, _name in settings.LANGUAGES:
            if language != SOURCE_LANGUAGE:
                catalogue = texts.update_catalogue(language, found)
                open_texts = sum(1 for message in catalogue if message.id and not message.string)
                self.stdout.write(f"{language}: {len(catalogue)} texts, {open_texts} without translation")
