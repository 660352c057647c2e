"""Each bench runs to its end on a few rows and prints its figures; how fast it was is not asserted."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import numpy as np
import psycopg
import pytest
from django.db import connection

from bench import __main__ as bench
from bench import fit, reps
from bench.databases import BenchFailed, Database, fresh_databases
from engine.rules import fsrs_fitting
from tests.chromium import CHROMIUM

TINY = {
    "memory": ["--steps", "200"],
    "plan": ["--states", "600"],
    "policy": ["--people", "6", "--workdays", "5", "--seeds", "1", "--worlds", "C"],
    "tick": ["--people", "8", "--rounds", "1"],
    "mail": ["--mails", "8"],
    "answer": ["--seconds", "0.2", "--hurried", "8"],
    "pages": ["--days", "3", "--loads", "1"],
}
FIGURES = {
    "memory": ["states/s", "ratio", "(at most 1e-9)"],
    "plan": ["states/s", "(at least 3,000,000)"],
    "policy": ["rampart", "one-off", "worst seed", "(goal 0.95"],
    "tick": ["people/s (at least 1,000)", "a loop over people", "MB (at most 400)"],
    "mail": ["(at least 100)", "one connection", "a connection each"],
    "answer": ["p50", "p95", "a bare view"],
    "pages": ["today", "preferences", "(at most 100)", "(goal 500)", "a bare page"],
}


@pytest.mark.parametrize("name", ["memory", "plan"])
def test_a_bench_of_the_rules_prints_its_figures(name, capsys):
    bench.main([name, *TINY[name]])

    printed = capsys.readouterr().out
    assert [figure for figure in FIGURES[name] if figure not in printed] == []


def write_log(path, *, cards=160, reviews=10):
    """Reviews a tenth of a day to six days apart, eight in ten recalled."""
    rng = np.random.default_rng(1)
    lines = ["card_id,review_rating,review_time,review_duration"]
    for card in range(cards):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=float(rng.uniform(0, 30)))
        for rating in rng.choice([1, 3], reviews, p=[0.2, 0.8]):
            lines.append(f"{card},{rating},{at.isoformat()},900")
            at += timedelta(days=float(rng.choice([0.1, 1, 3, 6])))
    path.write_text("\n".join(lines))
    return path


def test_the_bench_of_fitting_prints_each_model_each_tenth_and_the_goal(tmp_path, capsys):
    bench.main(["fit", "--log", str(write_log(tmp_path / "log.csv")), "--items", "500"])

    printed = capsys.readouterr().out
    figures = [
        *(
            "1,600 reviews",
            "constant",
            "half-life",
            "SM-2-like",
            "logistic",
            "default parameters",
            "as it comes",
        ),
        *("FSRS-6, fitted: log loss", "(at most .4326, stretch .430)", "(at most .0471)", "(at least .673)"),
        *("too few to fit", "fitted\n", "together", "reviews fitted twice and judged", "(at most .5)"),
    ]
    assert [figure for figure in figures if figure not in printed] == []


def test_without_a_log_the_bench_of_fitting_says_what_to_give(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(fit, "PROJECT", tmp_path)

    bench.main(["fit"])

    assert "Not measured. There is no file" in capsys.readouterr().out


def test_a_log_that_was_named_and_is_missing_is_an_error():
    with pytest.raises(
        SystemExit, match=r"There is no file nowhere\.csv; name a log of reviews by --log FILE"
    ):
        bench.main(["fit", "--log", "nowhere.csv"])


def test_a_log_with_too_few_reviews_is_an_error_that_names_it(tmp_path):
    path = write_log(tmp_path / "short.csv", cards=20)

    with pytest.raises(SystemExit, match=r"short\.csv: A fit needs 400 reviews"):
        bench.main(["fit", "--log", str(path)])


@pytest.mark.parametrize(
    ("chance", "area"),
    [([0.1, 0.2, 0.8, 0.9], 1), ([0.9, 0.8, 0.2, 0.1], 0), ([0.5] * 4, 0.5), ([0.1, 0.8, 0.2, 0.9], 0.75)],
)
def test_the_area_under_the_curve_is_how_often_the_recalled_one_had_the_higher_chance(chance, area):
    recalled = np.array([False, False, True, True])

    assert fit.area_under_curve(np.array(chance), recalled) == pytest.approx(area)


def test_errors_in_opposite_directions_do_not_cancel_out_over_bins():
    card, elapsed = np.arange(40), np.repeat([1, 10], 20)  # days: a bin begins at 3.62
    of = fsrs_fitting.histories(
        card=np.tile(card, 2),
        day=np.concatenate([0 * elapsed, elapsed]),
        rating=np.concatenate([np.full(40, 3), np.tile([1, 3], 20)]),
    )

    def error(away):
        chance = np.where(of.elapsed_days > 5, 0.5 + away, 0.5 - away)
        return fit.error_over_bins(of, chance, of.later)

    assert error(0) == pytest.approx(0)
    assert error(0.3) == pytest.approx(0.3)


@pytest.mark.processes
def test_the_bench_of_policies_prints_rampart_beside_each_rival_and_the_goal(capfd):
    bench.main(["policy", *TINY["policy"]])

    printed = capfd.readouterr().out
    assert [figure for figure in FIGURES["policy"] if figure not in printed] == []


@pytest.mark.processes
def test_the_bench_of_reps_prints_and_draws_rampart_beside_the_best_for_as_many_reps(tmp_path, capfd):
    tiny = ["--people", "6", "--workdays", "5", "--caps", "1", "4", "--worlds", "C"]

    bench.main(["reps", *tiny, "--pictures", str(tmp_path)])

    printed = capfd.readouterr().out
    wanted = ["world C, recall at the end", "rampart-thrifty", "with as many reps", "(at most 600 s"]
    assert [figure for figure in wanted if figure not in printed] == []
    drawn = ElementTree.parse(tmp_path / "reps-c.svg")
    assert "recall over all days" in "".join(drawn.getroot().itertext())


def test_a_curve_of_recall_is_read_between_its_points_and_never_before_the_first():
    """Odds of 1, 4 and 16 for 1, 2 and 4 reps: they grow with the square."""
    curve = [(1.0, 1 / 2), (2.0, 4 / 5), (4.0, 16 / 17)]

    assert reps.recall_at(curve, 3) == pytest.approx(9 / 10)
    assert reps.recall_at(curve, 0.9) == 0
    assert reps.recall_at(curve, 8) == pytest.approx(16 / 17)


def test_the_best_for_some_reps_may_be_one_that_makes_fewer():
    early, late = [(1.0, 0.7), (2.0, 0.8)], [(1.0, 0.2), (4.0, 0.9)]

    envelope = reps.best_curve({"early": early, "late": late})

    assert reps.best_at({"early": early, "late": late}, 2.5).schedule == "early"
    assert reps.needed(envelope, 0.8) == pytest.approx(2, rel=0.01)
    assert reps.needed(envelope, 0.95) == float("inf")


@pytest.mark.processes
@pytest.mark.parametrize("name", ["tick", "mail", "answer"])
def test_a_bench_on_a_database_prints_its_figures(name, capfd):
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]

    bench.main([name, *TINY[name], "--on", kind])

    printed = capfd.readouterr().out
    assert [figure for figure in [kind, " cores, load ", *FIGURES[name]] if figure not in printed] == []


@pytest.mark.browser
@pytest.mark.processes
@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is missing")
def test_the_bench_of_the_pages_prints_each_page_beside_its_limits(capfd):
    bench.main(["pages", *TINY["pages"]])

    printed = capfd.readouterr().out
    assert [figure for figure in FIGURES["pages"] if figure not in printed] == []


def test_an_unknown_bench_is_refused_with_the_names_there_are():
    with pytest.raises(
        SystemExit, match="No bench is called 'tock'; there are memory, plan, fit, policy, reps, check"
    ):
        bench.main(["tock"])


def test_options_without_the_name_of_one_bench_are_refused():
    with pytest.raises(SystemExit, match="--people needs the name of one bench"):
        bench.main(["--people", "8"])


def test_the_summary_keeps_the_lines_that_have_a_target():
    lines = [
        "rate   8,042 states/s (at least 3)\n",
        "ratio  78\n",
        "both  0.2 s (goal .3)\n",
        "peak  90 MB (at most 400)\n",
    ]

    assert bench.targets("plan", lines) == [
        "plan     rate   8,042 states/s (at least 3)",
        "plan     both  0.2 s (goal .3)",
        "plan     peak  90 MB (at most 400)",
    ]


def test_a_server_that_was_named_and_does_not_answer_is_an_error(monkeypatch):
    monkeypatch.setenv("RAMPART_BENCH_PG", "postgres://postgres@127.0.0.1:1/postgres")

    with pytest.raises(psycopg.OperationalError), fresh_databases(["PostgreSQL"]):
        pass


@pytest.mark.processes
def test_a_process_that_fails_says_why():
    database = Database(name="SQLite", url="mysql://nowhere/at-all")

    with pytest.raises(BenchFailed, match="Rampart runs on sqlite:/// and postgres://"):
        database.run("tick", rounds=1, sample=1)
