"""Every setting, read from the environment. docs/operator.md lists what an operator may set."""

import os
import zoneinfo
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from config.environment import database, env, env_bool, env_int, github, local_secret, mailer
from config.languages import languages
from config.logs import structured

# The zone data comes from the pinned tzdata package, never from the system, here and in every child process.
os.environ["PYTHONTZPATH"] = ""
zoneinfo.reset_tzpath(to=())

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env_bool("DEBUG", "false")
SECRET_KEY = env("SECRET_KEY") or local_secret(BASE_DIR / "var" / "secret_key")

BASE_URL = env("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = [BASE_URL.split("://", 1)[-1].rsplit(":", 1)[0].split("/", 1)[0], "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "people",
    "paths",
    "engine",
    "config.apps.RampartAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "anymail",
    "django_q",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.logs.RequestLog",
    "engine.pages.doors.AddressKeptSecret",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

DATABASES = {"default": database(env("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'var' / 'rampart.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who signs in, and how

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["config.access.GroupBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "config.access.ClosedSignup"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")

# Languages and time

TIME_ZONE = env("TIME_ZONE", "Europe/Berlin")
USE_TZ = True
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGES = languages(*LOCALE_PATHS)
FORMAT_MODULE_PATH = "config.formats"
CLOCK_OFFSET = timedelta(seconds=env_int("CLOCK_OFFSET", 0))
if CLOCK_OFFSET and not DEBUG:
    raise ImproperlyConfigured("CLOCK_OFFSET moves a demo in time; it needs DEBUG=true.")

# Files

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True

# The browser: nothing inline, nothing from another host

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "frame-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.SELF],
    "base-uri": [CSP.NONE],
}
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS", 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("BEHIND_PROXY", "false") else None

# Mail

MAILERS = {"default": mailer(env("EMAIL_URL", "console:"))}
DEFAULT_FROM_EMAIL = env("FROM_EMAIL", "Rampart <rampart@localhost>")
REPLY_TO = env("REPLY_TO")
MAIL_DOMAIN = DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].rstrip("> ")
ANYMAIL = {"WEBHOOK_SECRET": env("BOUNCE_WEBHOOK_SECRET") or None}
for _name in ("MAILGUN_WEBHOOK_SIGNING_KEY", "POSTMARK_WEBHOOK_PASSWORD", "RESEND_SIGNING_SECRET"):
    if env(_name):
        ANYMAIL[_name] = env(_name)

# The worker: one tick a minute; why each number is what it is stands in docs/operator.md.

Q_CLUSTER = {
    "name": "rampart",
    "orm": "default",
    "workers": 2,
    "queue_limit": 2,
    "bulk": 1,
    "timeout": 60,
    "retry": 600,
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": -1,
    "recycle": 500,
    "poll": 1,
    "label": "Queue",
}

# Practice and delivery

MAIL_LEASE = timedelta(seconds=env_int("MAIL_LEASE_SECONDS", 300))
MAIL_TEXT_KEPT = timedelta(days=env_int("MAIL_TEXT_KEPT_DAYS", 30))
LINK_LIFE = timedelta(days=env_int("LINK_LIFE_DAYS", 7))
SETTINGS_LINK_LIFE = timedelta(days=env_int("SETTINGS_LINK_LIFE_DAYS", 90))
UNDO_FOR = timedelta(minutes=env_int("UNDO_MINUTES", 10))
METRICS_TOKEN = env("METRICS_TOKEN")
API_PER_MINUTE = env_int("API_PER_MINUTE", 1200)  # a token, in each web process
DEMO = env_bool("DEMO", "false")  # shows the local inbox with every mail; never on people's real data

# GitHub: without a secret its webhook does not exist, without a token nothing is said there

GITHUB_WEBHOOK_SECRET, GITHUB_TOKEN, GITHUB_API_URL = github()

LOGGING_CONFIG = None
structured(level=env("LOG_LEVEL", "INFO"), human=DEBUG)
