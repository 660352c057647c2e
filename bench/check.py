"""Time and memory of refusing the worst files, each in a process of its own, and of reading a good one."""

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

import yaml

from paths.library import read_library
from tests.paths.bad_files import FOLDER, GENERATED, GOOD

ROUNDS = 5
SKILLS = 280  # of 18 lines each
GOOD_NAME = "good.yaml"


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench check", description=__doc__)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    one = parser.parse_args(argv).one
    if one:
        print(json.dumps(measure(one)))
        return
    slowest = slowest_of_folder(3)
    print(f"{'file':<34} {'size':>8} {'time':>9} {'memory':>9}  first problem; best of {ROUNDS}")
    for name in [*slowest, *GENERATED, GOOD_NAME]:
        report(name)
    compare_loaders()


def slowest_of_folder(count: int) -> list[str]:
    files = {file.name: file.read_bytes() for file in FOLDER.glob("*.yaml")}
    seconds = {
        name: min(timed(lambda: read_library({name: data})) for _ in range(ROUNDS))  # noqa: B023 - called at once
        for name, data in files.items()
    }
    print(f"{len(seconds)} files of the folder, {sum(seconds.values()) * 1_000:.0f} ms in all; the slowest:")
    return sorted(seconds, key=lambda name: -seconds[name])[:count]


def report(name: str) -> None:
    command = [sys.executable, "-m", "bench.check", "--one", name]
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(ROUNDS)
    ]
    seconds = min(run["seconds"] for run in runs)  # the rest of it is the machine's other work
    memory = max(run["megabytes"] for run in runs)
    target = "1 s, 100 MB" if name == "alias-bomb.yaml" else "0.2 s"
    print(
        f"{name:<34} {runs[0]['kilobytes']:>5,.0f} KB {seconds * 1_000:>6,.1f} ms {memory:>6,.1f} MB"
        f"  {runs[0]['problem']} (at most {target})"
    )


def measure(name: str) -> dict[str, float | str]:
    """Memory is what the peak of the process grew by."""
    data = content(name)
    read_library({"warm.yaml": GOOD})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = perf_counter()
    problems = read_library({name: data}).problems
    seconds = perf_counter() - started
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    problem = f"{problems[0].line}:{problems[0].column} {problems[0].code}" if problems else "none"
    return {
        "seconds": seconds,
        "megabytes": grown / 1024,
        "kilobytes": len(data) / 1024,
        "problem": problem,
    }


def content(name: str) -> bytes:
    if name == GOOD_NAME:
        return good_file()
    if name in GENERATED:
        make, _ = GENERATED[name]
        return make()
    return (FOLDER / name).read_bytes()


def good_file() -> bytes:
    head, skill = GOOD.split("  - id: fan-out\n")
    return (head + "".join(f"  - id: skill-{number}\n{skill}" for number in range(SKILLS))).encode()


def timed(act: Callable[[], object]) -> float:
    started = perf_counter()
    act()
    return perf_counter() - started


def compare_loaders() -> None:
    data = good_file()
    print(f"\na good file of {data.count(b'\n'):,} lines, {len(data) / 1024:,.0f} KB")
    ways: dict[str, Callable[[], object]] = {
        "paths.library.read_library": lambda: read_library({"good.yaml": data}),
        "PyYAML CSafeLoader, no checks": lambda: yaml.load(data, Loader=yaml.CSafeLoader),
        "PyYAML SafeLoader, no checks": lambda: yaml.load(data, Loader=yaml.SafeLoader),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):  # in turns, as the machine may be busy with other things for a while
        for name, act in ways.items():
            seconds[name].append(timed(act))
    for name, taken in seconds.items():
        print(f"{name:<34} {median(taken) * 1_000:>10,.1f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
