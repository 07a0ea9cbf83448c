"""The front door: settings, addresses, the home page and the task queue."""

from citemetiers.celery import app as celery_app

__all__ = ["celery_app"]
