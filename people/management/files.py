"""Where a command's file comes from."""

import sys
from pathlib import Path

from django.core.management.base import CommandError


def bytes_of(file: str) -> bytes:
    """Return what stands in a file, or on standard input for `-`."""
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read ({error.strerror}); check the path.") from None
