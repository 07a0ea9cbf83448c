"""Synthetic years, for load tests and for looking at a full house."""

import datetime as dt
from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from appointments.services.queue import seed_observations
from reporting.services import ensure_illustrative_sites, load_published_figures, seed_contacts, seed_counts
from sites.services import load_reference
from visitors.services import tend_log

MOST_CONTACTS = 50_000_000
MOST_YEARS = 30
MOST_SITES = 1_000
# Beside so many contacts stands one count of a group, a class or whoever asked at reception.
CONTACTS_A_COUNT = 20


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A reader of one argument that names its limits when they are passed."""

    def read(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() else -1
        if not least <= number <= most:
            raise ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return number

    return read


class Command(BaseCommand):
    help = (
        "Writes illustrative contacts, and the queue they come from, over whole years up to yesterday. "
        "Repeatable: the key of each row comes from "
        "--seed and its number alone, so that running again with the same --seed never doubles a row (it adds only "
        "what a larger --contacts asks for, and never moves a row). Give another --seed to add more. Months that "
        "are over are closed at the end; of a month whose rows are deleted nothing is added."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--contacts", type=whole_number(0, MOST_CONTACTS), default=50_000, help="How many contacts in all."
        )
        parser.add_argument(
            "--years", type=whole_number(1, MOST_YEARS), default=2, help="This year and the ones before it."
        )
        parser.add_argument(
            "--sites",
            type=whole_number(1, MOST_SITES),
            default=13,
            help="How many sites; beyond those that exist, illustrative ones are added, not open to the public.",
        )
        parser.add_argument("--seed", type=whole_number(0, 2**31 - 1), default=1, help="Same seed, same rows.")

    @translation.override("en")  # the terminal speaks English
    def handle(self, *, contacts: int, years: int, sites: int, seed: int, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Synthetic years are illustrative. They are written only where DEMO=1.")
        load_reference()
        load_published_figures()
        now = timezone.now()
        today = timezone.localdate(now)
        first_on = dt.date(today.year - years + 1, 1, 1)
        places = ensure_illustrative_sites(sites)
        self._say(f"{contacts} illustrative contacts at {len(places)} sites from {first_on} to yesterday, seed {seed}")
        new = seed_contacts(
            contacts=contacts, first_on=first_on, until=today, sites=places, seed=seed, progress=self._progress
        )
        counts = seed_counts(
            counts=contacts // CONTACTS_A_COUNT, first_on=first_on, until=today, sites=places, seed=seed
        )
        waited = seed_observations(contacts=contacts, first_on=first_on, until=today, sites=places, seed=seed)
        tend_log(now=now)
        told = f"{new} new rows, {counts} new counts, {waited} new observations of the queue"
        self._say(told if new or counts or waited else "Nothing to add")

    def _progress(self, done: int, total: int) -> None:
        self._say(f"  {done} of {total}")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
