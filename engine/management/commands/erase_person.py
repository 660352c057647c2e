"""manage.py erase_person: remove what is a person's, and keep what must stay under a random key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from engine.onramps import erasing
from people.clock import present
from people.models import Person


class Command(BaseCommand):
    help = "Erase a person for good: reviews, credits and decisions stay under a random key, the rest goes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="The person's address, as in the roster.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *, email: str, yes: bool, **options: Any) -> None:
        person = Person.objects.filter(email__iexact=email.strip()).first()
        if person is None:
            raise CommandError(f"{email!r}: nobody has this address; write it as in the roster.")
        if not yes:
            self.stdout.write(f"This erases {person.name} for good; it cannot be undone.")
            if input("Type the address once more to go on: ").strip().lower() != person.email.lower():
                raise CommandError("The addresses differ; nothing was erased.")
        key = erasing.erase(person, now=present())
        self.stdout.write(f"Erased. What must stay goes by the key {key}.")
