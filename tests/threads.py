"""Several things at one moment, each on a connection of its own."""

import threading
from collections.abc import Callable

from django.db import connection

PATIENCE = 300  # seconds, for a busy machine


def at_once(*acts: Callable[[], object]) -> None:
    """Do several things in threads of their own, as much at one moment as a machine can."""
    barrier = threading.Barrier(len(acts))

    def do(act: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=60)
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
