"""People planned and queued a second, from the database and back to it, against a loop over people."""

import argparse
from statistics import median

from bench.databases import Database, add_option, fresh_databases
from bench.machine import machine


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench tick", description=__doc__)
    parser.add_argument("--people", type=int, default=10_000, help="with 60 skills each (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, choices=(1, 2, 3), help="days in turn (%(default)s)")
    add_option(parser)
    options = parser.parse_args(argv)
    print(f"{options.people:,} people x 60 skills in thirty zones, all due within a day; {machine()}")
    with fresh_databases(options.on) as databases:
        for database in databases:
            report(database, people=options.people, rounds=options.rounds)


def report(database: Database, *, people: int, rounds: int) -> None:
    database.run("organisation", people=people, minutes=6)
    figures = database.run("tick", rounds=rounds, sample=min(people, 200))
    rate = {way: median(several) for way, several in figures["per_second"].items()}
    print(f"\n{database.name}: {figures['memories']:,} memories, {figures['reps']:,} earlier reps")
    print(f"{database.name + ', queued and planned':<32} {rate['tick']:>9,.0f} people/s (at least 1,000)")
    print(f"{'of which queued':<32} {rate['queue']:>9,.0f} people/s")
    print(f"{'a loop over people':<32} {rate['loop']:>9,.0f} people/s: their weakest memories, row by row")
    print(f"{'ratio':<32} {rate['tick'] / rate['loop']:>9,.1f}")
    print(f"{database.name + ', peak memory':<32} {figures['megabytes']:>9,.0f} MB (at most 400)")
