"""A process of its own that reads one calendar, with a limit on its time and memory.

A text of 1 MB can ask for an endless computation, and can teach the library zones that every later calendar
would be read by. So each is read by a process that ends with it: `python -m engine.calendar_reader ZONE FIRST
LAST` takes the text on standard input and answers in JSON.
"""

import json
import resource
import subprocess
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

from engine.rules.calendar_text import NotUnderstood, Wrong, days_away
from people.calendar import Away

HOME = Path(__file__).resolve().parent.parent
SECONDS = 5  # of computing
PATIENCE = 10.0  # seconds by the clock, where the machine is busy
MEMORY = 512 * 1024 * 1024


def read_apart(text: bytes, *, zone: str, within: Away) -> list[Away]:
    """Return the days away in a text; raise NotUnderstood when it has none that can be read in time."""
    command = [sys.executable, "-m", __name__, zone, str(within.starts_on), str(within.ends_on)]
    try:
        done = subprocess.run(  # noqa: S603 (our own command; what is odd goes in on standard input)
            command,
            input=text,
            capture_output=True,
            timeout=PATIENCE,
            cwd=HOME,
            env={"PYTHONTZPATH": "", "PYTHONWARNINGS": "ignore"},
            check=True,
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):  # killed by a limit, or broken in an unknown way
        raise NotUnderstood(Wrong.TOO_MUCH) from None
    if "wrong" in answer:
        raise NotUnderstood(Wrong(answer["wrong"]))
    return [Away(starts_on=date.fromisoformat(a), ends_on=date.fromisoformat(b)) for a, b in answer["away"]]


def main(zone: str, first: str, last: str) -> None:
    for limit, most in ((resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_AS, MEMORY)):
        with suppress(ValueError, OSError):  # some systems do not limit memory
            resource.setrlimit(limit, (most, most))
    within = Away(starts_on=date.fromisoformat(first), ends_on=date.fromisoformat(last))
    try:
        found = days_away(sys.stdin.buffer.read(), zone=zone, within=within)
    except NotUnderstood as error:
        answer: dict[str, object] = {"wrong": error.wrong}
    else:
        answer = {"away": [[str(away.starts_on), str(away.ends_on)] for away in found]}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
