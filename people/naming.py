"""What a role, level or team answers to."""

from collections.abc import Callable, Iterable

from django.utils.text import slugify

from people.models import Named


def by_name[G: Named](groups: Iterable[G], key: Callable[[str], str] = str.casefold) -> dict[str, G]:
    """Return what each name means; where one's slug is another's name, the slug counts."""
    groups = list(groups)
    found = {key(name): group for group in groups for name in group.other_names}
    found |= {key(group.name): group for group in groups}
    return found | {key(group.slug): group for group in groups}


def by_id[G: Named](groups: Iterable[G]) -> dict[str, G]:
    """Return what each id in a path file means: a slug, or any name written as one."""
    return by_name(groups, key=slugify)
