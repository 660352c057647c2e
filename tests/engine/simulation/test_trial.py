"""Trials: what is counted, and what a policy can never do."""

import json
from dataclasses import replace

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from engine.simulation import POLICIES, WORLDS, Setting, Trial, simulate

SMALL = Setting(people=12, skills=9, workdays=10)


class Perfect:
    """A world in which nothing is ever forgotten; it refuses what no world should be asked."""

    asked: list[tuple[int, int]]

    def __init__(self, rng, people, skills):
        self.known = np.zeros((people, skills))
        self.asked = []

    def recall(self, day):
        return self.known

    def practise(self, day, person, skill, rng):
        assert len(set(zip(person, skill, strict=True))) == len(person)
        assert day % 7 < 5
        self.asked.append((day, int(np.bincount(person).max())))
        self.known[person, skill] = 1
        return np.full(len(person), 3)


@pytest.mark.parametrize("policy", POLICIES)
class TestEveryPolicy:
    def test_it_keeps_to_the_reps_of_a_day_and_repeats_no_skill_on_it(self, policy):
        trial = Trial(Perfect, POLICIES[policy], SMALL)

        list(trial.days())

        assert max(reps for _, reps in trial.world.asked) == SMALL.reps

    @pytest.mark.parametrize("world", WORLDS)
    def test_the_same_seed_gives_the_same_outcome_and_another_one_another(self, policy, world):
        outcome = simulate(WORLDS[world], POLICIES[policy], SMALL)

        assert simulate(WORLDS[world], POLICIES[policy], SMALL) == outcome
        assert simulate(WORLDS[world], POLICIES[policy], replace(SMALL, seed=2)) != outcome


def test_one_off_training_introduces_each_skill_once_and_then_stops():
    outcome = simulate(Perfect, POLICIES["one-off"], SMALL)

    assert (outcome.reps_per_person, outcome.skills_introduced, outcome.final) == (9, 9, 1)


def test_the_mean_is_over_calendar_days_and_the_end_comes_after_the_last_weekend():
    """Three of nine skills known on day 0, six on day 1, nine from day 2 of fourteen on."""
    outcome = simulate(Perfect, POLICIES["drip"], SMALL)

    assert SMALL.days == 14
    assert outcome.mean == pytest.approx((3 / 9 + 6 / 9 + 12) / 14)


def test_who_does_not_come_practises_nothing():
    outcome = simulate(WORLDS["A"], POLICIES["drip"], replace(SMALL, attendance=0))

    assert (outcome.final, outcome.reps_per_person) == (0, 0)


def test_real_work_moves_the_world_and_is_no_rep():
    without = simulate(WORLDS["C"], POLICIES["drip"], replace(SMALL, people=60))
    unseen = simulate(
        WORLDS["C"], POLICIES["drip"], replace(SMALL, people=60, work_per_day=2, is_work_seen=False)
    )

    assert unseen.reps_per_person == without.reps_per_person
    assert unseen.final > without.final


class TestCommand:
    def test_it_prints_figures_for_machines(self, capsys):
        call_command("simulate", "--world=B", "--policy=sm2", "--people=5", "--workdays=5", "--json")

        figures = json.loads(capsys.readouterr().out)
        assert figures["reps_per_person"] == 15
        assert set(figures) == {
            *("final", "mean", "p10", "after_30_days", "reps_per_person", "skills_introduced")
        }

    def test_it_says_to_people_what_each_figure_means(self, capsys):
        call_command("simulate", "--policy=drip", "--people=5", "--workdays=5")

        assert "recall at the end of the weakest tenth of people" in capsys.readouterr().out

    def test_a_world_may_come_from_a_file(self, capsys, tmp_path):
        file = tmp_path / "mine.py"
        file.write_text("from engine.simulation.worlds.c import World\n")

        call_command("simulate", f"--world={file}", "--policy=drip", "--people=5", "--workdays=5", "--json")

        assert json.loads(capsys.readouterr().out)["final"] > 0

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--world=D"], "'D' is neither one of A, B, C nor a file"),
            (["--people=0"], "--people 0: give one at least"),
            (["--attendance=2"], "give a chance between 0 and 1"),
            (["--seed=-1"], "give no less than 0"),
        ],
    )
    def test_what_cannot_be_is_refused(self, arguments, said):
        with pytest.raises(CommandError, match=said):
            call_command("simulate", *arguments)

    def test_a_file_without_a_world_is_refused(self, tmp_path):
        (tmp_path / "none.py").write_text("")

        with pytest.raises(CommandError, match="defines no class World"):
            call_command("simulate", f"--world={tmp_path / 'none.py'}")


class Noting(Perfect):
    """A world that notes on which days somebody is asked for a skill they saw before."""

    def __init__(self, rng, people, skills):
        super().__init__(rng, people, skills)
        self.again = []

    def practise(self, day, person, skill, rng):
        self.again += [day] * int(self.known[person, skill].sum())
        return super().practise(day, person, skill, rng)


def test_while_a_long_path_is_introduced_some_are_asked_for_a_skill_that_waited():
    """Everybody meets three of 300 skills a day, and nobody is a scout after three weeks."""
    trial = Trial(Noting, POLICIES["rampart"], replace(SMALL, people=40, skills=300, workdays=30))

    list(trial.days())

    days_later = 10 * 40  # of one person each
    assert sum(day >= 28 for day in trial.world.again) == pytest.approx(0.1 * days_later, rel=0.5)
