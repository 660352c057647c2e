"""How gunicorn serves Rampart; `manage.py serve` starts it with this file."""

import logging
import os

from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from config.environment import env, env_bool, env_int
from config.logs import structured


class StructuredLog(Logger):
    """gunicorn's own messages take the way of all others, where tokens are cut out."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        structured(level=env("LOG_LEVEL", "INFO"), human=env_bool("DEBUG", "false"))
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.NOTSET)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

wsgi_app = "config.wsgi"
bind = "127.0.0.1:8000"
workers = env_int("WEB_WORKERS", 2)
worker_class = "gthread"
threads = 4
preload_app = False
timeout = 60
graceful_timeout = 20

logger_class = StructuredLog
accesslog = None  # it would write paths, and a path may hold a token: config.logs.RequestLog writes routes
control_socket_disable = True
