"""Takes one mail that came back. A mail server pipes it here; it is never answered and never bounces again."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from appointments.services import take_bounce
from appointments.services.messages.reports import LARGEST


class Command(BaseCommand):
    help = "Reads a report of delivery from standard input; a dead address is used no more."

    def handle(self, **_options: Any) -> None:
        is_ours = take_bounce(mail=sys.stdin.buffer.read(LARGEST), now=timezone.now())
        self.stdout.write("An address is switched off." if is_ours else "Nothing to do.")
