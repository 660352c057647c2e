"""manage.py rebuild_memory: recompute every memory from its reviews."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Exists, OuterRef
from tqdm import tqdm

from engine import practice
from engine.models import Memory, Review
from people.models import Person


class Command(BaseCommand):
    help = "Recompute all memories from the reviews, repair what differs, and say what did."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--person", metavar="EMAIL", help="Only this person's.")

    def handle(self, *, person: str | None, **options: Any) -> None:
        people = _with_reviews() if person is None else _one(person)
        found = 0
        with tqdm(people, unit=" people", desc="Rebuilding", disable=None) as progress:
            for difference in practice.rebuild_all(progress):
                found += 1
                progress.write(_sentence(difference), file=self.stdout)
        self.stdout.write(f"People rebuilt: {len(people)}. Differences found and repaired: {found}.")


def _with_reviews() -> list[int]:
    reviewed = Exists(Review.objects.filter(person=OuterRef("pk")))
    remembered = Exists(Memory.objects.filter(person=OuterRef("pk")))
    return list(Person.objects.filter(reviewed | remembered).order_by("pk").values_list("pk", flat=True))


def _one(email: str) -> list[int]:
    ids = list(Person.objects.filter(email__iexact=email.strip()).values_list("pk", flat=True))
    if not ids:
        raise CommandError(f"--person {email!r}: nobody has this address; write it as in the roster.")
    return ids


def _sentence(difference: practice.Difference) -> str:
    was, now_is = _value(difference.stored), _value(difference.rebuilt)
    return f"person {difference.person_id} skill {difference.skill_id}: stored {was}, rebuilt {now_is}"


def _value(memory: Memory | None) -> str:
    if memory is None:
        return "nothing"
    numbers = f"stability {memory.stability:.6g}, difficulty {memory.difficulty:.6g} by {memory.model}"
    return f"{numbers}, reviews {memory.reviews} from {memory.introduced_on} to {memory.reviewed_on}"
