"""Who somebody is on GitHub."""

from engine.models import GitHubAccount
from people.models import Person


def person_of(login: str) -> Person | None:
    """Return the person or agent behind a login; None for a stranger."""
    account = GitHubAccount.objects.filter(login__iexact=login).select_related("person__owner").first()
    return account.person if account else None
