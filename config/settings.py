"""Settings, one module for every environment.

| variable            | default                        | meaning                                                    |
|---------------------|--------------------------------|------------------------------------------------------------|
| FABRIQUES_ENV       | development                    | development, test or production                            |
| DATABASE_URL        | SQLite file in VAR_DIR         | PostgreSQL is the reference; production refuses SQLite     |
| REDIS_URL           | none                           | broker, cache; else filesystem broker, cache in process    |
| DJANGO_SECRET_KEY   | a development key              | production refuses the default                             |
| DJANGO_DEBUG        | 0                              | production refuses 1                                       |
| ALLOWED_HOSTS       | localhost,127.0.0.1,[::1]      | comma separated                                            |
| PUBLIC_URL          | http://localhost:8000          | address printed in letters and mails                       |
| VAR_DIR             | ./var                          | SQLite file, broker, uploads, collected static files       |
| STATIC_ROOT         | VAR_DIR/static                 | collected static files, elsewhere than the data            |
| DEMO                | 0                              | 1: open outbox page and demonstration banner               |
| EMAIL_HOST          | none: mail goes to the console | SMTP server                                                |
| EMAIL_PORT          | 25                             | its port                                                   |
| EMAIL_HOST_USER     | none                           | its account                                                |
| EMAIL_HOST_PASSWORD | none                           | and password                                               |
| EMAIL_USE_TLS       | 0                              | 1: STARTTLS                                                |
| DEFAULT_FROM_EMAIL  | equipe@fabriques.example       | sender of the mail                                         |
| S3_BUCKET           | none: this machine             | letters and received files go to this bucket               |
| S3_ENDPOINT         | AWS                            | address of the provider, https://…                         |
| S3_REGION           | none                           | its region                                                 |
| S3_ACCESS_KEY       | what boto3 finds               | key that may put, get and delete in the bucket             |
| S3_SECRET_KEY       | what boto3 finds               | and its secret                                             |
| S3_PREFIX           | none                           | folder of the bucket                                       |
| S3_PATH_STYLE       | 1                              | 0: the bucket is a part of the host name                   |
| S3_CONDITIONAL      | 1                              | 0: the provider does not know If-None-Match                |
| CLAMD_URL           | off: no antivirus, pages say so| antivirus: unix:///run/clamav/clamd.ctl or tcp://host:3310 |
| SEAL_KEY            | none: production refuses       | key and certificate of the seal: a PEM or PKCS#12 file     |
| SEAL_KEY_PASSWORD   | none                           | password of that file                                      |
| SEAL_PKCS11_MODULE  | none                           | library of a PKCS#11 token that holds the key instead      |
| SEAL_PKCS11_TOKEN   | the first token                | label of the token                                         |
| SEAL_PKCS11_LABEL   | none                           | label of the key and of its certificate in the token       |
| SEAL_PKCS11_PIN     | none                           | its PIN                                                    |
| SEAL_TSA_URL        | none                           | time-stamp authority (RFC 3161)                            |
| SEAL_BY_HAND        | 0                              | 1, without a key: letters are printed, signed and scanned  |
| SECURE_COOKIES      | 1 in production, else 0        | HTTPS only: cookies, redirect, HSTS                        |
| LOG_LEVEL           | INFO                           | level of the root logger                                   |

The web server (`gunicorn.conf.py`) also reads HOST, PORT, WEB_WORKERS and WEB_THREADS.
"""

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
DEFAULT_SECRET_KEY = "insecure-development-key-never-in-production"


def flag(name, default="0"):
    return os.environ.get(name, default).lower() in {"1", "true", "yes"}


ENVIRONMENT = os.environ.get("FABRIQUES_ENV") or "development"
if ENVIRONMENT not in {"development", "test", "production"}:
    raise ImproperlyConfigured(f"FABRIQUES_ENV={ENVIRONMENT} : choisissez development, test ou production.")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = flag("DJANGO_DEBUG")
DEMO = flag("DEMO")
SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", DEFAULT_SECRET_KEY)
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://localhost:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))

INSTALLED_APPS = [
    "portal",
    "monitoring",
    "selection",
    "funding",
    "applications",
    "programme",
    "documents",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "config.apps.SiteStaticFilesConfig",
    "allauth",
    "allauth.account",
    "django_htmx",
    "widget_tweaks",
    "dsfr",
    "rules",
    "csp",
]

MIDDLEWARE = [
    "accounts.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.IdempotencyMiddleware",
    "accounts.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
LOADERS = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": LOADERS if DEBUG else [("django.template.loaders.cached.Loader", LOADERS)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.context_processors.identity",
            ],
            "builtins": [
                "accounts.templatetags.guard",
                "accounts.templatetags.french",
                "accounts.templatetags.components",
            ],
        },
    },
]

# SQLite: IMMEDIATE takes the write lock at BEGIN (no "database is locked" in the middle), recursive_triggers makes
# INSERT OR REPLACE fire the DELETE triggers that protect the ledger.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
}
DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'fabriques.sqlite3'}",
        # Long enough for the plans that a connection keeps (monitoring.prepared) to serve.
        conn_max_age=600,
        # A database that came back finds no request on a connection that died with it.
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    # Questions of a few milliseconds: compiling them (50 ms) or sharing them between processes costs more than both.
    # A statement that is prepared (those of the ledger, those of the triggers) is planned once a connection.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
        "options", "-c jit=off -c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_generic_plan"
    )
    # For the cursors of `accounts.statements`: after so many uses of a connection.
    DATABASES["default"]["OPTIONS"].setdefault("prepare_threshold", 3)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    CELERY_BROKER_URL = REDIS_URL
    # A dead broker must not hold a web request: the row is the outbox, the message only a hint.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "max_retries": 0,
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    BROKER_DIR = VAR_DIR / "broker"
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,
    }
    for folder in ("queue", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Europe/Paris"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "sweep-documents": {"task": "documents.sweep", "schedule": 20.0},
    "ask-missing-documents": {"task": "documents.ask_missing", "schedule": 60.0},
    "sweep-scans": {"task": "documents.sweep_scans", "schedule": 20.0},
    "sweep-notifications": {"task": "documents.sweep_notifications", "schedule": 1800.0},
    "sweep-previews": {"task": "documents.sweep_previews", "schedule": 20.0},
    "sweep-mail": {"task": "accounts.sweep_mail", "schedule": 20.0},
    "sweep-clocks": {"task": "applications.sweep_clocks", "schedule": 300.0},
    "sweep-reviews": {"task": "applications.sweep_reviews", "schedule": 300.0},
    "sweep-after": {"task": "selection.sweep_after", "schedule": 60.0},
    "sweep-jobs": {"task": "accounts.sweep_jobs", "schedule": 20.0},
    "forget-old-keys": {"task": "accounts.forget_old_keys", "schedule": 24 * 3600.0},
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "accounts.backends.SignInBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupDetailsForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "signup": "60/m/ip",
    "reset_password": "20/m/ip,5/m/key",
    "confirm_email": "3/m/key",
}
SESSION_COOKIE_AGE = 12 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("STATIC_ROOT") or VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
S3_BUCKET = os.environ.get("S3_BUCKET", "")
# Without a bucket the bytes of letters are in the database, saved with the rows that they prove.
LETTERS_STORE = "files" if S3_BUCKET else "database"
STORAGES: dict[str, dict[str, object]] = {
    "default": {
        "BACKEND": "documents.object_store.ObjectStore",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": os.environ.get("S3_ENDPOINT") or None,
            "region_name": os.environ.get("S3_REGION") or None,
            "access_key": os.environ.get("S3_ACCESS_KEY") or None,
            "secret_key": os.environ.get("S3_SECRET_KEY") or None,
            "location": os.environ.get("S3_PREFIX", ""),
            "path_style": flag("S3_PATH_STYLE", "1"),
            "conditional": flag("S3_CONDITIONAL", "1"),
        },
    }
    if S3_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "config.static.StaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}
# A thousand icons of 500 bytes: compressing them costs more than it saves.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("svg", "png", "jpg", "ico", "woff", "woff2", "gz", "br", "txt")
# The packaged integrity hashes describe files that the manifest storage rewrites.
DSFR_USE_INTEGRITY_CHECKSUMS = False
MEDIA_ROOT = VAR_DIR / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
# A file beyond the limit is cut on arrival: the rest of its bytes never reach the disk.
FILE_UPLOAD_HANDLERS = [
    "config.handlers.CutAtLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
CLAMD_URL = os.environ.get("CLAMD_URL", "").removeprefix("off")
CLAMD_TIMEOUT = 30
# Without a key, letters wait in production; elsewhere a self-signed one is made in VAR_DIR and says so.
SEAL = {
    "BY_HAND": flag("SEAL_BY_HAND"),
    **{
        name: os.environ.get(f"SEAL_{name}", "")
        for name in (
            "KEY",
            "KEY_PASSWORD",
            "PKCS11_MODULE",
            "PKCS11_TOKEN",
            "PKCS11_LABEL",
            "PKCS11_PIN",
            "TSA_URL",
        )
    },
}

DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "Fabriques des territoires <equipe@fabriques.example>")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10

SECURE_COOKIES = flag("SECURE_COOKIES", "1" if PRODUCTION else "0")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SECURE_COOKIES
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REDIRECT_EXEMPT = [r"^sante/$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_COOKIES
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "SAMEORIGIN"
# Letters are shown in a frame of our own pages (W019); joining the browsers' HSTS list is the host's choice (W021).
SILENCED_SYSTEM_CHECKS = ["security.W019", "security.W021"]
CSRF_FAILURE_VIEW = "accounts.views.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "object-src": [NONE],
        "frame-src": [SELF],
        "frame-ancestors": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "accounts.request_id.RequestIdFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    # Each letter would print twenty lines.
    "loggers": {name: {"level": "WARNING"} for name in ("weasyprint", "fontTools", "pikepdf", "PIL")},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
}


def refuse_unsafe_production():
    """Stop a production start that would be unsafe, in words.

    Raises:
        ImproperlyConfigured: names the variable of the environment and what it must be.
    """
    refusals = {
        "DJANGO_DEBUG=1 est refusé en production.": DEBUG,
        "DJANGO_SECRET_KEY doit être une clé à vous, de 50 caractères ou plus.": SECRET_KEY == DEFAULT_SECRET_KEY
        or len(SECRET_KEY) < 50,
        "DATABASE_URL doit désigner une base PostgreSQL.": not DATABASES["default"]["ENGINE"].endswith("postgresql"),
        "REDIS_URL doit désigner un serveur Redis.": not REDIS_URL,
        "ALLOWED_HOSTS doit nommer les domaines du site.": not os.environ.get("ALLOWED_HOSTS") or "*" in ALLOWED_HOSTS,
        "DEMO=1 ouvre la boîte d’envoi à tous : refusé en production.": DEMO,
    }
    for sentence, unsafe in refusals.items():
        if unsafe:
            raise ImproperlyConfigured(sentence)


if PRODUCTION:
    refuse_unsafe_production()
