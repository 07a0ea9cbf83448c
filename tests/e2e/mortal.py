"""The settings of a server that can be made to die between writing and answering."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest, HttpResponse

from tests.settings import *  # noqa: F403
from tests.settings import MIDDLEWARE

MIDDLEWARE = ["tests.e2e.mortal.DiesBeforeAnswering", *MIDDLEWARE]


class DiesBeforeAnswering:
    """Kills the whole server once what was sent is written, as often as the file asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.wish = Path(os.environ["MORTAL_WISH"])

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "PUT" and b'"kept": true' in response.content and self.wish.exists():
            self.wish.unlink()
            os.killpg(os.getpgrp(), signal.SIGKILL)
        return response
