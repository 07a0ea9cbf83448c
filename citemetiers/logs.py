"""Keeps addresses out of the logs: an address may be a secret link."""

import logging


class HideAddresses(logging.Filter):
    """Replaces the path in Django's request log lines by the route that matched it."""

    def filter(self, record: logging.LogRecord) -> bool:
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        route = match.route if match else "(no route)"
        if isinstance(record.args, tuple) and record.args:
            record.msg, record.args = f"{record.levelname} at {route}", ()
        return True
