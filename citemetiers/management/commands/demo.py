"""Everything that `make run` needs after the installation: database, demo data, three processes."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.utils import OperationalError
from django.utils import timezone, translation

from citemetiers import demo, embedded, processes

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Prepares the demo on the embedded default and serves it until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--prepare-only", action="store_true", help="Load everything, start nothing.")

    def handle(self, *, prepare_only: bool, **_options: Any) -> None:
        if not settings.DEMO:
            raise ImproperlyConfigured("This command loads illustrative data. It runs only where DEMO=1.")
        started = time.monotonic()
        try:
            number = 0 if prepare_only else processes.check_port(HOST, embedded.port())
            self._prepare()
        except processes.PortError as error:
            raise CommandError(str(error)) from None
        except OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(f"The database cannot be reached ({reason}). Check DATABASE_URL.") from None
        if not prepare_only:
            self._serve(number, started)

    @translation.override("en")  # the terminal speaks English, whatever the pages speak
    def _prepare(self) -> None:
        self._say("Database")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        Path(settings.CELERY_BROKER_FOLDER).mkdir(parents=True, exist_ok=True)
        for name in ("queue", "control", "processed"):
            (Path(settings.CELERY_BROKER_FOLDER) / name).mkdir(exist_ok=True)
        demo.load(now=timezone.now(), say=self._say)
        connection.close()

    @translation.override("en")
    def _serve(self, port: int, started: float) -> None:
        self.stdout.write(demo.welcome(f"http://localhost:{port}/", seconds=time.monotonic() - started))
        self.stdout.flush()
        lines = processes.commands(HOST, port, embedded.folder(), is_debug=settings.DEBUG)
        ended = processes.run_until_stopped(lines)
        if ended:
            raise CommandError(f"The {ended} process ended by itself; its last lines are above.")
        self.stdout.write("\nStopped. `make run` starts it again where you left it.")

    def _say(self, text: str) -> None:
        self.stdout.write(f"  · {text}")
        self.stdout.flush()
