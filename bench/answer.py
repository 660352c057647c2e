"""How long who presses an answer waits at 50 presses a second, against a view that writes one row."""

import argparse
from math import ceil
from statistics import median, quantiles

from bench.databases import Database, add_option, fresh_databases
from bench.machine import machine

PER_SECOND = 50
ROUNDS = 4
WARM_UP = 40  # presses a server
HURRIED = 400  # presses, as fast as they are answered
REPS_A_PERSON = 6  # in a workout of an hour; nearly everybody gets ten


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench answer", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="of presses in all (%(default)s)")
    parser.add_argument("--hurried", type=int, default=HURRIED, help=argparse.SUPPRESS)
    add_option(parser)
    options = parser.parse_args(argv)
    print(f"{PER_SECOND} presses a second for {options.seconds:g} s, gunicorn of 2 x 4 threads; {machine()}")
    with fresh_databases(options.on) as databases:
        for database in databases:
            report(database, presses=ceil(PER_SECOND * options.seconds / ROUNDS), hurried=options.hurried)


def report(database: Database, *, presses: int, hurried: int) -> None:
    people = ceil(2 * (WARM_UP + ROUNDS * presses + hurried) / REPS_A_PERSON)
    database.run("organisation", people=people, minutes=60)
    figures = database.run(
        "answer",
        warm_up=WARM_UP,
        rounds=ROUNDS,
        presses=presses,
        per_second=PER_SECOND,
        hurried=hurried,
    )
    print(f"\n{'':<32} {'p50':>9} {'p95':>9} {'at most':>9}")
    ways = {"rampart": f"{database.name}, an answer", "bare": "a bare view that writes a row"}
    for server, way in ways.items():
        waited = [1_000 * seconds for seconds in figures["seconds"][server]]
        p50, p95, at_most = median(waited), quantiles(waited, n=20)[-1], figures["at_most"][server]
        target = " (goal: p95 100 ms)" if server == "rampart" else ""
        print(f"{way:<32} {p50:>6,.0f} ms {p95:>6,.0f} ms {at_most:>7,.0f}/s{target}")
