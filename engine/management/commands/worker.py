"""manage.py worker: run the queue, and start it again when it hangs."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from engine.processes import StopSignal
from engine.worker import supervise


class Command(BaseCommand):
    help = "Run the queue that ticks once a minute, watch over it, and end it within 30 seconds of SIGTERM."

    def handle(self, **options: Any) -> None:
        stop = StopSignal()
        supervise([sys.executable, settings.BASE_DIR / "manage.py", "qcluster"], wait=stop.wait)
