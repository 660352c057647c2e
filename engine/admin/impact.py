"""What publishing a text would do to people, counted before it happens."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from engine import practice
from engine.models import Answer, Enrolment
from paths.changes import Difference
from paths.models import Path, PathVersion, Version
from paths.publishing import PathDraft
from paths.schema import PathSpec
from people.models import Person, day_numbers


@dataclass(frozen=True, kw_only=True)
class ChangedKey:
    """An exercise whose right answer is another now, and how many people answered under the old one."""

    exercise: str
    people: int


@dataclass(frozen=True, kw_only=True)
class Impact:
    difference: Difference

    @property
    def change(self) -> str:
        return Version.Change(self.difference.size.name.lower()).label.lower()


@dataclass(frozen=True, kw_only=True)
class PathImpact(Impact):
    keys: tuple[ChangedKey, ...]
    enrolled: int
    joining: int
    waiting: int  # for whom it is too, once they are started
    leaving: int
    mails_now: int  # a week, at most: a person on several paths gets one mail a workday
    mails_then: int


def impact_of(draft: PathDraft) -> PathImpact:
    enrolled = Person.objects.practising().filter(pk__in=_enrolments(draft.row).values("person"))
    audience = _audience(draft.spec)
    meant, waiting = audience & Person.objects.practising(), audience.filter(started_on=None)
    joining, leaving = meant.exclude(pk__in=enrolled.values("pk")), Person.objects.none()
    if draft.spec.status != Path.Status.ACTIVE:
        joining = waiting = Person.objects.none()
    if draft.spec.status != Path.Status.DRAFT:
        by_role = _enrolments(draft.row).filter(source=Enrolment.Source.AUDIENCE)
        leaving = enrolled.filter(pk__in=by_role.values("person")).exclude(pk__in=meant.values("pk"))
    was_sent = draft.row is not None and draft.row.status in Path.PRACTISED
    will_be_sent = draft.spec.status in Path.PRACTISED
    now = _mails_a_week(enrolled)
    staying = now - _mails_a_week(leaving) + _mails_a_week(joining)
    return PathImpact(
        difference=draft.difference,
        keys=_changed_keys(draft),
        enrolled=enrolled.count(),
        joining=joining.count(),
        waiting=waiting.count(),
        leaving=leaving.count(),
        mails_now=now if was_sent else 0,
        mails_then=staying if will_be_sent else 0,
    )


def _enrolments(path: Path | None) -> QuerySet[Enrolment]:
    return Enrolment.objects.active().filter(path=path) if path else Enrolment.objects.none()


def _audience(spec: PathSpec) -> QuerySet[Person]:
    """Ask as if the text were published already; nothing of this is saved."""
    imagined = Path(current=PathVersion(spec=spec.model_dump_json(by_alias=True)))
    return practice.audience_of(imagined)


def _mails_a_week(people: QuerySet[Person]) -> int:
    rhythms = people.order_by().values_list("workdays").annotate(people=Count("pk"))
    return sum(len(day_numbers(workdays)) * count for workdays, count in rhythms)


def _changed_keys(draft: PathDraft) -> tuple[ChangedKey, ...]:
    former = {skill.id: skill.was for skill in draft.spec.own_skills}
    return tuple(
        ChangedKey(exercise=name, people=_answered(name, former)) for name in draft.difference.keys_changed
    )


def _answered(name: str, former: dict[str, list[str]]) -> int:
    skill, exercise = name.split("/")
    under_old_key = Q(
        exercise__skill__slug__in=[skill, *former[skill]],
        exercise__slug=exercise,
        exercise__is_current=True,
        undone_at=None,
    )
    return Answer.objects.filter(under_old_key).aggregate(people=Count("rep__person", distinct=True))[
        "people"
    ]
