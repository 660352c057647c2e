"""Crash points, so that a test can kill a worker exactly where it hurts."""

import os
import signal


def crash_at(point: str) -> None:
    """Die as if by kill -9 at this point, when a test asks for it by CRASH_AT."""
    if os.environ.get("CRASH_AT") == point:
        os.kill(os.getpid(), signal.SIGKILL)
