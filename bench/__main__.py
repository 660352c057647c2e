"""Run benches: `./run bench` for all of them, `./run bench NAME --help` for the options of one."""

import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from itertools import takewhile
from time import perf_counter

NAMES = ("memory", "plan", "fit", "policy", "reps", "check", "tick", "verdict", "mail", "answer", "pages")
TARGETS = ("(at least ", "(at most ", "(goal")


def main(argv: list[str]) -> None:
    names = list(takewhile(lambda word: not word.startswith("-"), argv))
    options = argv[len(names) :]
    if unknown := [name for name in names if name not in NAMES]:
        sys.exit(f"No bench is called {unknown[0]!r}; there are {', '.join(NAMES)}.")
    if len(names) == 1:
        import_module(f"bench.{names[0]}").main(options)
    elif options:
        sys.exit(f"{options[0]} needs the name of one bench: ./run bench NAME {options[0]}")
    else:
        run_all(names or NAMES)


def run_all(names: Sequence[str]) -> None:
    """Run each in a process of its own, so that none finds another's memory; end with what has a target."""
    started = perf_counter()
    summary, failed = [], []
    for name in names:
        print(f"== {name}", flush=True)
        lines, is_done = shown(name)
        summary += targets(name, lines)
        failed += [] if is_done else [name]
        print()
    print(f"== targets, after {perf_counter() - started:,.0f} s", *summary, sep="\n")
    if failed:
        sys.exit(f"These ended with an error: {', '.join(failed)}.")


def targets(name: str, lines: Iterable[str]) -> list[str]:
    """Return the lines that say what they must reach, after the bench's name."""
    return [f"{name:<8} {line.rstrip()}" for line in lines if any(word in line for word in TARGETS)]


def shown(name: str) -> tuple[list[str], bool]:
    """Run one bench and show its lines as they come; return them, and whether it came to its end."""
    lines = []
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "bench", name], stdout=subprocess.PIPE, text=True
    ) as bench:
        assert bench.stdout is not None
        for line in bench.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    return lines, bench.returncode == 0


if __name__ == "__main__":
    main(sys.argv[1:])
