"""The one settings file.

Every value that a site may change is read through ``env.py`` from the environment (or ``.env``);
``.env.example`` lists them.  ``PROFILE=development`` needs nothing; ``PROFILE=production`` insists
on secrets and host names and assumes TLS in front.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from routingml_site import cluster, databases, env, logs, packages

django_stubs_ext.monkeypatch()  # so that ModelAdmin[User] and its like mean something at run time

BASE_DIR = Path(__file__).resolve().parent.parent
env.load_file(Path(os.environ.get("ENV_FILE") or BASE_DIR / ".env"))

PROFILE = env.choice("PROFILE", ("development", "production"), "development")
PRODUCTION = PROFILE == "production"
DEBUG = env.flag("DEBUG", default=False)
BRAND = "RoutingML"
VERSION = "0.1.0"

# Where things are kept ----------------------------------------------------------------------------
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "var")
MODELS_STORE = env.path("MODELS_STORE", BASE_DIR / "models_store")
DATABASES = {
    "default": databases.database(
        env.text("DATABASE_URL", f"sqlite:///{(DATA_DIR / 'app.sqlite3').as_posix()}"), BASE_DIR
    )
}
ERP_URL = env.text("ERP_URL", f"sqlite:///{(DATA_DIR / 'erp.sqlite3').as_posix()}")
VECTORS_URL = env.text("VECTORS_URL", "")
DASK_SCHEDULER = env.text("DASK_SCHEDULER", "")
ERP_TIMEOUT_SECONDS = env.integer("ERP_TIMEOUT_SECONDS", 30, least=1)  # for a connection
ERP_QUERY_SECONDS = env.integer("ERP_QUERY_SECONDS", 600, least=1)  # for an answer
STAGING_URL = env.optional_secret("STAGING_URL")  # where approved routings may be inserted

# Secrets: given in production, made once in development -------------------------------------------
SECRET_KEY = env.secret("SECRET_KEY", generated=None if PRODUCTION else DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = env.items("SECRET_KEY_FALLBACKS")
"""Keys of before: the audit log is still verified with them, nothing new is signed."""
MODEL_SIGNING_KEY = env.secret(
    "MODEL_SIGNING_KEY", generated=None if PRODUCTION else DATA_DIR / "model_signing_key"
).encode()

# Predictions --------------------------------------------------------------------------------------
PREDICTION_CACHE_SIZE = env.integer("PREDICTION_CACHE_SIZE", 1000)
PREDICTION_CACHE_SECONDS = env.integer("PREDICTION_CACHE_SECONDS", 3600)
PREDICTION_MAX_ITEMS = env.integer("PREDICTION_MAX_ITEMS", 1000, least=1)
"""Most items of one request; files go through ``predict`` in batches."""
PREDICTION_BATCH_MAX_ITEMS = env.integer("PREDICTION_BATCH_MAX_ITEMS", 500_000, least=1)
UPLOAD_MAX_UNPACKED_BYTES = env.integer("UPLOAD_MAX_UNPACKED_BYTES", 500_000_000, least=1)
"""What an uploaded workbook or packed file may become."""
PREDICTION_MAX_TEXT = env.integer("PREDICTION_MAX_TEXT", 20_000, least=100)
"""Most characters of one attribute of an item."""

# Application --------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "routingml_site",
    "quality",
    "training",
    "prediction",
    "registry",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_q",
]
MIDDLEWARE = [
    "routingml_site.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "routingml_site.security.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "routingml_site.security.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "routingml_site.security.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "routingml_site.security.AccessMiddleware",
]
ROOT_URLCONF = "routingml_site.urls"
WSGI_APPLICATION = "routingml_site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "routingml_site.context_processors.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# Language and time --------------------------------------------------------------------------------
LANGUAGES = [("en", _("English")), ("ko", _("Korean"))]
LANGUAGE_CODE = env.choice("LANGUAGE_CODE", ("en", "ko"), "en")
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.time_zone("TIME_ZONE", "Asia/Seoul")
USE_TZ = True

# Files served -------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "staticfiles") if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "static", ("plotly", packages.folder_of("plotly", "package_data"))]
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = not PRODUCTION  # development needs no collectstatic
STATICFILES_STORAGE = (
    "whitenoise.storage.ManifestStaticFilesStorage"
    if PRODUCTION
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATICFILES_STORAGE},
}
MEDIA_ROOT = DATA_DIR / "uploads"
MAX_REQUEST_BYTES = env.integer("MAX_REQUEST_BYTES", 10 * 1024 * 1024, least=1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_REQUEST_BYTES
DATA_UPLOAD_MAX_NUMBER_FILES = 10
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Accounts -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
_VALIDATORS = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": _VALIDATORS + "UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": _VALIDATORS + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": _VALIDATORS + "CommonPasswordValidator"},
    {"NAME": _VALIDATORS + "NumericPasswordValidator"},
    {
        "NAME": "accounts.validators.ContextWordsValidator",
        "OPTIONS": {"words": (BRAND, "routing ml", *env.items("PASSWORD_WORDS"))},
    },
]
SIGN_IN_DAYS = env.integer("SIGN_IN_DAYS", 14, least=1)
"""Absolute lifetime of a sign-in, however often it is refreshed."""
SIGN_IN_IDLE = timedelta(hours=env.integer("SIGN_IN_IDLE_HOURS", 12, least=1))
"""A sign-in that nobody uses for so long is over."""
MAX_SIGN_INS = env.integer("MAX_SIGN_INS", 10)
"""Most sign-ins a person has at once: the oldest end.  0 is no limit."""
LOCKOUT_TRIES = env.integer("LOCKOUT_TRIES", 10, least=1)
LOCKOUT_ADDRESS_TRIES = env.integer("LOCKOUT_ADDRESS_TRIES", 50, least=1)
LOCKOUT_MINUTES = env.integer("LOCKOUT_MINUTES", 15, least=1)
"""Wrong passwords in so many minutes, for one account and from one network address."""
SIGNUPS_PER_HOUR = env.integer("SIGNUPS_PER_HOUR", 20, least=1)
"""Requests for an account from one network address."""
HEAVY_PER_MINUTE = env.integer("HEAVY_PER_MINUTE", 300, least=1)
"""Predictions, exports and the like that one person may ask for in a minute."""
REFUSALS_LOGGED_PER_HOUR = 100
"""Refused requests of one person or network address that the audit log takes."""
REQUIRE_SECOND_FACTOR = env.items("REQUIRE_SECOND_FACTOR")
"""Roles to which nothing opens before they have set up an authenticator app; others may."""
ONE_TIME_PASSWORD_HOURS = env.integer("ONE_TIME_PASSWORD_HOURS", 72, least=1)
ACCESS_TOKEN_LIFETIME = timedelta(minutes=env.integer("ACCESS_TOKEN_MINUTES", 15, least=1))
REFRESH_TOKEN_LIFETIME = timedelta(days=env.integer("REFRESH_TOKEN_DAYS", 7, least=1))
TOKEN_SIGNING_KEY = salted_hmac(
    "accounts.tokens", "jwt", SECRET_KEY, algorithm="sha256"
).hexdigest()
"""Derived, so that a token can never be mistaken for anything else that SECRET_KEY signs."""

# E-mail: none is sent unless a server is named ----------------------------------------------------
EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.integer("EMAIL_PORT", 587, least=1)
EMAIL_HOST_USER = env.text("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.optional_secret("EMAIL_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_TLS", default=True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "routingml@localhost")

# Notices: told where an address is given; which events is a setting of the Settings page ----------
SLACK_WEBHOOK_URL = env.optional_secret("SLACK_WEBHOOK_URL")
TEAMS_WEBHOOK_URL = env.optional_secret("TEAMS_WEBHOOK_URL")
NOTICE_EMAILS = env.items("NOTICE_EMAILS")
NOTICE_TIMEOUT_SECONDS = env.integer("NOTICE_TIMEOUT_SECONDS", 5, least=1)

# Security -----------------------------------------------------------------------------------------
ALLOWED_HOSTS = env.items(
    "ALLOWED_HOSTS", () if PRODUCTION else ("localhost", "127.0.0.1", "[::1]")
)
BEHIND_TLS = env.flag("BEHIND_TLS", default=PRODUCTION)
TRUSTED_PROXY = env.text("TRUSTED_PROXY", "127.0.0.1" if BEHIND_TLS else "")
"""Whose word about scheme and client address ``serve`` takes: an address, or nobody's."""
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")
SESSION_COOKIE_AGE = SIGN_IN_DAYS * 86_400
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = BEHIND_TLS
LANGUAGE_COOKIE_SAMESITE = "Lax"
if BEHIND_TLS:  # the browser itself then refuses these cookies from anywhere but this host
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 365 * 86_400) if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_REDIRECT_EXEMPT = [r"^api/health"]
CSRF_FAILURE_VIEW = "routingml_site.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# API ----------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["routingml_site.access.AllowedByTable"],
    "DEFAULT_THROTTLE_CLASSES": ["routingml_site.access.HeavyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "routingml_site.openapi.Schema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "routingml_site.errors.api_error",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": BRAND,
    "DESCRIPTION": "Proposes a manufacturing routing for an item that has none yet.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["accounts.permissions.IsSignedIn"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "RoleEnum": "accounts.models.Role",
        "SignupStateEnum": "accounts.models.SignupState",
        "VersionStateEnum": "registry.models.versions.VersionState",
        "CycleStateEnum": "quality.models.cycles.CycleState",
        "DraftStateEnum": "prediction.models.drafts.DraftState",
        "TableFormatEnum": "prediction.core.writers.FORMATS",
        "FileKindEnum": "prediction.core.draft_files.FORMATS",
    },
}

# Queue, cache, logs -------------------------------------------------------------------------------
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
Q_CLUSTER = cluster.queue_settings(
    workers=env.integer("QUEUE_WORKERS", 1 if SQLITE else 2, least=1),
    broker_url=env.text("BROKER_URL", ""),
    synchronous=env.flag("QUEUE_SYNCHRONOUS", default=False),
)
JOB_HANDLERS = {
    "train": "training.tasks.train",
    "predict_batch": "prediction.tasks.predict_batch",
    "export_batch": "prediction.tasks.export_batch",
    "quality_cycle": "quality.tasks.run_cycle",
}
"""Kind of job to the dotted path of its handler; ``registry.tasks.run_job`` looks it up."""
JOB_FOLLOWERS = {
    "train": "training.tasks.training_ended",
    "quality_cycle": "quality.tasks.cycle_ended",
}
"""Kind of job to what is called when one has ended, however it ended."""
SERVE_THREADS = env.integer("SERVE_THREADS", 4, least=1)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DISK_LEAST_FREE_MB = env.integer("DISK_LEAST_FREE_MB", 500)
LOGGING = logs.logging_settings(
    level=env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"),
    style=env.choice("LOG_STYLE", ("json", "text"), "json" if PRODUCTION else "text"),
)
