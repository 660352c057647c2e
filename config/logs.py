"""Structured logs that hold no token, no answer and no address of a person."""

import logging.config
import re
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

TOKEN_PATH = re.compile(r"/(rep|mail|stop)/[^/\s\"']+")


def without_tokens(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Cut what stands behind a link's prefix out of every text of the event."""
    return {
        key: TOKEN_PATH.sub(r"/\1/…", value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def structured(*, level: str, human: bool) -> None:
    """Send structlog's and the standard library's records through one pipeline to standard error."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    ending = structlog.dev.ConsoleRenderer(colors=False) if human else structlog.processors.JSONRenderer()
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.format_exc_info,
                        without_tokens,
                        ending,
                    ],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {"django.server": {"handlers": [], "level": "CRITICAL", "propagate": False}},
        }
    )
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
