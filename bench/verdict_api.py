"""How long a program waits for POST /api/v1/verdicts at 50 questions a second, under gunicorn."""

from math import ceil
from statistics import median, quantiles

from bench.databases import Database

PER_SECOND = 50
ROUNDS = 4
WARM_UP = 40  # questions
HURRIED = 400  # questions, as fast as they are answered


def report(database: Database, *, seconds: float, hurried: int) -> None:
    questions = ceil(PER_SECOND * seconds / ROUNDS)
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
