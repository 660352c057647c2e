"""Switch a repository off and on again: while it is off, nothing is taken in from it or said there."""

from datetime import datetime

from django.db import transaction

from engine.models import GitHubCall, Repository


@transaction.atomic
def switch_off(repository: Repository, *, now: datetime) -> None:
    """Leave a repository alone from now on; its tasks stay as they are, what was to be said is dropped."""
    if not Repository.objects.filter(pk=repository.pk, off_since=None).update(off_since=now):
        return
    waiting = GitHubCall.objects.filter(issue__repository=repository, status=GitHubCall.Status.QUEUED)
    waiting.update(status=GitHubCall.Status.DROPPED, ended_at=now)


def switch_on(repository: Repository) -> None:
    """Listen again; each issue is up to date with its next event, and its comment with the next tick."""
    Repository.objects.filter(pk=repository.pk).update(off_since=None)
