"""How the web server runs, wherever it is started from this folder."""

import gc
from typing import Any


def post_worker_init(_worker: Any) -> None:
    """What has been loaded by now stays for ever: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
