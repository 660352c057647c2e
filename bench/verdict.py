"""How long a program waits for POST /api/v1/verdicts at 50 questions a second, under gunicorn."""

import argparse
from math import ceil
from statistics import median, quantiles

from bench.databases import Database, add_option, fresh_databases
from bench.machine import machine

PER_SECOND = 50
ROUNDS = 4
WARM_UP = 40  # questions
HURRIED = 400  # questions, as fast as they are answered


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench verdict", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="of questions in all (%(default)s)")
    parser.add_argument("--hurried", type=int, default=HURRIED, help=argparse.SUPPRESS)
    add_option(parser)
    options = parser.parse_args(argv)
    print(
        f"{PER_SECOND} questions a second for {options.seconds:g} s, gunicorn of 2 x 4 threads; {machine()}"
    )
    with fresh_databases(options.on) as databases:
        for database in databases:
            report(database, questions=ceil(PER_SECOND * options.seconds / ROUNDS), hurried=options.hurried)


def report(database: Database, *, questions: int, hurried: int) -> None:
    figures = database.run(
        "verdict_api",
        warm_up=WARM_UP,
        rounds=ROUNDS,
        questions=questions,
        per_second=PER_SECOND,
        hurried=hurried,
    )
    print(f"\n{'':<32} {'p50':>9} {'p95':>9} {'at most':>9}")
    ways = {"verdicts": f"{database.name}, a verdict", "task": "reading one task"}
    for path, way in ways.items():
        waited = [1_000 * seconds for seconds in figures["seconds"][path]]
        p50, p95, at_most = median(waited), quantiles(waited, n=20)[-1], figures["at_most"][path]
        target = " (goal: p95 100 ms)" if path == "verdicts" else ""
        print(f"{way:<32} {p50:>6,.0f} ms {p95:>6,.0f} ms {at_most:>7,.0f}/s{target}")
