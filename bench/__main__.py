"""``python -m bench [--only slots] [--quick]``: measure, print, keep as JSON; 1 where a limit is broken."""

import sys
from argparse import ArgumentParser
from importlib import import_module
from pkgutil import iter_modules

import django
from django.core.management import call_command

import bench
from bench.database import empty_database, throwaway_database
from bench.results import table, write

# Modules of this package that measure something: each has ``run(*, quick) -> list[Figure]``.
MODULES = {module.name for module in iter_modules(bench.__path__)}
GROUPS = [name for name in ("slots", "booking", "queue", "desk") if name in MODULES]


def main() -> int:
    """Measure each group on a database of its own."""
    parser = ArgumentParser(prog="bench", description=bench.__doc__)
    parser.add_argument("--only", choices=GROUPS)
    parser.add_argument("--quick", action="store_true", help="a small world and few runs, under a minute")
    wanted = parser.parse_args()
    is_broken = False
    with throwaway_database():
        _prepare()
        for group in [wanted.only] if wanted.only else GROUPS:
            empty_database()
            figures = import_module(f"bench.{group}").run(quick=wanted.quick)
            _say(f"{group} → {write(group, figures)}\n{table(figures)}")
            is_broken |= any(one.is_broken for one in figures)
    return int(is_broken)


def _prepare() -> None:
    django.setup()
    call_command("migrate", verbosity=0)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
