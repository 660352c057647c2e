"""Plan workouts: gather what the rules need for many people at once, and write down what they choose."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import batched
from uuid import uuid4

from django.db import transaction
from django.db.models import Max

from engine.garbage import collected_later
from engine.models import Belief, Remark, Rep, Workout
from engine.practice.candidates import Table, candidates, score
from engine.practice.pupils import Pupil, load_pupils
from engine.rules import exercises as exercise_rules
from engine.rules import planning as rules
from engine.rules.exercises import Exercise
from engine.rules.planning import Option, PlannedRep, Worth
from paths import models as paths
from paths.catalogue import Catalogue, catalogue

BATCH = 1_000  # people: what is held in memory at once

type LastSeen = Mapping[tuple[int, int], Mapping[str, int]]
type Unwanted = Mapping[tuple[int, int], Collection[str]]


def plan_workouts(wanted: Iterable[tuple[int, date]], *, now: datetime) -> int:
    """Plan the workouts of (person id, local date) that have none yet; return how many were written.

    Two planners at once write one workout: the second finds the first one's and leaves it alone.
    """
    published, belief = catalogue(), Belief.objects.in_force()
    return sum(_plan_batch(dict(batch), published, belief, now=now) for batch in batched(wanted, BATCH))


@collected_later()
def _plan_batch(
    wanted: Mapping[int, date], published: Catalogue, belief: Belief | None, *, now: datetime
) -> int:
    planned = Workout.objects.filter(person__in=wanted, day__in=set(wanted.values())).values_list(
        "person", "day"
    )
    days = dict(wanted.items() - set(planned))
    if not days:
        return 0
    pupils = load_pupils(days, published)
    table = candidates(pupils, published, belief)
    return _write(pupils, _choose(pupils, table, score(table, belief), published), now=now)


def _choose(
    pupils: Sequence[Pupil], table: Table, worth: Worth, published: Catalogue
) -> list[list[PlannedRep]]:
    """Return the reps of each pupil, in the order of `pupils`."""
    options: list[list[Option]] = [[] for _ in pupils]
    for number, option in _options(pupils, table, worth, published):
        options[number].append(option)
    return [
        rules.fill(mine, minutes=pupil.minutes, new_allowed=pupil.new_allowed)
        for pupil, mine in zip(pupils, options, strict=True)
    ]


def _options(
    pupils: Sequence[Pupil], table: Table, worth: Worth, published: Catalogue
) -> Iterator[tuple[int, Option]]:
    """Yield the shortlisted skills, each with its pupil's place in `pupils`."""
    rows = rules.shortlist(table.rows, worth, length=_shortlist_length(pupils, published))
    facts = (*worth, table.rows.retention, table.rows.order)
    columns = (table.rows.person, table.skill, table.path, table.reviews, *facts)
    # Whole columns become Python's own numbers at once; one by one that takes as long as all the rest.
    shortlist = list(zip(*(column[rows].tolist() for column in columns), strict=True))
    exercises = _exercises({skill for _, skill, *_ in shortlist}, published)
    seen = _last_seen([(pupils[number].person.pk, skill) for number, skill, *_ in shortlist])
    unwanted = _unwanted(pupils)
    for number, skill, path, reps_done, gain, retrievability, tier, urgency, retention, order in shortlist:
        pupil = pupils[number]
        person_id = pupil.person.pk
        in_order = exercise_rules.in_order_of_preference(
            exercises[skill],
            reps_done=reps_done,
            is_expert=pupil.is_expert,
            last_seen=seen[person_id, skill],
            seed=f"{person_id}:{skill}",
            unwanted=unwanted.get((person_id, skill), ()),
        )
        yield (
            number,
            Option(
                skill=skill,
                path=path,
                gain=gain,
                tier=tier,
                urgency=urgency,
                retrievability=retrievability,
                retention=retention,
                is_new=reps_done == 0,
                order=order,
                exercises=tuple(in_order),
            ),
        )


def _shortlist_length(pupils: Sequence[Pupil], published: Catalogue) -> int:
    most = max(pupil.person.minutes for pupil in pupils)
    shortest = min((one.minutes for some in published.exercises.values() for one in some), default=1)
    return rules.shortlist_length(most, shortest_rep=shortest)


def _exercises(skills: Iterable[int], published: Catalogue) -> dict[int, list[Exercise]]:
    return {
        skill: [
            Exercise(key=one.pk, slug=one.slug, ai=one.ai, minutes=one.minutes, kind=one.kind)
            for one in published.exercises[skill]
        ]
        for skill in skills
    }


def _last_seen(wanted: Collection[tuple[int, int]]) -> LastSeen:
    """The last rep of each person with each exercise, by its name: a reworded one is still the same."""
    people, skills = {person for person, _ in wanted}, {skill for _, skill in wanted}
    slugs = dict(paths.Exercise.objects.filter(skill__in=skills).order_by().values_list("pk", "slug"))
    met = Rep.objects.filter(person__in=people).order_by().values_list("person", "skill", "exercise")
    seen: dict[tuple[int, int], dict[str, int]] = {pair: {} for pair in wanted}
    # A person's reps are written day by day: the last row is the latest, and no workout need be looked up.
    for person, skill, exercise, last in met.annotate(last=Max("pk")):
        if (mine := seen.get((person, skill))) is not None:
            mine[slugs[exercise]] = max(last, mine.get(slugs[exercise], 0))
    return seen


def _unwanted(pupils: Sequence[Pupil]) -> Unwanted:
    """What each person called not useful, by name too: rewording an exercise does not bring it back."""
    said = Remark.objects.unwanted().filter(person__in=[pupil.person.pk for pupil in pupils]).order_by()
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    for person, skill, slug in said.values_list("person", "exercise__skill", "exercise__slug"):
        found[person, skill].add(slug)
    return found


@transaction.atomic
def _write(pupils: Sequence[Pupil], chosen: Sequence[Sequence[PlannedRep]], *, now: datetime) -> int:
    """Write each workout with its reps; one that another planner wrote meanwhile is left as it stands."""
    plan = uuid4()
    drafts = [
        Workout(person_id=pupil.person.pk, day=pupil.day, planned_at=now, plan=plan, size=len(reps))
        for pupil, reps in zip(pupils, chosen, strict=True)
    ]
    Workout.objects.bulk_create(drafts, ignore_conflicts=True)
    written = Workout.objects.filter(
        person__in=[pupil.person.pk for pupil in pupils], day__in={pupil.day for pupil in pupils}, plan=plan
    )
    mine = dict(written.order_by().values_list("person_id", "pk"))
    Rep.objects.bulk_create(
        rep
        for pupil, reps in zip(pupils, chosen, strict=True)
        if pupil.person.pk in mine
        for rep in _reps(mine[pupil.person.pk], pupil, reps)
    )
    return len(mine)


def _reps(workout_id: int, pupil: Pupil, planned: Sequence[PlannedRep]) -> list[Rep]:
    return [
        Rep(
            workout_id=workout_id,
            person_id=pupil.person.pk,
            skill_id=rep.option.skill,
            exercise_id=rep.exercise.key,
            position=position,
            why=rep.why,
            retrievability=None if rep.option.is_new else rep.option.retrievability,
            last_review_on=pupil.reviewed_on.get(rep.option.skill),
            last_rating=pupil.last_rating.get(rep.option.skill),
            last_by_work=rep.option.skill in pupil.done_for_real,
        )
        for position, rep in enumerate(planned)
    ]
