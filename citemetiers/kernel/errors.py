"""The family of errors that a person may read, and the page that tells them."""

from django.http import HttpResponse
from django.template.loader import render_to_string


class DomainError(Exception):
    """A rule was broken. Its text is translated and fit to show; nothing was written."""


def error_page(status: int, *, title: str, text: str) -> HttpResponse:
    """One clear sentence and the way home. Rendered without the request: no session, no user, no query."""
    page = render_to_string("error.html", {"title": title, "text": text, "status": status})
    return HttpResponse(page, status=status)
