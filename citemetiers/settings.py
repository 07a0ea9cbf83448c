"""Settings of every environment: the environment chooses, this file does not branch on a name."""

from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from citemetiers.environment import (
    BROKER_SCHEMES,
    DATABASE_SCHEMES,
    LOG_LEVELS,
    env,
    read,
    read_choice,
    read_flag,
    read_number,
    require_scheme,
)

BASE_DIR = Path(__file__).resolve().parent.parent

SHORTEST_SECRET = 32
KEY_HELP = (
    "Give a long random text, or a file in SECRET_KEY_FILE. "
    "(The embedded demo makes its own where DATABASE_URL is not set.)"
)
# --- The environment, read once ------------------------------------------------------------------

DEBUG = read_flag("DEBUG")
DEMO = read_flag("DEMO")
SECRET_KEY = read("SECRET_KEY", env.str, help_text=KEY_HELP)
DATABASE_URL = read("DATABASE_URL", env.str, help_text="Example: postgres://user@host/name or sqlite:///file.sqlite3")
require_scheme("DATABASE_URL", DATABASE_URL, DATABASE_SCHEMES)
CELERY_BROKER_URL = read(
    "CELERY_BROKER_URL", env.str, default="filesystem://", help_text="Example: redis://host:6379/0"
)
require_scheme("CELERY_BROKER_URL", CELERY_BROKER_URL, BROKER_SCHEMES)
CELERY_BROKER_FOLDER = Path(
    read("CELERY_BROKER_FOLDER", env.str, default=str(BASE_DIR / ".demo" / "broker"), help_text="A folder.")
)
PORTAL_BASE_URL = read(
    "PORTAL_BASE_URL", env.str, default="http://localhost:8000", help_text="Example: https://portal.example.org"
).rstrip("/")
require_scheme("PORTAL_BASE_URL", PORTAL_BASE_URL, ("http", "https"))
TRUSTED_PROXY_COUNT = read_number("TRUSTED_PROXY_COUNT", default=0, help_text="Use a whole number, 0 or more.")
REMINDER_HOURS = read(
    "PORTAL_REMINDER_HOURS", env.list, cast=int, default=[48, 3], help_text="Whole hours before, such as 48,3."
)
PORTAL_REMINDER_HOURS = sorted({hours for hours in REMINDER_HOURS if hours > 0}, reverse=True)
# In the demo one more reminder leaves this soon after a booking, so that a person can see beat at work.
PORTAL_DEMO_REMINDER_SECONDS = 60 if DEMO else 0
PORTAL_RETENTION_DAYS = read_number("PORTAL_RETENTION_DAYS", default=14, help_text="Whole days.")
PORTAL_CORRECTION_DAYS = read_number("PORTAL_CORRECTION_DAYS", default=7, help_text="Whole days.")

# --- Applications --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "modeltranslation",  # before the admin
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "rules.apps.AutodiscoverRulesConfig",
    "template_partials",
    "django_htmx",
    "csp",
    "phonenumber_field",
    "citemetiers.apps.PortalConfig",
    "sites.apps.SitesConfig",
    "visitors.apps.VisitorsConfig",
    "activities.apps.ActivitiesConfig",
    "appointments.apps.AppointmentsConfig",
    "reporting.apps.ReportingConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "citemetiers.middleware.StaffOnlyMiddleware",
    "citemetiers.middleware.StaffLanguageMiddleware",
    "citemetiers.middleware.MethodRefusedMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "citemetiers.urls"
WSGI_APPLICATION = "citemetiers.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Templates and forms -------------------------------------------------------------------------

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "citemetiers.context.portal",
            ],
            "builtins": [
                "citemetiers.kernel.components",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
            ],
        },
    },
]
FORM_RENDERER = "citemetiers.kernel.forms.PortalFormRenderer"

# --- Database and cache --------------------------------------------------------------------------

SQLITE_OPTIONS = {
    # IMMEDIATE: writers wait their turn from the start, instead of failing half-way (docs/adr/0003).
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
}
DATABASES = {"default": read("DATABASE_URL", env.db, help_text="Example: postgres://user@host/name")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)

CACHES = {"default": read("CACHE_URL", env.cache_url, default="locmemcache://", help_text="Example: redis://host/1")}

# --- People who sign in --------------------------------------------------------------------------

AUTH_USER_MODEL = "sites.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "staff-home"
ACCOUNT_ADAPTER = "citemetiers.accounts.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # nobody signs up; the sign-in form follows these fields
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

# --- Languages and time --------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("nl", "Nederlands"), ("de", "Deutsch"), ("en", "English")]
FORMAT_MODULE_PATH = ["citemetiers.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
MODELTRANSLATION_LANGUAGES = ("fr", "nl", "de", "en")
MODELTRANSLATION_DEFAULT_LANGUAGE = "fr"
MODELTRANSLATION_FALLBACK_LANGUAGES = {"default": ("fr", "en", "nl", "de")}
TIME_ZONE = "Europe/Brussels"
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "BE"

# --- Tasks ---------------------------------------------------------------------------------------

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
if CELERY_BROKER_URL.startswith("filesystem:"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(CELERY_BROKER_FOLDER / "queue"),
        "data_folder_out": str(CELERY_BROKER_FOLDER / "queue"),
        "control_folder": str(CELERY_BROKER_FOLDER / "control"),
        "processed_folder": str(CELERY_BROKER_FOLDER / "processed"),
    }
CELERY_BEAT_SCHEDULE = {
    "send-due-messages": {
        "task": "appointments.tasks.send_due_messages",
        "schedule": 15.0,
        "options": {"expires": 15.0},  # a worker that was away must not find a day of ticks
    },
    "extend-rota": {"task": "appointments.tasks.extend_rota", "schedule": crontab(hour="2", minute="10")},
    "scrub-past-appointments": {
        "task": "appointments.tasks.scrub_past_appointments",
        "schedule": crontab(hour="3", minute="0"),
    },
    "erase-expired-visitors": {
        "task": "visitors.tasks.erase_expired_visitors",
        "schedule": crontab(hour="3", minute="10"),
    },
    "purge-contact-authors": {
        "task": "visitors.tasks.purge_contact_authors",
        "schedule": crontab(hour="3", minute="20"),
    },
}

# --- Mail ----------------------------------------------------------------------------------------

EMAIL_CONFIG = read("EMAIL_URL", env.email_url, default="consolemail://", help_text="Example: smtp://host:25")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20  # a mail server that hangs must not stop the worker
DEFAULT_FROM_EMAIL = read("DEFAULT_FROM_EMAIL", env.str, default="portal@localhost", help_text="An e-mail address.")

# --- Static files --------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# The demo and the tests serve straight from the finders; an image build runs collectstatic into STATIC_ROOT.
STATIC_ROOT = read("STATIC_ROOT", env.str, default=None, help_text="A folder.")
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
WHITENOISE_AUTOREFRESH = DEBUG

# --- Protection ----------------------------------------------------------------------------------

ALLOWED_HOSTS = read("ALLOWED_HOSTS", env.list, default=["localhost"], help_text="Host names, with commas.")
CSRF_TRUSTED_ORIGINS = [PORTAL_BASE_URL]
CSRF_FAILURE_VIEW = "citemetiers.errors.csrf_failure"
IS_HTTPS = PORTAL_BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = False  # the proxy in front does it
SECURE_HSTS_SECONDS = 31536000 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"  # a secret link never travels to another site
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- Logs: request lines stay out, they would hold secret links ----------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"hide_addresses": {"()": "citemetiers.logs.HideAddresses"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": read_choice("LOG_LEVEL", LOG_LEVELS, default="WARNING")},
    "loggers": {
        "django.request": {"filters": ["hide_addresses"], "level": "ERROR"},
        "django.security": {"filters": ["hide_addresses"], "level": "ERROR"},
        "django.server": {"level": "CRITICAL"},
    },
}

if len(SECRET_KEY) < SHORTEST_SECRET:
    raise ImproperlyConfigured(f"SECRET_KEY is too short. Give at least {SHORTEST_SECRET} random characters.")
