"""Carriers that write one line a message, which names it, to the file in SINK. A line comes whole or not at all."""

import os

from django.core.mail.backends.base import BaseEmailBackend


def write(name):
    handle = os.open(os.environ["SINK"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, f"{name}\n".encode())
    os.close(handle)


class SinkMail(BaseEmailBackend):
    def send_messages(self, mails):
        for mail in mails:
            write(mail.extra_headers["X-Portal-Message"])
        return len(mails)


class SinkTexts:
    def send(self, *, number, text, key):
        write(key)
        return key
