"""Mails claimed, rendered and sent a second by one process, against Django sending what was rendered."""

import argparse
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.databases import Database, add_option, fresh_databases
from bench.machine import machine
from tests.sink import Sink

ROUNDS = 4  # as many as the organisation has send times


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench mail", description=__doc__)
    parser.add_argument("--mails", type=int, default=800, help=f"in {ROUNDS} rounds (%(default)s)")
    add_option(parser)
    options = parser.parse_args(argv)
    print(f"{options.mails:,} workout mails to a sink on this machine that does not sync; {machine()}")
    with fresh_databases(options.on) as databases, TemporaryDirectory() as folder:
        sink = Sink(Path(folder) / "received", sync=False, timeout=30)
        try:
            for database in databases:
                report(database, sink, mails=options.mails)
        finally:
            sink.stop()


def report(database: Database, sink: Sink, *, mails: int) -> None:
    database.run("organisation", people=mails, minutes=6, zones=1)
    figures = database.run("mail", rounds=ROUNDS, environment={"EMAIL_URL": sink.url})
    rate = {way: median(several) for way, several in figures["per_second"].items()}
    print(f"\n{database.name}: {figures['kilobytes']:.1f} KB and {figures['reps']:.1f} reps a mail")
    what = f"{database.name}, claimed and sent"
    print(f"{what:<32} {rate['outbox']:>9,.0f} mails/s, rendered for each (at least 100)")
    print(f"{'Django, one connection':<32} {rate['one']:>9,.0f} mails/s, rendered before: the upper bound")
    print(f"{'send_mail, a connection each':<32} {rate['each']:>9,.0f} mails/s, rendered before")
    print(f"{'share of the upper bound':<32} {100 * rate['outbox'] / rate['one']:>9,.0f} %")
