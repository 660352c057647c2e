"""Reported mistakes that L&D has looked at: they leave the list, and may come back to it."""

from datetime import datetime

from django.db import IntegrityError, transaction

from engine.models import Remark
from engine.models.remarks import RemarkQuerySet
from people.models import Person


def settle(remarks: RemarkQuerySet, *, by: Person, now: datetime) -> list[Remark]:
    """Take open reports of mistakes off the list; return those that were open."""
    return [
        remark
        for remark in remarks.open_mistakes()
        if Remark.objects.open_mistakes().filter(pk=remark.pk).update(settled_at=now, settled_by=by)
    ]


def open_again(remarks: RemarkQuerySet) -> list[Remark]:
    """Put settled reports back on the list; return those that came back.

    One stays settled while another report of the same exercise is open, whoever made that one: what comes
    back must not tell whether two reports are one person's.
    """
    settled = remarks.standing().filter(kind=Remark.Kind.MISTAKE, settled_at__isnull=False)
    is_open = set(Remark.objects.open_mistakes().values_list("exercise", flat=True))
    return [remark for remark in settled if remark.exercise_id not in is_open and _open_again(remark)]


def _open_again(remark: Remark) -> bool:
    """Say whether it came back; the constraint lets a person have one open report of an exercise."""
    try:
        with transaction.atomic():
            settled = Remark.objects.filter(pk=remark.pk, settled_at__isnull=False)
            return settled.update(settled_at=None, settled_by=None) > 0
    except IntegrityError:
        return False
