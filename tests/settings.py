"""The settings of the portal, with what a test run must not share with a machine in use."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "a-secret-for-tests-only-" + "x" * 40)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{tempfile.gettempdir()}/citemetiers-tests.sqlite3")
os.environ.setdefault("CELERY_BROKER_FOLDER", tempfile.mkdtemp(prefix="citemetiers-broker-"))
os.environ["EMAIL_URL"] = "memorymail://"
os.environ["SMS_URL"] = "consoletext://"
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
# As easy as can be; the limits are lowered where they are the subject.
PORTAL_PROOF_TRIES = 2
PORTAL_BOOKINGS_A_PLACE = PORTAL_BOOKINGS_WITHOUT_PROOF = 100_000
PORTAL_ANSWERS_A_PLACE = PORTAL_ANSWERS_WITHOUT_PROOF = 100_000
PORTAL_DAY_HOURS = (0, 24)  # whatever the hour at which the tests run
PORTAL_SECOND_FACTOR_REQUIRED = False  # turned on where it is the subject
# A test database need not survive a power cut: no commit waits for the disk.
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
# A file, so that the processes of a race test can open the same database.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # On a busy machine fifty of them may wait long for one another.
    options = DATABASES["default"]["OPTIONS"]
    hasty = options["init_command"].replace("synchronous=NORMAL", "synchronous=OFF")
    DATABASES["default"]["OPTIONS"] = options | {"timeout": 300, "init_command": hasty}
    DATABASES["default"]["TEST"] = {"NAME": str(Path(tempfile.mkdtemp(prefix="citemetiers-db-")) / "test.sqlite3")}
# Each client of a test would list all static files anew: they are looked up when asked for, and are the same files.
WHITENOISE_AUTOREFRESH = True
