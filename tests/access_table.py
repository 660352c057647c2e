"""docs/access.md as tests read it: each page, and what each role is told."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from django.conf import settings

from tests.every_page import Page, every_page

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "access.md"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table: pages by name, `*` for any text, and what each role is told."""

    patterns: tuple[str, ...]
    answers: dict[str, str]

    def is_about(self, page: Page) -> bool:
        return any(fnmatchcase(page.name, pattern) for pattern in self.patterns)


def rows() -> Iterator[Row]:
    tables = re.findall(r"^\| Page \|.*\n(?:\|.*\n)+", DOCUMENT.read_text(), flags=re.MULTILINE)
    for table in tables:
        head, _, *body = [[cell.strip() for cell in line[1:-1].split("|")] for line in table.splitlines()]
        for pages, *words in body:
            patterns = tuple(re.findall(r"`([^`]+)`", pages))
            yield Row(patterns=patterns, answers=dict(zip(head[1:], words, strict=True)))


ROWS = list(rows())


def told_to(role: str) -> list[tuple[Page, str]]:
    """Return every page, with the word that the table has for this role."""
    return [(page, row.answers[role]) for page in every_page() for row in ROWS if row.is_about(page)]
