"""Who is on which path: enrolment follows the person's role and level, and the path's audience."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from engine.models import Enrolment
from paths.catalogue import path_spec
from paths.models import Path, PathVersion
from paths.schema import Audience
from people.models import Level, Person, Role
from people.naming import by_id


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The roles and levels that are here, by every id that an audience may call them."""

    roles: Mapping[str, Role]
    levels: Mapping[str, Level]

    @classmethod
    def here(cls) -> Self:
        return cls(roles=by_id(Role.objects.all()), levels=by_id(Level.objects.all()))

    def meant(self, version: PathVersion) -> Q:
        return self.for_audience(path_spec(version.spec).audience)

    def for_audience(self, audience: Audience) -> Q:
        return Q(
            role__in=_called(audience.roles, self.roles), level__in=_called(audience.levels, self.levels)
        )


def _called(ids: Iterable[str], groups: Mapping[str, Role | Level]) -> set[int]:
    return {groups[name].pk for name in ids if name in groups}


def reconcile(*, now: datetime) -> int:
    """Start and end enrolments so that they match today's people and paths; return how many changed.

    A draft path starts and ends nobody, a retired one starts nobody and lets the enrolled finish.
    """
    changed = _end(_of_nobody_practising(), now=now)
    groups = Groups.here()
    for path in _published():
        audience = _audience(path, groups)
        no_longer = (
            path.enrolments.active().filter(source=Enrolment.Source.AUDIENCE).exclude(person__in=audience)
        )
        changed += _end(no_longer, now=now)
        if path.status == Path.Status.ACTIVE:
            changed += _start(path, audience, now=now)
    return changed


def _published() -> QuerySet[Path]:
    paths = Path.objects.filter(current__isnull=False).exclude(status=Path.Status.DRAFT)
    return paths.select_related("current")


def _of_nobody_practising() -> QuerySet[Enrolment]:
    """Open enrolments of people who left or stopped; one by hand waits for whoever stopped to go on."""
    waits = Q(source=Enrolment.Source.BY_HAND, person__is_active=True)
    return Enrolment.objects.active().exclude(person__in=Person.objects.practising()).exclude(waits)


def audience_of(path: Path, groups: Groups | None = None) -> QuerySet[Person]:
    """The people a published path is for, whether they practise yet or not."""
    assert path.current is not None
    is_meant = (groups or Groups.here()).meant(path.current)
    return Person.objects.filter(is_meant, is_active=True, kind=Person.Kind.PERSON)


def with_path() -> QuerySet[Person]:
    """People whom an active path is for, whether they practise yet or not."""
    return Person.objects.filter(_is_meant_by_any(), kind=Person.Kind.PERSON, is_active=True)


def without_path() -> QuerySet[Person]:
    """People with a role and a level that no active path is for, and who are on none by hand either."""
    enrolled = Enrolment.objects.active().filter(person=OuterRef("pk"))
    placed = Person.objects.filter(kind=Person.Kind.PERSON, is_active=True).filter(
        role__isnull=False, level__isnull=False
    )
    return placed.exclude(_is_meant_by_any()).exclude(Exists(enrolled))


def _is_meant_by_any() -> Q:
    is_meant, groups = Q(pk__in=[]), Groups.here()
    for path in _active():
        assert path.current is not None
        is_meant |= groups.meant(path.current)
    return is_meant


def _active() -> QuerySet[Path]:
    active = Path.objects.filter(status=Path.Status.ACTIVE, current__isnull=False)
    return active.select_related("current").defer("draft", "current__text")


def awaited() -> dict[str, list[str]]:
    """The ids of roles and levels of active paths that are not here, by `role` and `level`."""
    groups = Groups.here()
    audiences = [path_spec(path.current.spec).audience for path in _active() if path.current]
    roles = {name for audience in audiences for name in audience.roles}
    levels = {name for audience in audiences for name in audience.levels}
    return {"role": sorted(roles - groups.roles.keys()), "level": sorted(levels - groups.levels.keys())}


def _audience(path: Path, groups: Groups) -> QuerySet[Person]:
    return audience_of(path, groups) & Person.objects.practising()


def _start(path: Path, audience: QuerySet[Person], *, now: datetime) -> int:
    enrolled = Enrolment.objects.active().filter(path=path, person=OuterRef("pk"))
    missing = audience.exclude(Exists(enrolled))
    started = [Enrolment(person=person, path=path, started_on=person.today(now)) for person in missing]
    Enrolment.objects.bulk_create(started, ignore_conflicts=True, batch_size=500)
    return len(started)


def _end(enrolments: QuerySet[Enrolment], *, now: datetime) -> int:
    ended = list(enrolments.select_related("person"))
    for enrolment in ended:
        enrolment.ended_on = enrolment.person.today(now)
    Enrolment.objects.bulk_update(ended, ["ended_on"], batch_size=500)
    return len(ended)


def enrol(people: QuerySet[Person], *, now: datetime) -> None:
    """Start the enrolments of these people at once; the tick would do it with everybody's."""
    groups = Groups.here()
    for path in _published().filter(status=Path.Status.ACTIVE):
        _start(path, _audience(path, groups).filter(pk__in=people.values("pk")), now=now)


def leave_paths(people: QuerySet[Person], *, now: datetime) -> None:
    """End the enrolments of people who no longer practise, as the tick would."""
    _end(_of_nobody_practising().filter(person__in=people.values("pk")), now=now)
