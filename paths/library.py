"""Path and on-ramp files that belong together, read and compared with each other and with what is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from paths.agreement import disagreements
from paths.inspection import inspect
from paths.on_ramp_agreement import on_ramp_disagreements
from paths.problems import Problem, has_errors, in_order
from paths.schema import AnySpec
from paths.shelf import Known, stock
from paths.source import Reading, read

__all__ = ["NOTHING", "Known", "Library", "read_library"]

NOTHING = Known()


@dataclass(frozen=True, kw_only=True)
class Library:
    readings: dict[str, Reading]  # by file
    problems: list[Problem]

    @property
    def specs(self) -> dict[str, AnySpec]:
        """By file, and only those whose files could be read."""
        return {file: reading.spec for file, reading in self.readings.items() if reading.spec}

    @property
    def has_errors(self) -> bool:
        return has_errors(self.problems)


def read_library(files: Mapping[str, bytes | str], *, known: Known = NOTHING) -> Library:
    """Read files whose names resolve among them and what is known."""
    readings = {file: read(files[file], file=file) for file in sorted(files)}
    problems = {file: [*reading.problems] for file, reading in readings.items()}
    shelf = stock(readings.values(), known=known)
    for reading, spec in shelf.paths:
        problems[reading.file].extend(inspect(reading, spec))
    for problem in chain(disagreements(shelf), on_ramp_disagreements(shelf)):
        problems[problem.file].append(problem)
    return Library(
        readings=readings, problems=[one for found in problems.values() for one in in_order(found)]
    )
