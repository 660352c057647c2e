"""Structured logs that hold no token, no answer and no address of a person."""

import logging
import logging.config
import re
import time
import traceback
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.typing import EventDict, ExcInfo

# What may not be logged, wherever in a text it stands, and what stands there instead.
SECRETS = [
    # A link's token (see engine.links), and the option that may follow it in a path.
    (re.compile(r"\b\d+\.[A-Za-z0-9_-]{20,}[^\s\"'<>]*"), "…"),
    (re.compile(r"(/(?:key|confirm-email)/)[^\s\"'<>]+"), r"\1…"),
    (re.compile(r"\?[^\s\"'?=]+=[^\s\"']*"), "?…"),
    (re.compile(r"(?:\"[^\"\n]+\"|[^\s@<>\"'(),;:=\[\]]+)(?:@|%40)[\w.-]+"), "…@…"),
    # PostgreSQL adds the row that broke a rule, answers included.
    (re.compile(r"\b(DETAIL|CONTEXT): .*"), r"\1: …"),
]
# From the first quotation mark to the last: an apostrophe in a name must not turn the pairs around.
QUOTED = re.compile(r"['\"].*['\"]|['\"].*")


def redacted(text: str) -> str:
    for secret, instead in SECRETS:
        text = secret.sub(instead, text)
    return text


def without_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Cut tokens and addresses out of whatever the event holds, however deep."""
    return {key: _clean(value) for key, value in event.items()}


def _clean(value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case dict():
            return {str(_clean(key)): _clean(inner) for key, inner in value.items()}
        case list() | tuple() | set():
            return [_clean(inner) for inner in value]
    return redacted(str(value))


def trace(exc_info: ExcInfo) -> str:
    """Return where an error came from; of its message, nothing that a person may have typed.

    Errors quote the value they stumbled over (`could not convert string to float: '...'`).
    """
    chain: list[BaseException] = []
    error: BaseException | None = exc_info[1]
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(_told(error) for error in reversed(chain))


def _told(error: BaseException) -> str:
    first_line = str(error).partition("\n")[0]
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{frames}{type(error).__qualname__}: {QUOTED.sub("'…'", first_line)}"


def structured(*, level: str, human: bool) -> None:
    """Send structlog's and the standard library's records through one pipeline to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    ending = (
        structlog.dev.ConsoleRenderer(colors=False)
        if human
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    processors = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.ExceptionRenderer(trace),
        without_secrets,
        ending,
    ]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": processors,
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"structured": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
                "django.request": {"level": "ERROR"},  # RequestLog has said it by the name of the route
                "django-q": {"level": "WARNING"},  # else four lines a minute, and the tick says what it did
                "django.db.backends": {"level": "INFO"},  # below that, it logs every value that is written
            },
        }
    )
    # Else a record that cannot be formatted is printed raw, arguments and all.
    logging.raiseExceptions = human
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class RequestLog:
    """One line a request, by the name of its route: a path may hold a token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.log = structlog.get_logger("request")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        route = request.resolver_match.view_name if request.resolver_match else ""
        self.log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(1000 * (time.monotonic() - began), 1),
        )
        return response
