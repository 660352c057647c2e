"""Read the environment, and fail loudly on a word that is not understood."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
SQLITE = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; "
    "PRAGMA cache_size=-65536;"  # KiB
)
SMTP_TLS = {"none": {}, "starttls": {"use_tls": True}, "implicit": {"use_ssl": True}}


def env(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def env_bool(name: str, default: str) -> bool:
    word = env(name, default).strip().lower()
    if word not in BOOLEANS:
        raise ImproperlyConfigured(f"{name}={word!r}: write true or false.")
    return BOOLEANS[word]


def env_int(name: str, default: int) -> int:
    word = env(name, str(default))
    try:
        return int(word)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={word!r}: write a whole number.") from error


def local_secret(file: Path) -> str:
    """Return this machine's own secret, made at first use; several machines need one SECRET_KEY in common."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        with NamedTemporaryFile("w", dir=file.parent) as new:  # readable by its owner only
            new.write(secrets.token_urlsafe(50))
            new.flush()
            with suppress(FileExistsError):  # of two processes at once, one makes it, and whole
                os.link(new.name, file)
    return file.read_text()


def database(url: str) -> dict[str, Any]:
    """Return the settings of one database: SQLite's for one machine, PostgreSQL's to grow."""
    config: dict[str, Any] = dict(dj_database_url.parse(url))
    if config["ENGINE"].endswith("sqlite3"):
        file = Path(config["NAME"])
        file.parent.mkdir(parents=True, exist_ok=True)
        config["OPTIONS"] = {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": SQLITE,
        }
        # A file, so that tests may start real processes on it.
        config["TEST"] = {"NAME": str(file.with_name(f"test_{file.name}"))}
        return config
    if not config["ENGINE"].endswith("postgresql"):
        raise ImproperlyConfigured(f"DATABASE_URL={url!r}: Rampart runs on sqlite:/// and postgres://.")
    return config | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def mailer(url: str) -> dict[str, Any]:
    """Return a MAILERS entry for `smtp://user:pass@host:587/?tls=starttls`, `console:`, `dummy:`,
    `file:///folder` or `anymail://postmark/?server_token=...` (a provider and options of django-anymail)."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    match parts.scheme:
        case "smtp" | "smtps":
            return {"BACKEND": "engine.delivery.smtp.PhasedSmtp", "OPTIONS": _smtp_options(parts, options)}
        case "console" | "dummy":
            return {"BACKEND": f"django.core.mail.backends.{parts.scheme}.EmailBackend"}
        case "file" if parts.path.startswith("/") and not parts.netloc:
            folder = unquote(parts.path)
            return {
                "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
                "OPTIONS": {"file_path": folder},
            }
        case "anymail":
            return {"BACKEND": f"anymail.backends.{parts.hostname}.EmailBackend", "OPTIONS": options}
    raise ImproperlyConfigured(
        f"EMAIL_URL={url!r}: use smtp:, smtps:, anymail:, file:///, console: or dummy:."
    )


def _smtp_options(parts: SplitResult, options: dict[str, str]) -> dict[str, Any]:
    tls = options.pop("tls", "implicit" if parts.scheme == "smtps" else "none")
    timeout = options.pop("timeout", "10")
    if tls not in SMTP_TLS or options or not timeout.replace(".", "", 1).isdigit():
        raise ImproperlyConfigured("EMAIL_URL takes ?tls=none|starttls|implicit and ?timeout=SECONDS only.")
    return {
        "host": parts.hostname or "localhost",
        "port": parts.port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "timeout": float(timeout),
        **SMTP_TLS[tls],
    }


def github() -> tuple[str, str, str]:
    """Return webhook secret, app token and the API's address; empty where GitHub is not configured.

    Who configures GitHub gives a secret: without one, anybody could send events.
    """
    secret, token = env("GITHUB_WEBHOOK_SECRET").strip(), env("GITHUB_TOKEN").strip()
    url = env("GITHUB_API_URL", "https://api.github.com").rstrip("/")
    is_wanted = any(name in os.environ for name in ("GITHUB_WEBHOOK_SECRET", "GITHUB_TOKEN"))
    if is_wanted and not secret:
        raise ImproperlyConfigured(
            "GITHUB_WEBHOOK_SECRET is empty: set the secret of the webhook, or unset all of GITHUB_*."
        )
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ImproperlyConfigured(f"GITHUB_API_URL={url!r}: the token travels over https only.")
    return secret, token, url
