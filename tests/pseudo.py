"""A language that nobody speaks, for finding what no translation would reach.

It reads from right to left, and each translated text comes with its vowels marked, between ⟦ and ⟧. Nothing
is compiled: the translations are made as they are asked for, Django's own and allauth's included.
"""

import gettext
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import html5lib
from django.utils import formats
from django.utils.translation import trans_real

LANGUAGE = "ar-xb"  # CLDR's bidirectional pseudo-locale
FORMATS = ["config.formats", "tests.formats"]
OURS = {"Rampart"}  # names that are the same in every language
IN_CONTEXT = "\x04"  # between a context and its message, as in a .mo file
VOWELS = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")
NOT_WORDS = re.compile(r"(%\(\w+\)[-\d.]*\w|%[sd%]|\{\w*\}|<[^>]+>|&#?\w+;)")
# Attributes whose text people see or hear.
SPOKEN = ("alt", "aria-label", "aria-description", "placeholder", "title")


class Pseudo(gettext.NullTranslations):
    """Stands where Django keeps the translations of a language."""

    def gettext(self, message: str) -> str:
        context, _, text = message.rpartition(IN_CONTEXT)
        return f"⟦{text}⟧" if context == "date format" else marked(text)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)

    def language(self) -> str:
        return LANGUAGE

    def to_language(self) -> str:
        return LANGUAGE


def marked(text: str) -> str:
    """Mark a text's vowels, but leave alone what stands for something else: %(name)s, {}, <b>, &amp;."""
    parts = [part if NOT_WORDS.fullmatch(part) else part.translate(VOWELS) for part in NOT_WORDS.split(text)]
    return f"⟦{''.join(parts)}⟧"


@contextmanager
def spoken(settings: Any) -> Iterator[None]:
    """Offer the language inside the block, in which everybody whose language is LANGUAGE is spoken to."""
    settings.LANGUAGES = [("en", "English"), (LANGUAGE, "Pseudo")]
    settings.FORMAT_MODULE_PATH = FORMATS
    formats.reset_format_cache()
    trans_real._translations[LANGUAGE] = Pseudo()
    try:
        yield
    finally:
        trans_real._translations.pop(LANGUAGE, None)
        formats.reset_format_cache()


def unmarked(html: str, authored: Iterable[str]) -> list[str]:
    """Return the visible texts of a page that are neither translated nor authored."""
    return _left("\x1f".join(_texts(html)), authored)


def unmarked_in_text(text: str, authored: Iterable[str]) -> list[str]:
    """Return the lines of a plain text that are neither translated nor authored."""
    return _left(re.sub(r"https?://\S+", "", text).replace("\n", "\x1f"), authored)


def _texts(html: str) -> Iterator[str]:
    tree = html5lib.parse(re.sub("<!--.*?-->", "", html, flags=re.S), namespaceHTMLElements=False)
    for element in tree.iter():
        yield from (element.get(name) for name in SPOKEN if element.get(name))
        if element.tag not in {"style", "script"} and element.text:
            yield element.text
        if element.tail:
            yield element.tail


def _left(text: str, authored: Iterable[str]) -> list[str]:
    found = 1
    while found:
        text, found = re.subn("⟦[^⟦⟧]*⟧", "", text)
    for own in sorted({*authored, *OURS}, key=len, reverse=True):
        text = text.replace(own, "")
    pieces = (" ".join(piece.split()) for piece in text.split("\x1f"))
    return [piece for piece in pieces if re.search(r"[^\W\d_]{2}|\d:\d\d", piece)]
