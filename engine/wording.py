"""Sentences that mails and pages share, and the language they are spoken in."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engine.models import Rep
from engine.rules.planning import Why
from people.models import Person


def spoken_to(person: Person | None) -> AbstractContextManager[None]:
    """Speak the person's language inside the block, or the organisation's where we do not know it."""
    try:
        language = translation.get_supported_language_variant(person.language if person else "")
    except LookupError:
        language = settings.LANGUAGE_CODE
    return translation.override(language)


def why(rep: Rep, *, today: date) -> str:
    """Say why this rep was chosen, in one or two sentences."""
    if rep.why == Why.NEW or rep.last_review_on is None or rep.retrievability is None:
        return _("New to you: read the idea, then try it once.")
    chance = _("The chance that you still know it is about %(chance)d %%.") % {
        "chance": round(100 * rep.retrievability)
    }
    reason = f"{_last_practised((today - rep.last_review_on).days)} {chance}"
    return reason if rep.why == Why.FADING else reason + " " + _("A rep now makes it last longer.")


def _last_practised(days: int) -> str:
    if days <= 0:
        return _("Last practised earlier today.")
    return ngettext("Last practised %(days)d day ago.", "Last practised %(days)d days ago.", days) % {
        "days": days
    }


def subject(reps: Sequence[Rep]) -> str:
    """Name the first skill: a person decides by it whether now is a good moment."""
    first = reps[0].skill.title
    if len(reps) == 1:
        return first
    return ngettext("%(first)s, and %(more)d more", "%(first)s, and %(more)d more", len(reps) - 1) % {
        "first": first,
        "more": len(reps) - 1,
    }


def ai_rule(ai: str) -> str:
    """Say how far AI may help with an exercise that is `off`, `coach` or `free`."""
    match ai:
        case "off":
            return _("without AI")
        case "coach":
            return _("AI may explain, not do it")
    return _("with AI if you like")
