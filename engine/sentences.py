"""Verdicts in words: one plain sentence in the reader's language, with moments in the reader's zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from engine.rules.onramp import Alternative, Code, Duty, Obligation, Outcome, Verdict
from people.models import Person

ALTERNATIVES = {
    Alternative.SUPPORT: gettext_lazy("support whoever leads it"),
    Alternative.REVIEW: gettext_lazy("review the result"),
    Alternative.WAIT: gettext_lazy("wait until it is free"),
    Alternative.ASK: gettext_lazy("ask a manager"),
    Alternative.HAND_IN: gettext_lazy("hand in what you have in progress"),
}

# One line of a list: what a verdict comes to, where its sentence would be too long.
IN_SHORT = {
    Code.TASK_NOT_OPEN: gettext_lazy("over"),
    Code.ALREADY_LED: gettext_lazy("somebody leads it"),
    Code.IN_PROGRESS_LIMIT: gettext_lazy("for you, once you have handed one in"),
    Code.OFFERED_TO_OTHER: gettext_lazy("offered to another learner until {until}"),
    Code.LEARNER: gettext_lazy("meant for you"),
    Code.PROTECTED: gettext_lazy("held for a learner until {until}"),
    Code.GRADUATED: gettext_lazy("held for a learner until {until}"),
    Code.NO_APPROVER: gettext_lazy("held for a learner until {until}"),
}
IN_SHORT_OF = {
    Outcome.ALLOW: gettext_lazy("free to take"),
    Outcome.NEEDS_APPROVAL: gettext_lazy("needs a manager’s yes"),
    Outcome.DENY: gettext_lazy("not for you now"),
}


WENT_PAST = {
    Code.OBSERVED: gettext_lazy("your team only looked on"),
    Code.HOLD_ENDED: gettext_lazy("its hold had ended"),
    Code.WAIVED: gettext_lazy("a manager released it"),
    Code.TOO_URGENT: gettext_lazy("too urgent to be held at all"),
    Code.SURPLUS: gettext_lazy("enough others were held"),
    Code.EMERGENCY: gettext_lazy("taken in an emergency"),
    Code.PROTECTED: gettext_lazy("a manager let somebody else take it"),
    Code.GRADUATED: gettext_lazy("a manager let somebody else take it"),
}


def went_past(code: str, *, is_against_advice: bool) -> str:
    """Say by which way a task went past a learner, and never to whom."""
    if is_against_advice:
        return _("taken against the advice")
    words = WENT_PAST.get(Code(code)) if code in set(Code) else None
    return str(words) if words is not None else _("it went elsewhere")


def moment(at: datetime, reader: Person) -> str:
    """Write an instant as its reader's clocks show it: Thu 26 Nov 10:00 CET."""
    there = at.astimezone(ZoneInfo(reader.zone))
    written = date_format(there, pgettext("date and time format", "D j M H:i"))
    return f"{written} {there.tzname()}"


def sentence(verdict: Verdict, reader: Person) -> str:
    """Say the verdict to whoever asks: no name, no counts."""
    until = moment(verdict.until, reader) if verdict.until else ""
    return _(verdict.template).format(until=until, limit=verdict.limit)


def in_short(verdict: Verdict, reader: Person) -> str:
    """Say in a few words what a verdict comes to: held for a learner until Thu 26 Nov 10:00 CET."""
    words = IN_SHORT.get(verdict.code)
    if words is None or (verdict.until is None and "{until}" in str(words)):
        words = IN_SHORT_OF[verdict.outcome]
    return str(words).format(until=moment(verdict.until, reader) if verdict.until else "")


def not_judged() -> str:
    return _("the rules cannot be applied now; it has been reported")


def alternatives(verdict: Verdict) -> list[str]:
    return [str(ALTERNATIVES[one]) for one in verdict.alternatives]


def obligation(one: Obligation) -> str:
    """Say what goes with a learner's rep: which of the first ones it is."""
    counts = {"this": one.done + 1, "of": one.of}
    match one.duty:
        case Duty.SUPERVISOR:
            return _("Somebody supervises it: rep %(this)d of the first %(of)d.") % counts
        case Duty.WITHOUT_AI:
            return _("Do it without AI: rep %(this)d of the first %(of)d.") % counts
