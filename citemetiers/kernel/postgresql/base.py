"""A kept connection is looked at before each request. Django asks the server something; listening is enough."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own in everything else."""

    def is_usable(self) -> bool:
        """Whether the server still holds the line: one at rest has nothing to read but the news of its end."""
        if self.connection is None or self.connection.closed:
            return False
        line = select.poll()
        line.register(self.connection.fileno(), select.POLLIN)
        return not line.poll(0)
