"""Sentences that mails and pages share, and the language they are spoken in."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from engine.models import Rep
from engine.rules.memory import Rating
from engine.rules.planning import Why
from people.models import Person

# Each by itself, so that a language is free in how it counts in words.
AGO = (
    gettext_lazy("earlier today"),
    gettext_lazy("yesterday"),
    gettext_lazy("two days ago"),
    gettext_lazy("three days ago"),
    gettext_lazy("four days ago"),
    gettext_lazy("five days ago"),
    gettext_lazy("six days ago"),
    gettext_lazy("seven days ago"),
    gettext_lazy("eight days ago"),
    gettext_lazy("nine days ago"),
    gettext_lazy("ten days ago"),
    gettext_lazy("eleven days ago"),
    gettext_lazy("twelve days ago"),
)


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
    how_it_went = _how_work_went() if rep.last_by_work else _how_it_went(rep.last_rating)
    reason = how_it_went % {
        "ago": _ago((today - rep.last_review_on).days),
        "chance": min(round(100 * rep.retrievability), 99),
    }
    return reason if rep.why == Why.FADING else reason + " " + _("A rep now makes it last longer.")


def _how_work_went() -> str:
    return _("You did this for real %(ago)s; about %(chance)d\u00a0%% likely to know it today.")


def _how_it_went(rating: int | None) -> str:
    """Return the sentence for the last review; `ago` and `chance` are still to be filled in."""
    match rating:
        case Rating.AGAIN:
            return _("You did not have this yet %(ago)s; about %(chance)d\u00a0%% likely to know it today.")
        case Rating.HARD:
            return _(
                "You got there with some effort %(ago)s; about %(chance)d\u00a0%% likely to know it today."
            )
        case Rating.GOOD:
            return _("You got this right %(ago)s; about %(chance)d\u00a0%% likely to know it today.")
        case Rating.EASY:
            return _("This was easy for you %(ago)s; about %(chance)d\u00a0%% likely to know it today.")
    return _("You last practised this %(ago)s; about %(chance)d\u00a0%% likely to know it today.")


def _ago(days: int) -> str:
    if days < len(AGO):
        return str(AGO[max(days, 0)])
    return ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days}


LATELY = timedelta(days=6)  # a weekday alone names one day
SOON = timedelta(days=45)  # a month alone says enough from then on


def done_for_real(on: date, *, rests_until: date, today: date) -> str:
    """Say that work has kept a skill fresh: You did this for real on Tuesday; it rests until March."""
    lately = today - on <= LATELY
    when = {"day": date_format(on, pgettext("date format", "l")) if lately else day(on)}
    if rests_until <= today:
        return _("You did this for real on %(day)s.") % when
    return _("You did this for real on %(day)s; it rests until %(until)s.") % (
        when | {"until": _until(rests_until, today=today)}
    )


def _until(value: date, *, today: date) -> str:
    """Name a day to come: 7 December; March; June 2028."""
    if value - today <= SOON:
        return date_format(value, pgettext("date format", "j\u00a0F"))
    if value - today < timedelta(days=330):
        return date_format(value, pgettext("date format", "F"))
    return date_format(value, pgettext("date format", "F Y"))


def day(value: date) -> str:
    """Write a date near today: Monday, 2 February."""
    return date_format(value, pgettext("date format", "l, j F"))


def full_day(value: date) -> str:
    """Write a date with its year: Monday, 2 February 2026."""
    return date_format(value, pgettext("date format", "l, j F Y"))


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
