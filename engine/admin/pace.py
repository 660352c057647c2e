"""Choose a pace: ask how much a path would leave at so many minutes a day, and see it before publishing."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from engine import pace
from engine.admin import pace_pictures
from engine.admin.one_page import OnePageAdmin
from engine.errors import EngineError
from engine.models import PaceLine
from engine.pace import Pace
from engine.rules.planning import MAX_REPS, SHORT_REP
from engine.simulation import WORLDS
from paths.schema import PathSpec
from people.models import Person

WITHIN = 2.5  # seconds of a request; the worker does what is left
MOST_PEOPLE, MOST_SKILLS = 100_000, 300
LEAST_MINUTES, MOST_MINUTES = SHORT_REP, MAX_REPS * SHORT_REP
USUAL_PEOPLE = 50
MOST_EARLIER = 6  # shown
WEEK = 7  # days
MINUTES_PER_HOUR = 60
FIGURES = ("final", "mean", "p10", "after_30_days", "reps_per_person")

POLICY_NAMES: Mapping[str, Any] = {
    "one-off": _("One-off training"),
    "drip": _("Fixed drip"),
    "greedy": _("Rampart, before it knows your people"),
    "rampart": _("Rampart"),
}
POLICY_WORDS: Mapping[str, Any] = {
    "one-off": _("each skill once, one after another, and then no more"),
    "drip": _("whichever skill has waited longest, round and round, whatever people answer"),
    "greedy": _("the skills that a rep brings most, by FSRS-6 as it was published"),
    "rampart": _("it learns from everybody’s answers how people here forget, and plans by that"),
}
WORLD_NAMES: Mapping[str, Any] = {
    "A": _("A: each recall makes it last longer"),
    "B": _("B: each practice leaves a trace"),
    "C": _("C: fast forgetting"),
}
WORLD_WORDS: Mapping[str, Any] = {
    "A": _("As FSRS-6 has it. What is recalled when it was nearly forgotten lasts longest from then on."),
    "B": _(
        "As ACT-R has it (Pavlik and Anderson 2005). All traces fade; the faster, the fresher the skill "
        "still was when they were left."
    ),
    "C": _(
        "As MEMORIZE has it (Tabibian and others 2019), without a spacing effect: each recall slows "
        "forgetting by the same share, however soon it comes."
    ),
}
assert POLICY_NAMES.keys() == set(pace.SHOWN)
assert WORLD_NAMES.keys() == WORLDS.keys()


def _number(label: Any, *, least: int, most: int, help_text: Any) -> forms.IntegerField:
    told = format_lazy(_("Give a whole number from {least} to {most}."), least=least, most=most)
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        help_text=help_text,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), told),
    )


class PaceForm(forms.Form):
    people = _number(
        _("People"), least=1, most=MOST_PEOPLE, help_text=_("Whom it is for. Only the totals depend on it.")
    )
    skills = _number(_("Skills"), least=1, most=MOST_SKILLS, help_text=_("That the path has."))
    minutes = _number(
        _("Minutes a workday"),
        least=LEAST_MINUTES,
        most=MOST_MINUTES,
        help_text=_("A rep counts as two of them."),
    )
    attendance = _number(
        _("Attendance, in percent"),
        least=5,
        most=100,
        help_text=_("How often somebody answers on a workday. Nobody knows yet; guess low."),
    )

    @property
    def pace(self) -> Pace:
        asked = self.cleaned_data
        return Pace(skills=asked["skills"], minutes=asked["minutes"], attendance=asked["attendance"])


def address(**asked: int) -> str:
    """Return where a pace is asked about; what is not given is as the organisation is."""
    return reverse("admin:engine_paceline_changelist", query=asked)


def address_for(spec: PathSpec | None, *, people: int) -> str:
    """Return where a pace for a path is chosen: its skills, its minutes, and how many people it is for."""
    asked = {"people": people} if people else {}
    if spec is not None:
        minutes = min(max(spec.pace.minutes_per_workday, LEAST_MINUTES), MOST_MINUTES)
        asked |= {"skills": min(len(spec.skills), MOST_SKILLS), "minutes": minutes}
    return address(**asked)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A line as the table tells it; without figures it is still to come, or was given up."""

    policy: str
    name: Any
    is_done: bool
    is_given_up: bool
    end: int  # percent, as all recall here
    mean: int
    weakest: int  # at the end, of the weakest tenth of people
    later: int  # thirty days after the end, without a rep
    reps: int  # a person
    minutes_per_week: int
    hours: int  # of all people together


@dataclass(frozen=True, kw_only=True)
class World:
    name: Any
    words: Any
    key: str
    picture: pace_pictures.Picture
    lines: Sequence[Told]


@admin.register(PaceLine)
class PaceAdmin(OnePageAdmin):
    list_name = _("Choose a pace")
    page_template = "admin/engine/paceline/pace.html"

    def shown(self, request: HttpRequest) -> dict[str, Any] | HttpResponse:
        """Return what is known of the pace in the address; a press has it simulated."""
        now = timezone.now()
        if request.method == "POST":
            form = PaceForm(request.POST)
            if form.is_valid():
                return self._ask(request, form, now=now)
        else:
            form = PaceForm({**_usual(), **request.GET.dict()})
        worlds = _worlds(form, now=now) if form.is_valid() else []
        return {
            "form": form,
            "worlds": worlds,
            **_progress(worlds),
            "policies": [(key, name, POLICY_WORDS[key]) for key, name in POLICY_NAMES.items()],
            "simulated": pace.PEOPLE,
            "workdays": pace.WORKDAYS,
            "mails": pace.WORKDAYS * form.cleaned_data["people"] if worlds else 0,
            "forgetting": pace_pictures.forgetting(),
            "earlier": _earlier(form),
        }

    def _ask(self, request: HttpRequest, form: PaceForm, *, now: datetime) -> HttpResponse:
        began = time.monotonic()
        try:
            pace.ask(form.pace, now=now, is_over=lambda: time.monotonic() > began + WITHIN)
        except EngineError as refused:
            self.message_user(request, str(refused), messages.WARNING)
        return redirect(address(**form.cleaned_data))


def _usual() -> dict[str, int]:
    """Return what is asked of somebody who says nothing: the organisation as it is."""
    return {
        "people": Person.objects.filter(kind=Person.Kind.PERSON, is_active=True).count() or USUAL_PEOPLE,
        **asdict(pace.USUAL),
    }


def _worlds(form: PaceForm, *, now: datetime) -> list[World]:
    """Return what each world would bring; nothing of a pace that nobody asked about."""
    lines = {(line.world, line.policy): line for line in pace.lines_of(form.pace)}
    people = form.cleaned_data["people"]
    return [
        World(
            name=name,
            words=WORLD_WORDS[world],
            key=world,
            picture=pace_pictures.picture(
                ((policy, lines[world, policy].recall) for policy in pace.SHOWN if (world, policy) in lines),
            ),
            lines=[
                _told(lines[world, policy], people=people, now=now)
                for policy in pace.SHOWN
                if (world, policy) in lines
            ],
        )
        for world, name in WORLD_NAMES.items()
        if lines
    ]


def _told(line: PaceLine, *, people: int, now: datetime) -> Told:
    figures = {name: line.figures.get(name, 0.0) for name in FIGURES}
    percents = {name: round(100 * figure) for name, figure in figures.items()}
    minutes = figures["reps_per_person"] * SHORT_REP
    return Told(
        policy=line.policy,
        name=POLICY_NAMES[line.policy],
        is_done=bool(line.recall),
        is_given_up=line.is_given_up(now),
        end=percents["final"],
        mean=percents["mean"],
        weakest=percents["p10"],
        later=percents["after_30_days"],
        reps=round(figures["reps_per_person"]),
        minutes_per_week=round(minutes * WEEK / max(len(line.recall), 1)),
        hours=round(minutes * people / MINUTES_PER_HOUR),
    )


def _progress(worlds: Sequence[World]) -> dict[str, int]:
    lines = [line for world in worlds for line in world.lines]
    waiting = sum(not line.is_done and not line.is_given_up for line in lines)
    return {"waiting": waiting, "done": len(lines) - waiting, "all": len(lines)}


def _earlier(form: PaceForm) -> list[tuple[Pace, str]]:
    """Return paces asked about before, and where each is shown for as many people."""
    is_asked = form.is_valid()
    people = {"people": form.cleaned_data["people"]} if is_asked else {}
    asked = [one for one in pace.asked_lately() if not is_asked or one.key != form.pace.key]
    return [(one, address(**people, **asdict(one))) for one in asked[:MOST_EARLIER]]
