"""What the figures were measured on."""

import os
import platform


def machine() -> str:
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, load {load:.1f} before, Python {platform.python_version()}"
