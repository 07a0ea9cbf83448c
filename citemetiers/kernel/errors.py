"""The family of errors that a person may read."""


class DomainError(Exception):
    """A rule was broken. Its text is translated and fit to show; nothing was written."""
