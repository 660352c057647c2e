"""Which lines of a sheet name nobody here, or an agent where only people are meant."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from people.models import Person
from people.sheets import Problem, shown


class Named(Protocol):
    """One line that begins with an address."""

    @property
    def line(self) -> int: ...
    @property
    def email(self) -> str: ...


def strangers(said: Iterable[Named], people: Mapping[str, Person], *, but_agents: str) -> Iterator[Problem]:
    """Yield a problem for each such line; `but_agents` ends the sentence about an agent."""
    for one in said:
        person = people.get(one.email)
        if person is None:
            message = f"{shown(one.email)} is nobody's address here; correct it, or import the person first."
        elif person.kind == Person.Kind.AGENT:
            message = f"{shown(one.email)} is the address of an agent, and agents {but_agents}."
        else:
            continue
        yield Problem(line=one.line, column="email", message=message)
