"""The task queue. One definition for the embedded default and for production."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["filesystem"] = "citemetiers.file_broker:Transport"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citemetiers.settings")

app = Celery("citemetiers")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
