"""The settings of the portal, with a counter at the driver: what the web workers of ``bench booking`` run with."""

from bench.counting import CountingCursor
from citemetiers.settings import *  # noqa: F403,TID251
from citemetiers.settings import DATABASES, MIDDLEWARE  # noqa: TID251

if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # Below Django: what it sends without telling anybody counts, too.
    DATABASES["default"]["OPTIONS"]["cursor_factory"] = CountingCursor
else:
    MIDDLEWARE = ["bench.counting.CountingMiddleware", *MIDDLEWARE]
# Each client comes from an address of its own, as the proxy in front says it.
TRUSTED_PROXY_COUNT = 1
