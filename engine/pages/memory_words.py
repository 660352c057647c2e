"""How a person's memory is spoken of to them: as an estimate, and never as a judgement."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engine.practice import Effect
from engine.rules.curves import Curve, chance_on, falls_to
from engine.rules.forgetting import Forgetting
from engine.rules.memory import Memory

MOST = 0.99  # nobody is sure to know something
DAY = "j\N{NO-BREAK SPACE}F"


def belief(chance: float) -> str:
    """Say how likely it is that a person still knows a skill; on the day of a review, that it is fresh."""
    if chance >= 1:
        return _("It is fresh: you practised it today.")
    said = {"words": _how_likely(chance), "chance": percent(min(chance, MOST))}
    return _("%(words)s: about %(chance)s.") % said


def _how_likely(chance: float) -> str:
    if chance >= 0.95:
        return _("You very likely know it today")
    if chance >= 0.8:
        return _("You likely know it today")
    return _("You may still know it today") if chance >= 0.5 else _("It has probably faded by now")


def percent(chance: float) -> str:
    return _("%(chance)d\N{NO-BREAK SPACE}%%") % {"chance": round(100 * chance)}


def effect(effect: Effect | None, *, today: date) -> str:
    """Say what an answer did to the memory of its skill, and when the skill is likely to come again."""
    if effect is None:
        return ""
    said = [_what_it_did(effect), _until_when(effect, today=today)]
    return " ".join(sentence for sentence in said if sentence)


def _what_it_did(effect: Effect) -> str:
    if effect.before is None:
        return _("This was your first rep of this skill.")
    before, after = (max(round(one.stability), 1) for one in (effect.before, effect.after))
    if before == after:
        return ""
    return ngettext(
        "Your memory of this skill now holds for about %(after)d day; before, it was %(before)d.",
        "Your memory of this skill now holds for about %(after)d days; before, it was %(before)d.",
        after,
    ) % {"after": after, "before": before}


def _until_when(effect: Effect, *, today: date) -> str:
    days = (effect.falls_on - today).days
    if days <= 1:
        return _("It comes again soon, while it is fresh.") if effect.comes_again else ""
    until = {"chance": percent(effect.retention), "day": day_to_come(effect.falls_on, today=today)}
    if not effect.comes_again:
        return _("We expect you to know it at %(chance)s until about %(day)s.") % until
    return _("We expect you to know it at %(chance)s until about %(day)s; it could come again then.") % until


def day_to_come(day: date, *, today: date) -> str:
    """Name a day ahead, with its year where that is not the present one."""
    return date_format(day, DAY if day.year == today.year else f"{DAY} Y")


def curve(drawn: Curve, latest: Memory, *, today: date, retention: float, by: Forgetting) -> str:
    """Say what the picture of a curve shows, for whoever does not see it."""
    falls_on = falls_to(latest, retention, by=by)
    said = [
        _("From %(first)s to %(last)s.")
        % {"first": date_format(drawn.starts_on, f"{DAY} Y"), "last": date_format(drawn.ends_on, f"{DAY} Y")},
        ngettext(
            "It rises to 100 %% at %(reviews)d review and falls after it.",
            "It rises to 100 %% at each of %(reviews)d reviews and falls after each.",
            len(drawn.jumps),
        )
        % {"reviews": len(drawn.jumps)},
        _("Today it stands at about %(chance)s.")
        % {"chance": percent(min(chance_on(latest, today, by=by), MOST))},
    ]
    if falls_on > today:
        falls = {"retention": percent(retention), "day": day_to_come(falls_on, today=today)}
        said.append(_("It falls to %(retention)s around %(day)s.") % falls)
    return " ".join(said)
