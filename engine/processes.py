"""Processes that start others: every child in a group of its own, and none of a group left behind."""

import ctypes
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

import psutil

LIFELINE = "RAMPART_LIFELINE"  # the descriptor of a pipe that the parent holds open while work may go on
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class StopSignal:
    """SIGTERM and SIGINT, as something to wait for."""

    def __init__(self) -> None:
        # A byte in a pipe, because a handler that sets a lock or raises can do so at the worst moment.
        self._asked, wake_up = os.pipe()
        os.set_blocking(wake_up, False)
        signal.set_wakeup_fd(wake_up, warn_on_full_buffer=False)
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, _do_nothing)

    def wait(self, seconds: float) -> bool:
        """Return True as soon as a stop is asked for, False after the time."""
        return _is_readable(self._asked, seconds)


def is_asked_to_stop() -> bool:
    """Whether the process that started ours asks for an end of work, or is gone itself."""
    lifeline = os.environ.get(LIFELINE)
    return lifeline is not None and _is_readable(int(lifeline), 0)


class Child:
    """A started process with everything it starts."""

    def __init__(self, command: Sequence[str | Path]) -> None:
        lifeline, hold = os.pipe()
        self._hold: int | None = hold
        self._process = subprocess.Popen(  # noqa: S603 (our own commands)
            command,
            env=os.environ | {LIFELINE: str(lifeline)},
            pass_fds=[lifeline],
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
        os.close(lifeline)

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def descendants(self) -> set[psutil.Process]:
        """Return the living processes below this one, not itself."""
        try:
            below = psutil.Process(self._process.pid).children(recursive=True)
            return {process for process in below if process.status() != psutil.STATUS_ZOMBIE}
        except psutil.NoSuchProcess:
            return set()

    def ask_to_stop(self) -> None:
        """Ask once: SIGTERM to the process alone, the end of work to all below it."""
        if self._hold is not None:
            os.close(self._hold)
            self._hold = None
            self._process.terminate()

    def end(self, *, within: float) -> None:
        """Ask to stop; kill the whole group when it has not ended after `within` seconds."""
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=within)
        # The group lives on in children whose parent is gone.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _is_readable(descriptor: int, seconds: float) -> bool:
    # A pipe is readable once a byte is written, or its other end is closed.
    return bool(select.select([descriptor], [], [], seconds)[0])


def _do_nothing(_signum: int, _frame: FrameType | None) -> None:
    pass


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
