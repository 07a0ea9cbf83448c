"""The settings of the portal, with what a test run must not share with a machine in use."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "a-secret-for-tests-only-" + "x" * 40)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{tempfile.gettempdir()}/citemetiers-tests.sqlite3")
os.environ.setdefault("CELERY_BROKER_FOLDER", tempfile.mkdtemp(prefix="citemetiers-broker-"))
os.environ["EMAIL_URL"] = "memorymail://"
os.environ["CACHE_URL"] = "locmemcache://"
os.environ["DEMO"] = "0"
os.environ["DEBUG"] = "0"

from citemetiers.settings import *  # noqa: F403,TID251
from citemetiers.settings import DATABASES  # noqa: TID251

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
ACCOUNT_RATE_LIMITS = False
# A file, so that the processes of a race test can open the same database.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(tempfile.mkdtemp(prefix="citemetiers-db-")) / "test.sqlite3")}
