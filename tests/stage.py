"""What the builders of situations work with: a page as somebody finds it, and the stage it is set on."""

from dataclasses import dataclass, field
from datetime import date, datetime

from engine import practice
from engine.models import Mail, Rep
from engine.rules.grading import Given
from people.models import Person
from tests.engine_factories import MailFactory, RepFactory, WorkoutFactory
from tests.factories import PersonFactory


@dataclass(frozen=True, kw_only=True)
class Situation:
    """A page as somebody finds it: signed in as `who`, or with nothing but the address."""

    name: str
    address: str
    who: Person | None = None
    press: dict[str, object] = field(default_factory=dict)  # what is sent by a form; a look without


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What the builders of situations work with: the now, and people who speak a language."""

    now: datetime
    day: date
    language: str

    def person(self, **fields: object) -> Person:
        found: Person = PersonFactory(language=self.language, **fields)
        return found

    def rep(self, **fields: object) -> Rep:
        workout = WorkoutFactory(person=self.person(), day=self.day, planned_at=self.now)
        found: Rep = RepFactory(workout=workout, **fields)
        return found

    def mail(self, **person: object) -> Mail:
        workout = WorkoutFactory(person=self.person(**person), day=self.day, planned_at=self.now)
        found: Mail = MailFactory(workout=workout, sent=True, not_before=self.now)
        return found

    def answered(self, given: Given, **fields: object) -> Rep:
        rep = self.rep(**fields)
        practice.answer(rep, given, attempt=1, now=self.now)
        return rep
