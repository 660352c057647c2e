"""Put a call to GitHub into its outbox."""

from datetime import datetime

from django.conf import settings

from engine.models import GitHubCall, GitHubIssue


def queue(issue: GitHubIssue, kind: GitHubCall.Kind, *, login: str = "", now: datetime) -> bool:
    """Queue a call, unless the same one waits already."""
    if not settings.GITHUB_TOKEN:
        return False
    row = GitHubCall(issue=issue, kind=kind, login=login, queued_at=now, not_before=now)
    waiting = GitHubCall.objects.filter(issue=issue, kind=kind, login=login, status=GitHubCall.Status.QUEUED)
    if waiting.exists():
        return False
    return bool(GitHubCall.objects.bulk_create([row], ignore_conflicts=True))
