"""Each bench runs to its end on a few rows and prints its figures; how fast it was is not asserted."""

import psycopg
import pytest
from django.db import connection

from bench import __main__ as bench
from bench.databases import BenchFailed, Database, fresh_databases
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


@pytest.mark.processes
def test_the_bench_of_policies_prints_rampart_beside_each_rival_and_the_goal(capfd):
    bench.main(["policy", *TINY["policy"]])

    printed = capfd.readouterr().out
    assert [figure for figure in FIGURES["policy"] if figure not in printed] == []


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
        SystemExit, match="No bench is called 'tock'; there are memory, plan, policy, check, tick"
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
