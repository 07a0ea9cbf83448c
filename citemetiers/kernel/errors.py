"""The family of errors that a person may read, and the page that tells them."""

from django.http import HttpResponse
from django.template.loader import render_to_string


class DomainError(Exception):
    """A rule was broken. Its text is translated and fit to show; nothing was written."""


def error_page(status: int, *, title: str, text: str, link_url: str = "", link_label: str = "") -> HttpResponse:
    """One clear sentence, and the way on or home. Rendered without the request: no session, no user, no query."""
    context = {"title": title, "text": text, "status": status, "link_url": link_url, "link_label": link_label}
    page = render_to_string("error.html", context)
    return HttpResponse(page, status=status)
