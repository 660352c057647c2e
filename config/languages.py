"""Which languages there are: English, in which all is written, and those whose texts were compiled."""

from pathlib import Path

from django.conf.locale import LANG_INFO


def languages(folder: Path) -> list[tuple[str, str]]:
    """Return (code, its own name) of English and of every locale/CODE/LC_MESSAGES/django.mo in the folder."""
    locales = sorted(texts.parts[-3] for texts in folder.glob("*/LC_MESSAGES/django.mo"))
    codes = ["en", *(code for code in map(_language, locales) if code != "en")]
    return [(code, str(LANG_INFO.get(code, {}).get("name_local", code))) for code in codes]


def _language(locale: str) -> str:
    """As Django writes it: pt-br for the folder pt_BR."""
    return locale.lower().replace("_", "-")
