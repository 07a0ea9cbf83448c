"""The task queue. One definition for the embedded default and for production."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citemetiers.settings")

app = Celery("citemetiers")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
