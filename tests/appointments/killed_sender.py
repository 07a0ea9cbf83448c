"""A worker that dies by SIGKILL while it sends. Run by test_processes.py."""

import datetime as dt
import os
import signal
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.core.mail import EmailMessage

from appointments.services import send_due_messages

if __name__ == "__main__":
    EmailMessage.send = lambda _message: os.kill(os.getpid(), signal.SIGKILL)
    send_due_messages(now=dt.datetime.fromisoformat(sys.argv[1]))
