"""What a workout's mail says: every rep complete, why it was chosen, and a link for each way to answer."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import translation

from engine import links, wording
from engine.delivery.rests import Rest
from engine.links import Purpose
from engine.models import Mail, Rep
from paths.catalogue import exercise_spec
from paths.schema import ChoiceSpec, ExerciseSpec, JudgeSpec

MOST_RESTS = 5  # told in one mail


@dataclass(frozen=True, kw_only=True)
class Link:
    """One way to answer: its text stands in the mail only once."""

    mark: str
    text: str
    url: str


@dataclass(frozen=True, kw_only=True)
class RepInMail:
    """A rep as the templates show it."""

    number: int
    rep: Rep
    exercise: ExerciseSpec
    why: str
    links: Sequence[Link]
    page: str

    @property
    def is_new(self) -> bool:
        return self.rep.retrievability is None


def reps_of(workout_ids: Sequence[int | None]) -> dict[int | None, list[Rep]]:
    """Return the reps of workouts, in their order, with what a mail shows of them; in one query."""
    found: dict[int | None, list[Rep]] = defaultdict(list)
    reps = Rep.objects.filter(workout__in=[one for one in workout_ids if one is not None])
    for rep in reps.select_related("exercise", "skill").order_by("workout_id", "position"):
        found[rep.workout_id].append(rep)
    return found


def contents(mail: Mail, reps: Sequence[Rep], rests: Sequence[Rest] = ()) -> dict[str, object]:
    """Return what the templates show; a skill that rests and comes all the same has the words of its rep."""
    assert mail.day is not None
    coming = {rep.skill_id for rep in reps}
    return {
        "reps": [in_mail(rep, today=mail.day) for rep in reps],
        "rests": [(rest.skill, rest.words(today=mail.day)) for rest in rests if rest.skill_id not in coming][
            :MOST_RESTS
        ],
        "minutes": sum(rep.exercise.minutes for rep in reps),
        "subject": wording.subject(reps),
    }


def in_mail(rep: Rep, *, today: date) -> RepInMail:
    """Prepare a rep for the templates, with a link for each way to answer it."""
    exercise = exercise_spec(rep.exercise.content)
    token = links.token(Purpose.ANSWER, rep.pk)
    number = rep.position + 1
    return RepInMail(
        number=number,
        rep=rep,
        exercise=exercise,
        why=wording.why(rep, today=today),
        links=[
            Link(mark=f"{number}{mark}", text=text, url=links.url("rep_chosen", token, rep.attempt, choice))
            for choice, mark, text in choices(exercise)
        ],
        page=links.url("rep", token),
    )


def choices(exercise: ExerciseSpec) -> list[tuple[str, str, str]]:
    """Return (value, mark, text) of each way to answer by picking; none for kinds that cannot be picked."""
    match exercise:
        case ChoiceSpec():
            return [
                (option.id, chr(ord("a") + place), option.text)
                for place, option in enumerate(exercise.options)
            ]
        case JudgeSpec():
            return [
                ("sound", "a", translation.gettext("Sound")),
                ("flawed", "b", translation.gettext("Flawed")),
            ]
    return []
