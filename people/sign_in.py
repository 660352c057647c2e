"""How people sign in: by the e-mail the roster says, and by no other."""

from collections.abc import Collection

from allauth.account.models import EmailAddress


def forget_addresses(person_ids: Collection[int]) -> None:
    """Forget the addresses these people signed in with before; allauth would still take an old one."""
    if person_ids:
        EmailAddress.objects.filter(user__in=person_ids).delete()
