#!/usr/bin/env python
"""The command line of the portal. Without an environment it works on the embedded default."""

import sys

from citemetiers.embedded import apply_defaults


def main() -> int:
    apply_defaults()
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415  settings need the environment first
    from django.core.management import execute_from_command_line  # noqa: PLC0415  same

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
