"""Who is at work while a page is answered."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from citemetiers.kernel.acting import acting


class ActorMiddleware:
    """Names the signed-in person as the author of what the page changes.

    The person is asked for only when something is written, so that a public page reads no session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting(lambda: request.user):
            return self.get_response(request)
