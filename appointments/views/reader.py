"""What the public pages say to every reader alike: in their language, and when the address names nothing."""

from http import HTTPStatus

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appointments.views.wish import UnknownWishError
from citemetiers.kernel.errors import error_page
from sites.enums import Language


def language_of_reader() -> str:
    """The language of the page."""
    return get_language() or Language.FRENCH


def unknown_wish(error: UnknownWishError) -> HttpResponse:
    """The page for an address that names what does not exist, with a way to begin anew."""
    return error_page(
        HTTPStatus.NOT_FOUND,
        title=_("We could not find that"),
        text=str(error),
        link_url=reverse("appointments:book"),
        link_label=_("Book a moment"),
    )
