"""The portal in one process that is killed where a request says so. Run by test_entries_processes.py; prints its port.

``X-Die: write`` kills it in the middle of writing, ``X-Die: answer`` after everything is kept and before a byte of the
answer is sent.
"""

import os
import signal
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from django.core.wsgi import get_wsgi_application

portal = get_wsgi_application()

from django.db import connection


class Silent(WSGIRequestHandler):
    def log_message(self, *_said):
        """Says nothing."""


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def die_when_half_is_written(execute, sql, *rest):
    answer = execute(sql, *rest)
    if sql.startswith('INSERT INTO "visitors_contact" '):
        die()
    return answer


def mortal(environ, start_response):
    asked = environ.get("HTTP_X_DIE")
    if asked == "write":
        with connection.execute_wrapper(die_when_half_is_written):
            return portal(environ, start_response)
    answer = portal(environ, start_response)
    if asked == "answer":
        die()
    return answer


if __name__ == "__main__":
    with make_server("127.0.0.1", 0, mortal, handler_class=Silent) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()
