"""A web server for the time of a block."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep


@contextmanager
def gunicorn(application: str) -> Iterator[int]:
    """Serve as in production, on a port of its own; yield the port once somebody answers there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "config/gunicorn.py",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    server = subprocess.Popen([*command, application], env=os.environ | {"WEB_WORKERS": "2"})
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            if server.poll() is not None:
                raise
            sleep(0.1)
    raise TimeoutError(f"Nobody listens on port {port} after 30 seconds.")
