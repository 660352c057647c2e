import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from paths.library import NOTHING, Known, read_library
from paths.problems import Problem, Severity
from paths.schema import SCHEMAS, json_schema
from paths.tree import MAX_BYTES

SUFFIXES = {".yaml", ".yml"}


class Command(BaseCommand):
    help = "Check path files and on-ramp files: one line per problem, exit code 1 on errors."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sources", nargs="*", metavar="FILE|DIR")
        parser.add_argument("--json", action="store_true", help="print the problems as a list of objects")
        parser.add_argument("--strict", action="store_true", help="exit 1 on warnings too")
        parser.add_argument(
            "--write-schemas", metavar="DIR", help="write the JSON Schema of each kind of file, and end"
        )

    def handle(self, *args: str, **options: Any) -> None:
        if options["write_schemas"]:
            for file, text in schema_texts().items():
                (Path(options["write_schemas"]) / file).write_text(text, encoding="utf-8")
            return
        if not options["sources"]:
            raise CommandError("Name a file or a directory to check.")
        files = read_files(options["sources"])
        problems = read_library(files, known=published()).problems
        if options["json"]:
            self.stdout.write(
                json.dumps([problem.as_dict() for problem in problems], ensure_ascii=False, indent=2)
            )
        else:
            for problem in problems:
                self.stdout.write(str(problem))
        self.stdout.flush()  # where both go to one place, the summary stands last
        self.stderr.write(summary(len(files), problems), style_func=str)
        fatal = {Severity.ERROR, Severity.WARNING} if options["strict"] else {Severity.ERROR}
        if any(problem.severity in fatal for problem in problems):
            sys.exit(1)


def schema_texts() -> dict[str, str]:
    """By file name: `rampart/path@1` stands in path-1.json."""
    return {
        f"{name.removeprefix('rampart/').replace('@', '-')}.json": json.dumps(
            json_schema(name), indent=2, ensure_ascii=False
        )
        + "\n"
        for name in SCHEMAS
    }


def published() -> Known:
    from paths.knowledge import known

    try:
        return known()
    except (OperationalError, ProgrammingError):
        return NOTHING  # checking needs no database: an author's laptop and a pipeline have none


def read_files(sources: Iterable[str]) -> dict[str, bytes]:
    """By name as given, each file once; of one that is too large only enough to refuse it."""
    files: dict[str, bytes] = {}
    seen: set[Path] = set()
    for path in (path for source in sources for path in _files_of(Path(source))):
        if path.resolve() in seen:
            continue
        seen.add(path.resolve())
        try:
            with path.open("rb") as stream:
                files[path.as_posix()] = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise CommandError(f"Cannot read {path}: {error.strerror}.") from error
    return files


def _files_of(source: Path) -> Iterator[Path]:
    if not source.is_dir():
        yield source
        return
    found = sorted(path for path in source.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    if not found:
        raise CommandError(f"{source} holds no .yaml file.")
    yield from found


def summary(files: int, problems: Iterable[Problem]) -> str:
    counts = Counter(problem.severity for problem in problems)
    parts = [_counted(files, "file"), _counted(counts[Severity.ERROR], "error")]
    parts.append(_counted(counts[Severity.WARNING], "warning"))
    if counts[Severity.INFORMATION]:
        parts.append(f"{counts[Severity.INFORMATION]} for information")
    return ", ".join(parts)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
