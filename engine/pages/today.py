"""Today's workout, for whoever signed in: what there is to do, and what to do when there is nothing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from engine import practice, wording
from engine.errors import NotPractising
from engine.models import Rep, Workout
from engine.onramps.belonging import waits_for
from engine.pages.coming import is_day_off, next_possible_day
from engine.pages.doors import SeeOther, signed_in
from engine.pages.reps import address
from people.calendar import local_date
from people.models import Organisation, Person


class State(StrEnum):
    """What today is for a person; each has its own few lines on the page."""

    NOT_STARTED = "not-started"
    STOPPED = "stopped"
    OPEN = "open"
    DONE = "done"
    NOTHING_WORTH_IT = "nothing-worth-it"
    PAUSED = "paused"
    PAUSED_FOR_EVERYONE = "paused-for-everyone"
    NO_PATH = "no-path"
    DAY_OFF = "day-off"
    READY = "ready"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A rep in the list of today's workout."""

    rep: Rep
    why: str
    url: str
    is_done: bool


@signed_in
@require_safe
def today(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    workout = practice.todays_workout(person, now=now)
    day = local_date(now, zone=person.zone)
    lines = _lines(workout) if workout else []
    is_paused_for_everyone = person.is_practising and Organisation.get().paused_at is not None
    context = {
        "person": person,
        "day": day,
        "is_paused": person.is_practising and person.is_paused(day),
        "is_paused_for_everyone": is_paused_for_everyone,
        "state": _state(person, workout, lines, now=now, is_paused_for_everyone=is_paused_for_everyone),
        "lines": lines,
        "is_begun": any(line.is_done for line in lines),
        "next_url": next((line.url for line in lines if not line.is_done), ""),
        "minutes_left": sum(line.rep.exercise.minutes for line in lines if not line.is_done),
        "coming": next_possible_day(person, now=now),
        "waits": waits_for(person, now=now),
    }
    return render(request, "pages/today.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    """Plan today's workout now and lead to its first rep; the mail of the day stays away."""
    if request.method == "POST":
        try:
            workout = practice.start_today(person, now=now)
        except NotPractising:
            return SeeOther("/")
        if first := practice.open_reps(workout).first():
            return SeeOther(address(first))
    return SeeOther("/")


def _state(
    person: Person,
    workout: Workout | None,
    lines: list[Line],
    *,
    now: datetime,
    is_paused_for_everyone: bool,
) -> State:
    if not person.is_practising:
        return State.NOT_STARTED if person.stopped_at is None else State.STOPPED
    if lines:
        return State.DONE if all(line.is_done for line in lines) else State.OPEN
    if person.is_paused(local_date(now, zone=person.zone)):
        return State.PAUSED
    if is_paused_for_everyone:
        return State.PAUSED_FOR_EVERYONE
    if workout is not None:
        return State.NOTHING_WORTH_IT
    if not person.enrolments.active().exists():
        return State.NO_PATH
    return State.DAY_OFF if is_day_off(person, now=now) else State.READY


def _lines(workout: Workout) -> list[Line]:
    left = {rep.pk for rep in practice.open_reps(workout)}
    return [
        Line(rep=rep, why=wording.why(rep, today=workout.day), url=address(rep), is_done=rep.pk not in left)
        for rep in workout.reps.select_related("skill", "exercise")
    ]
