"""What a person may say of an exercise: that it is mistaken, or of no use to them; each can be taken back."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from engine.errors import RepChanged
from engine.models import Remark, Rep
from engine.practice.answering import check_open, standing_answer
from paths.models import Exercise


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one person has said of one exercise, and not taken back."""

    not_useful: Remark | None
    mistake: Remark | None  # as long as L&D has not looked at it
    was_looked_at: bool  # an earlier report of theirs
    has_another: bool  # the skill has an exercise that they have not called not useful


def said_of(rep: Rep) -> Said:
    """Return what the person says of the present exercise of a rep."""
    standing = list(Remark.objects.standing().filter(person=rep.person_id, exercise=rep.exercise_id))
    mistakes = [remark for remark in standing if remark.kind == Remark.Kind.MISTAKE]
    return Said(
        not_useful=next((remark for remark in standing if remark.kind == Remark.Kind.NOT_USEFUL), None),
        mistake=next((remark for remark in mistakes if remark.settled_at is None), None),
        was_looked_at=any(remark.settled_at for remark in mistakes),
        has_another=_has_another(rep),
    )


def _has_another(rep: Rep) -> bool:
    unwanted = Remark.objects.unwanted().filter(person=rep.person_id, exercise__skill=rep.skill_id)
    others = Exercise.objects.filter(skill=rep.skill_id, is_current=True).exclude(slug=rep.exercise.slug)
    return others.exclude(slug__in=unwanted.values("exercise__slug")).exists()


def call_not_useful(rep: Rep, *, attempt: int, now: datetime) -> None:
    """Note that this exercise is of no use to the person; it stays away while its skill has another."""
    rep = _as_shown(rep, attempt=attempt, now=now)
    if said_of(rep).not_useful is None:
        _note(rep, Remark.Kind.NOT_USEFUL, now=now)


def report_mistake(rep: Rep, text: str, *, attempt: int, now: datetime) -> None:
    """Note a mistake for L&D; a second report waits until they looked at the first."""
    _note(_as_shown(rep, attempt=attempt, now=now), Remark.Kind.MISTAKE, now=now, text=text)


def withdraw(rep: Rep, kind: Remark.Kind, *, attempt: int, now: datetime) -> None:
    """Withdraw what the person said; a mistake that L&D has looked at stays as it was told."""
    rep = _as_shown(rep, attempt=attempt, now=now)
    said = Remark.objects.standing().filter(person=rep.person_id, exercise=rep.exercise_id, kind=kind)
    said.filter(Q(settled_at__isnull=True) | Q(kind=Remark.Kind.NOT_USEFUL)).update(withdrawn_at=now)


def _as_shown(rep: Rep, *, attempt: int, now: datetime) -> Rep:
    """Return the rep as it is now, if its page still shows the exercise that was remarked on."""
    rep = Rep.objects.select_related("person", "workout").get(pk=rep.pk)
    if standing_answer(rep) is None:
        check_open(rep, now=now)
    if attempt != rep.attempt:
        raise RepChanged(_("This page is older than your last press. Here is the rep as it is now."))
    return rep


def _note(rep: Rep, kind: Remark.Kind, *, now: datetime, text: str = "") -> None:
    """Of two presses at once, the constraint lets one through."""
    Remark.objects.get_or_create(
        person_id=rep.person_id,
        exercise_id=rep.exercise_id,
        kind=kind,
        withdrawn_at=None,
        settled_at=None,
        defaults={"rep": rep, "text": text, "made_at": now},
    )
