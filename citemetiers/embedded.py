"""The embedded default: what the environment holds when nobody has set one.

Everything lies in one folder (``DEMO_DIR``): database, broker, mail, secret. Production sets
its own environment and never reads this module.
"""

import os
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def folder() -> Path:
    """The folder of the embedded default; made if it is missing, readable by its owner only."""
    path = Path(os.environ.get("DEMO_DIR") or ROOT / ".demo").expanduser().resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def port() -> str:
    """Where the demo listens, as it was given: PORT, or 8000."""
    return os.environ.get("PORT") or "8000"


def apply_defaults() -> None:
    """Complete the environment for a machine without servers, unless DATABASE_URL names one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citemetiers.settings")
    if os.environ.get("DATABASE_URL") or os.environ.get("SECRET_KEY") or os.environ.get("SECRET_KEY_FILE"):
        return
    home = folder()
    defaults = {
        "DEMO": "1",
        "DEMO_DIR": str(home),
        "SECRET_KEY_FILE": str(_secret_file(home)),
        "DATABASE_URL": f"sqlite:///{home / 'portal.sqlite3'}",
        "CELERY_BROKER_URL": "filesystem://localhost/",
        "CELERY_BROKER_FOLDER": str(home / "broker"),
        "CACHE_URL": "dbcache://portal_cache?timeout=3600",
        "EMAIL_URL": f"filemail:///{home / 'mail'}",
        "SMS_URL": f"filetext://{home / 'texts'}",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "PORTAL_BASE_URL": f"http://localhost:{port()}",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def _secret_file(home: Path) -> Path:
    path = home / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path
