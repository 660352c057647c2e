"""The one row of django-q2's schedule that makes Rampart tick, and the rows that would stop it."""

import ast
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django_q.conf import Conf
from django_q.models import OrmQ, Schedule
from django_q.tasks import async_task

NAME = "tick"
JOB = "engine.jobs.tick"


def ensure(*, now: datetime) -> None:
    """Leave exactly one sound row for the tick, due `now`; rows of other names are left alone."""
    ours = Schedule.objects.filter(Q(name=NAME) | Q(func=JOB))
    with transaction.atomic():
        # Made anew, because any of its columns may have been changed in the admin.
        ours.delete()
        Schedule.objects.create(name=NAME, func=JOB, schedule_type=Schedule.MINUTES, minutes=1, next_run=now)


def tick_soon(*, now: datetime) -> None:
    """Queue a tick at once when none waits: django-q2 looks at its schedule only after half a minute."""
    if not OrmQ.objects.filter(lock__lte=now).exists():
        async_task(JOB)


def ticks() -> int:
    """Return how many rows run the tick; it should be one."""
    return Schedule.objects.filter(func=JOB, next_run__isnull=False).exclude(repeats=0).count()


def broken() -> list[int]:
    """Return the ids of rows that django-q2 cannot read: one of them, once due, stops every schedule."""
    rows = Schedule.objects.exclude(repeats=0).filter(Q(cluster=None) | Q(cluster=Conf.CLUSTER_NAME))
    return [row.pk for row in rows if not _can_be_read(row)]


def _can_be_read(row: Schedule) -> bool:
    try:
        if row.args:
            ast.literal_eval(row.args)
        _options(row.kwargs)
        if row.next_run is not None and row.schedule_type != Schedule.ONCE:
            row.calculate_next_run()
    except Exception:  # whatever it is, django-q2 would meet it too
        return False
    return True


def _options(written: str | None) -> None:
    """Read keyword arguments the two ways django-q2 does; it forgives what neither way can read."""
    if not written:
        return
    try:
        kwargs = ast.literal_eval(written)
    except (SyntaxError, ValueError):
        return
    dict(**kwargs).get("q_options", {}).get("cluster")
