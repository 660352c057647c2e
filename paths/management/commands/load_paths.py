"""load_paths DIR: publish what changed in a folder of path and on-ramp files, all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from paths.publishing import NotPublished, publish
from people.clock import present


class Command(BaseCommand):
    help = "Publish every path and on-ramp file of a folder that changed; if one has an error, none of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder: Path, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder; give the one that holds the files.")
        found = sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")])
        if not found:
            raise CommandError(f"{folder} holds no .yaml file.")
        try:
            versions = publish({str(file): file.read_bytes() for file in found}, by=None, now=present())
        except NotPublished as error:
            raise CommandError(f"{error}\nNothing was published.") from error
        for version in versions:
            self.stdout.write(f"{version.of.slug}: version {version.number}, {version.change}")
        self.stdout.write(f"{len(versions)} of {len(found)} files changed and were published.")
