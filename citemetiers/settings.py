"""Settings of every environment: the environment chooses, this file does not branch on a name."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from citemetiers.accounts.providers import read_providers
from citemetiers.environment import (
    BROKER_SCHEMES,
    DATABASE_SCHEMES,
    LOG_LEVELS,
    TEXT_SCHEMES,
    env,
    read,
    read_choice,
    read_flag,
    read_number,
    require_scheme,
)
from citemetiers.schedule import BEAT_SCHEDULE

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
# Keys that were used before: what they protected stays readable until `manage.py renew_second_factors` has run.
SECRET_KEY_FALLBACKS = read("SECRET_KEY_FALLBACKS", env.list, default=[], help_text="Earlier keys, with commas.")
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
# Against hoarding, without asking who one is (docs/adr). A try takes a telephone one or two milliseconds.
PORTAL_PROOF_TRIES = read_number("PORTAL_PROOF_TRIES", default=60, help_text="A whole number, 2 or more.", least=2)
PORTAL_BOOKINGS_A_PLACE = read_number("PORTAL_BOOKINGS_A_PLACE", default=60, help_text="A whole number.", least=1)
PORTAL_BOOKINGS_WITHOUT_PROOF = read_number("PORTAL_BOOKINGS_WITHOUT_PROOF", default=30, help_text="A whole number.")
# The same for the exit survey: forms of one internet address, and those of a network that come without a script.
PORTAL_ANSWERS_A_PLACE = read_number("PORTAL_ANSWERS_A_PLACE", default=60, help_text="A whole number.", least=1)
PORTAL_ANSWERS_WITHOUT_PROOF = read_number("PORTAL_ANSWERS_WITHOUT_PROOF", default=30, help_text="A whole number.")
# A moment that was given back returns after a while drawn between these minutes.
FREED_MINUTES = read(
    "PORTAL_FREED_MINUTES", env.list, cast=int, default=[2, 10], help_text="Least and most, such as 2,10."
)
PORTAL_FREED_MINUTES = sorted(minutes for minutes in FREED_MINUTES if minutes >= 0) or [0]
# From and until which hour, on the wall of the place, a telephone may ring where a network has decided nothing.
PORTAL_DAY_HOURS = (8, 21)
PORTAL_RETENTION_DAYS = read_number("PORTAL_RETENTION_DAYS", default=14, help_text="Whole days.")
PORTAL_CORRECTION_DAYS = read_number("PORTAL_CORRECTION_DAYS", default=7, help_text="Whole days.")
PORTAL_AUDIT_DAYS = read_number("PORTAL_AUDIT_DAYS", default=730, help_text="Whole days.", least=1)
AUDITLOG_DISABLE_REMOTE_ADDR = True  # who did it is known by the account, never by where they sat
AUDITLOG_STORE_JSON_CHANGES = True
AUDITLOG_DISABLE_ON_RAW_SAVE = True
PORTAL_INVITATION_DAYS = read_number("PORTAL_INVITATION_DAYS", default=7, help_text="Whole days.", least=1)
# The law asks who answers a complaint about accessibility; while empty the statement says “to be confirmed”.
PORTAL_ACCESSIBILITY_CONTACT = read("ACCESSIBILITY_CONTACT", env.str, default="", help_text="An e-mail address.")
PORTAL_ACCESSIBILITY_COMPLAINTS = read("ACCESSIBILITY_COMPLAINTS", env.str, default="", help_text="An e-mail address.")
# The accounts of the demo are shared: a second factor set up by one person would lock the others out.
PORTAL_SECOND_FACTOR_REQUIRED = read_flag("SECOND_FACTOR_REQUIRED", default=not DEMO)
PORTAL_OIDC_PROVIDERS = read_providers(
    read("OIDC_PROVIDERS", env.str, default="", help_text="A list in JSON. Example: .env.example")
)

# --- Applications --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "modeltranslation",  # before the admin
    "citemetiers.apps.ReferenceAdminConfig",
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
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rules",
    "auditlog",
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
    "citemetiers.audit.middleware.ActorMiddleware",
    "citemetiers.middleware.StaffOnlyMiddleware",
    "citemetiers.middleware.SecondFactorMiddleware",
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
    # Looks whether a kept connection still stands, without a statement more for each request.
    DATABASES["default"]["ENGINE"] = "citemetiers.kernel.postgresql"
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
    # How nearly alike a word of the catalogue is to a misspelt one. A turned pair of letters costs half the trigrams.
    DATABASES["default"]["OPTIONS"].setdefault("options", "-c pg_trgm.word_similarity_threshold=0.5")

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
ACCOUNT_ADAPTER = "citemetiers.accounts.adapters.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_FORMS = {"login": "citemetiers.accounts.forms.SignInForm"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # nobody signs up; the sign-in form follows these fields
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # the second factor is asked for all the same
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody can make the portal write to a stranger
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
MFA_ADAPTER = "citemetiers.accounts.adapters.StaffSecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "citemetiers.accounts.forms.AuthenticatorAppForm",
    "add_webauthn": "citemetiers.accounts.forms.PasskeyForm",
    "authenticate": "citemetiers.accounts.forms.CodeForm",
    "edit_webauthn": "citemetiers.accounts.forms.PasskeyNameForm",
    "reauthenticate": "citemetiers.accounts.forms.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Cité des métiers"
MFA_TOTP_TOLERANCE = 1  # telephones whose clock is half a minute off
MFA_ALLOW_UNVERIFIED_EMAIL = True  # coordinators give the addresses: nobody could have brought a false one
SOCIALACCOUNT_ADAPTER = "citemetiers.accounts.adapters.PartnerSignInAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": [provider.as_app() for provider in PORTAL_OIDC_PROVIDERS], "OAUTH_PKCE_ENABLED": True}
}
SOCIALACCOUNT_STORE_TOKENS = False
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
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
if CELERY_BROKER_URL.startswith("filesystem:"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(CELERY_BROKER_FOLDER / "queue"),
        "data_folder_out": str(CELERY_BROKER_FOLDER / "queue"),
        "control_folder": str(CELERY_BROKER_FOLDER / "control"),
        "processed_folder": str(CELERY_BROKER_FOLDER / "processed"),
    }
# --- Mail ----------------------------------------------------------------------------------------

EMAIL_CONFIG = read("EMAIL_URL", env.email_url, default="consolemail://", help_text="Example: smtp://host:25")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20  # a mail server that hangs must not stop the worker
DEFAULT_FROM_EMAIL = read("DEFAULT_FROM_EMAIL", env.str, default="portal@localhost", help_text="An e-mail address.")
# Mail that comes back goes to name+mark@host, whose mailbox feeds `manage.py read_bounce`.
MAIL_BOUNCE_ADDRESS = read("MAIL_BOUNCE_ADDRESS", env.str, default="", help_text="An e-mail address.")

# --- Text messages -------------------------------------------------------------------------------

# Without one nobody gets a text message: numbers and secret links must not end in the log of whoever forgot it.
SMS_URL = read("SMS_URL", env.str, default="", help_text="Example: https://host/path")
if SMS_URL:
    require_scheme("SMS_URL", SMS_URL, TEXT_SCHEMES)
SMS_TOKEN = read("SMS_TOKEN", env.str, default="", help_text="What the carrier gave you.")
# Texts to far countries are dear, and anybody may leave any number.
COUNTRIES = read("SMS_COUNTRIES", env.list, default=["BE", "FR", "LU", "NL", "DE"], help_text="Such as BE,FR.")
SMS_COUNTRIES = frozenset(country.strip().upper() for country in COUNTRIES)
# With it the carrier reports at /hooks/texts/ what did not arrive; without it that address does not exist.
SMS_HOOK_TOKEN = read("SMS_HOOK_TOKEN", env.str, default="", help_text="A long random text.")

# --- Static files --------------------------------------------------------------------------------

STATIC_URL = "/static/"
OWN_STATIC = {"BACKEND": "citemetiers.kernel.static_files.RememberedAddresses"}
STORAGES = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}, "staticfiles": OWN_STATIC}
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
        # Chromium follows this rule to where a form is redirected: the sign-in pages of partners.
        "form-action": [SELF, *sorted({origin for provider in PORTAL_OIDC_PROVIDERS for origin in provider.origins})],
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
