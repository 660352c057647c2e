"""How people here forget: fitted to their reviews, built beside what plans, and then planned by."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from engine import practice
from engine.jobs import run_tick
from engine.models import Alert, Belief, Mail, Memory, Rep, Review, State, Workout
from engine.models.beliefs import written
from engine.practice import histories, remembering, states
from engine.practice.own_data import collected
from engine.rules import believing as rules
from engine.rules import family, planning
from engine.rules.curves import chance_on
from engine.rules.forgetting import Believed
from engine.rules.memory import Rating
from paths.models import Skill
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.texts import path_text, published, skill_text

pytestmark = pytest.mark.django_db

PRACTISED = ("one", "two", "three", "four", "five")
THURSDAY = MONDAY + timedelta(days=3)
TODAY = MONDAY.date()
FRIDAY = MONDAY + timedelta(days=4)


def review(person, slug, at, rating):
    return remembering.record(
        person,
        skill_id=Skill.objects.get(slug=slug).pk,
        rating=rating,
        source=Review.Source.WORK,
        now=at,
        on=at.date(),
    )


@pytest.fixture
def people():
    """Six people who each practised five skills on Monday and on Wednesday; a sixth skill is still new."""
    published(path_text(skills=[*PRACTISED, "six"], pace=20))
    found = [PersonFactory() for _ in range(6)]
    for number, person in enumerate(found):
        for place, slug in enumerate(PRACTISED):
            review(person, slug, MONDAY, Rating.GOOD)
            again = Rating.AGAIN if (number + place) % 3 == 0 else Rating.GOOD
            review(person, slug, MONDAY + timedelta(days=2), again)
    practice.reconcile(now=THURSDAY)
    return found


def believe(*, line=0.0, school="fsrs", in_force_since=MONDAY, on=TODAY, calm=0):
    """Write down a belief as a fit would, and build its states."""
    sure = {name: float(name == school) for name in family.SCHOOLS}
    schools = written(replace(rules.FIRST, weights=sure))
    belief = Belief.objects.create(
        fitted_on=on, school=school, schools=schools, line=line, wanted=line, calm=calm, attendance=1.0,
        people=5, reviews=50,
    )  # fmt: skip
    if in_force_since:
        practice.build(belief, now=in_force_since)
        belief.refresh_from_db()
    return belief


def plan(person, *, at=THURSDAY):
    practice.plan_workouts([(person.pk, at.date())], now=at)
    return list(Rep.objects.filter(workout__person=person, workout__day=at.date()).select_related("skill"))


def values(belief):
    return dict(State.objects.filter(belief=belief).order_by("memory").values_list("memory", "stability"))


class TestReconsidering:
    def test_reviews_of_enough_people_make_a_belief_with_a_state_for_each_memory(self, people):
        belief = practice.go_on_believing(now=THURSDAY)

        belief.refresh_from_db()
        assert (belief.people, belief.reviews, belief.in_force_since) == (6, 60, THURSDAY)
        assert sum(school["weight"] for school in belief.schools.values()) == pytest.approx(1)
        assert State.objects.filter(belief=belief).count() == Memory.objects.count() == 30

    def test_the_same_reviews_on_the_same_day_say_the_same(self, people):
        first = practice.reconsider(now=THURSDAY)
        found = (first.schools, first.line)
        first.delete()

        again = practice.reconsider(now=THURSDAY)

        assert (again.schools, again.line) == found

    def test_of_two_on_one_day_the_second_finds_it_done(self, people):
        assert practice.reconsider(now=THURSDAY)

        assert practice.reconsider(now=THURSDAY) is None

    def test_a_fit_waits_for_its_day(self, people):
        belief = practice.go_on_believing(now=THURSDAY)

        assert practice.go_on_believing(now=THURSDAY + timedelta(hours=2)) is None
        assert practice.go_on_believing(now=THURSDAY + timedelta(days=2)) not in (None, belief)  # Friday's

    @pytest.mark.parametrize(("calm", "is_fitted"), [(0, True), (1, False)])
    def test_after_the_eighth_week_a_settled_belief_stands_and_a_doubtful_one_is_fitted(
        self, people, calm, is_fitted
    ):
        ninth = MONDAY + timedelta(weeks=9)
        believe(on=(ninth - timedelta(weeks=1)).date(), calm=calm)

        assert (practice.go_on_believing(now=ninth) is not None) is is_fitted

    def test_four_people_are_too_few_to_be_looked_at(self, people):
        Memory.objects.filter(person__in=people[:2]).update(reviews=1)

        assert practice.go_on_believing(now=THURSDAY) is None

    def test_five_people_who_hardly_came_back_are_too_few_reviews(self, people):
        few = Memory.objects.exclude(skill__slug__in=PRACTISED[:3])
        few.update(reviews=1)

        assert practice.go_on_believing(now=THURSDAY) is None

    def test_without_a_review_there_is_nothing_to_do(self):
        assert practice.go_on_believing(now=THURSDAY) is None

    def test_attendance_is_the_share_of_workouts_in_which_something_was_answered(self, people):
        for days in (0, 1, 2):
            workout = Workout.objects.create(
                person=people[0], day=(MONDAY + timedelta(days=days)).date(), planned_at=MONDAY,
                plan="0" * 32, size=1,
            )  # fmt: skip
            assert workout.size

        assert practice.reconsider(now=THURSDAY).attendance == 0

    def test_who_left_every_path_still_tells_how_people_forget(self, people):
        for person in people:
            person.enrolments.update(ended_on=THURSDAY.date())

        assert practice.reconsider(now=THURSDAY).line == rules.FIRST_LINE

    def test_a_belief_of_another_family_neither_plans_nor_is_gone_on_from(self, people):
        old = believe(line=0.87, on=THURSDAY.date())
        Belief.objects.filter(pk=old.pk).update(model="family-0")

        assert Belief.objects.in_force() is None
        assert practice.go_on_believing(now=THURSDAY).model == family.MODEL


class TestBuilding:
    def test_until_the_last_state_is_built_plans_go_by_what_was_before(self, people, monkeypatch):
        monkeypatch.setattr(states, "BATCH", 2)
        former = believe(school="fsrs")
        belief = believe(school="memorize", in_force_since=None, on=THURSDAY.date())

        assert states.build_some(belief, now=THURSDAY) == 2
        assert Belief.objects.in_force() == former
        assert not practice.build(belief, now=THURSDAY, is_over=iter([False, True]).__next__)
        belief.refresh_from_db()
        assert (belief.in_force_since, len(values(belief)), states.waiting(belief)) == (None, 20, 2)

        assert practice.go_on_believing(now=FRIDAY) == belief
        assert Belief.objects.in_force() == belief
        assert len(values(belief)) == 30

    def test_cut_short_or_not_the_states_are_the_same(self, people, monkeypatch):
        at_once = believe(school="traces")
        monkeypatch.setattr(states, "BATCH", 1)

        piecemeal = believe(school="traces", on=THURSDAY.date())

        assert values(piecemeal) == values(at_once)

    def test_a_review_that_arrives_meanwhile_moves_both_beliefs(self, people, monkeypatch):
        monkeypatch.setattr(states, "BATCH", 2)
        former = believe(school="fsrs")
        belief = believe(school="memorize", in_force_since=None, on=THURSDAY.date())
        states.build_some(belief, now=THURSDAY)

        for person in (people[0], people[-1]):  # one whose states are built, and one whose are not
            review(person, "one", THURSDAY, Rating.EASY)
        practice.build(belief, now=THURSDAY)

        for one in (former, belief):
            assert len(values(one)) == 30
            for state in State.objects.filter(belief=one).select_related("memory"):
                own = Review.objects.standing().filter(
                    person=state.memory.person_id, skill=state.memory.skill_id
                )
                history = [review.evidence() for review in own.in_order()]
                expected = Believed(model=one.numbers()).follow(history)[-1]
                assert state.stability == pytest.approx(expected.stability, rel=1e-9)

    def test_a_first_review_has_a_state_and_one_taken_back_leaves_none(self, people):
        belief = believe()

        new = review(people[0], "six", THURSDAY, Rating.GOOD)
        assert len(values(belief)) == 31
        remembering.void(new, now=THURSDAY)

        assert len(values(belief)) == 30

    def test_a_memory_that_was_repaired_has_its_state_repaired_too(self, people):
        belief = believe()
        before = values(belief)
        State.objects.update(stability=7)
        Memory.objects.update(stability=7)

        call_command("rebuild_memory")

        assert values(belief) == pytest.approx(before, rel=1e-9)

    def test_states_of_former_beliefs_go_with_the_fit_after_the_next(self, people):
        former, current = believe(), believe(on=TODAY + timedelta(days=1))
        assert values(former)

        practice.reconsider(now=THURSDAY)

        assert (len(values(former)), len(values(current))) == (0, 30)

    def test_nobody_remembers_anything_and_it_comes_into_force_at_once(self):
        assert believe().in_force_since == MONDAY


class TestHistories:
    def test_each_row_is_one_skill_of_one_person_in_order_of_time(self, people):
        read = histories.read([people[0].pk, people[1].pk])

        assert read.person.tolist() == [people[0].pk] * 5 + [people[1].pk] * 5
        assert read.histories.reviews.tolist() == [2] * 10
        assert read.histories.elapsed.tolist() == [[0, 2]] * 10
        first = read.skill.tolist().index(Skill.objects.get(slug="one").pk)
        assert read.histories.rating[first].tolist() == [Rating.GOOD, Rating.AGAIN]
        assert set(read.last_day.tolist()) == {(MONDAY + timedelta(days=2)).toordinal()}

    def test_of_nobody_there_are_none(self):
        assert not len(histories.read([]).histories.reviews)

    def test_as_a_group_they_stand_by_person_and_skill_and_keep_the_last_review(self, people):
        ids = [people[1].pk, people[0].pk]
        skills = [Skill.objects.get(slug=slug).pk for slug in ("six", "one")]
        read = histories.read(ids)
        read = replace(
            read,
            histories=replace(
                read.histories,
                elapsed=read.histories.elapsed[read.skill == skills[1]],
                rating=read.histories.rating[read.skill == skills[1]],
                reviews=read.histories.reviews[read.skill == skills[1]],
            ),
            person=read.person[read.skill == skills[1]],
            skill=read.skill[read.skill == skills[1]],
        )

        group = histories.grouped(read, people=ids, skills=skills, longest=1)

        assert group.reviews.tolist() == [[0, 2], [0, 2]]
        assert group.elapsed[:, 1, 0].tolist() == [2, 2]  # of the last
        assert group.rating[:, 1, 0].tolist() == [Rating.GOOD, Rating.AGAIN]


class TestPlanning:
    def test_a_rep_is_planned_by_what_is_believed(self, people):
        belief = believe(school="memorize")

        known = [rep for rep in plan(people[0]) if rep.retrievability is not None]

        assert known
        for rep in known:
            state = State.objects.get(memory__person=people[0], memory__skill=rep.skill_id)
            chance = family.retrievability(np.array([state.stability]), 1, belief.numbers())
            assert rep.retrievability == pytest.approx(float(chance[0]))

    def test_before_anything_is_believed_fsrs_plans(self, people):
        rep = next(rep for rep in plan(people[0]) if rep.retrievability is not None)

        memory = Memory.objects.get(person=people[0], skill=rep.skill_id)
        assert rep.retrievability == pytest.approx(
            float(planning.memory.retrievability(memory.stability, elapsed_days=1))
        )

    def test_at_line_zero_the_new_skill_comes_first(self, people):
        believe(line=0.0)

        assert plan(people[0], at=THURSDAY + timedelta(days=10))[0].skill.slug == "six"

    def test_above_it_a_new_skill_waits_for_those_to_be_defended(self, people):
        """The first person had forgotten two of the five on Wednesday."""
        believe(line=0.87)

        slugs = [rep.skill.slug for rep in plan(people[0], at=THURSDAY + timedelta(days=1))]

        assert (set(slugs[:2]), slugs[2:]) == ({"one", "four"}, ["six"])

    def test_what_must_not_be_withheld_comes_first_whatever_the_line(self, people):
        believe(line=0.87)
        urgent = skill_text("six").replace("after: []", "after: []\n    never_withhold: true")
        published(path_text(body="".join(map(skill_text, PRACTISED)) + urgent, pace=20))

        assert plan(people[0], at=THURSDAY + timedelta(days=1))[0].skill.slug == "six"

    def test_a_page_tells_what_the_mail_told(self, people):
        """The chance that a rep was planned by, and the one that My memory shows on that day."""
        believe(school="memorize", line=0.87)
        at = THURSDAY + timedelta(days=1)
        by = Belief.objects.forgetting()

        for rep in plan(people[0], at=at):
            history = [
                one.evidence()
                for one in Review.objects.standing().filter(person=people[0], skill=rep.skill_id).in_order()
            ]
            if history:
                told = chance_on(by.follow(history)[-1], at.date(), by=by)
                assert rep.retrievability == pytest.approx(told)

    def test_work_counts_at_once(self, people):
        believe(line=0.87)
        day = THURSDAY + timedelta(days=1)
        planned = plan(people[0], at=day)[0].skill.slug
        Rep.objects.all().delete()
        Workout.objects.all().delete()

        review(people[0], planned, day, Rating.EASY)

        assert planned not in [rep.skill.slug for rep in plan(people[0], at=day)]


class TestOnesOwnData:
    def test_the_export_says_what_plans_take_a_memory_for(self, people):
        belief = believe()

        told = collected(people[0], now=THURSDAY)["memories"]

        assert [[state["belief"] for state in one["planned_as"]] for one in told] == [[str(belief)]] * 5
        assert all(one["planned_as"][0]["stability"] > 0 for one in told)


class TestTheTick:
    def test_it_fits_and_builds_after_the_mails_and_the_same_now_changes_nothing(self, people):
        assert run_tick(now=THURSDAY).beliefs == 1
        before = (list(Belief.objects.values()), list(State.objects.values()))

        assert run_tick(now=THURSDAY).beliefs == 0
        assert (list(Belief.objects.values()), list(State.objects.values())) == before

    def test_what_goes_wrong_there_keeps_nobodys_mail_waiting_and_is_said(self, people, monkeypatch):
        def broken(*_, **__):
            raise ZeroDivisionError("no reviews at all")

        monkeypatch.setattr(rules, "refit", broken)
        run_tick(now=THURSDAY)
        run_tick(now=THURSDAY + timedelta(hours=8))
        assert Alert.objects.get(kind="how people forget", resolved_at=None).message == (
            "ZeroDivisionError: no reviews at all"
        )
        assert Mail.objects.filter(kind=Mail.Kind.WORKOUT).exists()

        monkeypatch.undo()
        run_tick(now=THURSDAY + timedelta(hours=9))
        assert not Alert.objects.filter(kind="how people forget", resolved_at=None).exists()


class TestTheCommand:
    def test_it_says_what_it_found_and_plans_go_by_it(self, people, capsys):
        call_command("reconsider", "--now", THURSDAY.isoformat())

        belief = Belief.objects.in_force()
        assert f"fitted to 60 reviews of 6 people. The likeliest school is {belief.school}" in (
            capsys.readouterr().out
        )

    def test_it_goes_on_where_it_was_stopped(self, people, monkeypatch, capsys):
        monkeypatch.setattr(states, "BATCH", 2)
        belief = practice.reconsider(now=THURSDAY)
        states.build_some(belief, now=THURSDAY)

        call_command("reconsider", "--now", FRIDAY.isoformat())

        assert Belief.objects.get().in_force_since == FRIDAY
        assert len(values(belief)) == 30

    def test_with_too_little_it_says_what_it_takes(self):
        with pytest.raises(CommandError, match="five people, twenty skills"):
            call_command("reconsider", "--now", THURSDAY.isoformat())
