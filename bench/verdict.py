"""Verdicts a second by the rules alone and through the API, and what a tick takes with many open tasks."""

import argparse
from statistics import median

from bench import verdict_api
from bench.databases import Database, add_option, fresh_databases
from bench.inside.verdict import verdicts_per_second
from bench.machine import machine

ROUNDS = 5
FEW = 10  # times fewer tasks, to see whether queries grow with them


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench verdict", description=__doc__)
    parser.add_argument("--verdicts", type=int, default=20_000, help="in a round (%(default)s)")
    parser.add_argument("--tasks", type=int, default=50_000, help="open ones (%(default)s)")
    parser.add_argument("--people", type=int, default=5_000, help="in teams of ten (%(default)s)")
    parser.add_argument("--seconds", type=float, default=20, help="of questions to the API (%(default)s)")
    parser.add_argument("--hurried", type=int, default=verdict_api.HURRIED, help=argparse.SUPPRESS)
    add_option(parser)
    options = parser.parse_args(argv)
    print(f"{options.tasks:,} open tasks of five kinds, {options.people:,} people; {machine()}")
    rates = [verdicts_per_second(options.verdicts) for _ in range(ROUNDS)]
    print(f"\n{'verdicts by the rules':<32} {median(rates):>9,.0f} /s on one core (goal 20,000)")
    with fresh_databases(options.on) as databases:
        for database in databases:
            report(database, tasks=options.tasks, people=options.people)
    with fresh_databases(options.on) as databases:
        for database in databases:
            verdict_api.report(database, seconds=options.seconds, hurried=options.hurried)


def report(database: Database, *, tasks: int, people: int) -> None:
    few = database.run("verdict", tasks=tasks // FEW, people=people, is_first=True)
    many = database.run("verdict", tasks=tasks, people=people, is_first=False)
    for figures in (few, many):
        what = f"{database.name}, {figures['tasks']:,} tasks"
        first, again = figures["first"], figures["again"]
        print(f"\n{what}: {figures['held']:,} held, {figures['offered']:,} offered in the first pass")
        target = " (at most 20)" if figures is many else ""
        for name, passed in ((f"first pass{target}", first), ("again", again)):
            print(
                f"{what + ', ' + name:<48} {passed['seconds']:>6,.1f} s, {passed['processor']:,.1f} s"
                f" of them this process's, {passed['queries']:,} queries"
            )
        print(f"{what + ', one verdict':<32} {figures['milliseconds']:>9,.1f} ms, read from the database")
    for name in ("first", "again"):
        grown = many[name]["queries"] - few[name]["queries"]
        print(
            f"{database.name + ', more queries, ' + name:<32} {grown:>9,} for {FEW} x the tasks"
            " (at most 0; on SQLite one for each 250,000 values that a pass inserts)"
        )
