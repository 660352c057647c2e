"""Practice: enrol, plan workouts, record answers, keep memory; from a path to the next day's plan."""

from engine.practice.answering import answer, check_open, disown, may_disown, standing_answer, swap, undo
from engine.practice.enrolment import audience_of, reconcile
from engine.practice.foreseeing import Foreseen, Idle, Rehearsal, foresee, rehearse
from engine.practice.launching import start, startable, take_back
from engine.practice.planning import plan_workouts
from engine.practice.remembering import Difference, rebuild_all
from engine.practice.rhythm import (
    change_hour,
    go_on,
    go_on_with_everyone,
    pause,
    pause_everyone,
    stop,
)
from engine.practice.today import open_reps, start_today, todays_workout

__all__ = [
    "Difference",
    "Foreseen",
    "Idle",
    "Rehearsal",
    "answer",
    "audience_of",
    "change_hour",
    "check_open",
    "disown",
    "foresee",
    "go_on",
    "go_on_with_everyone",
    "may_disown",
    "open_reps",
    "pause",
    "pause_everyone",
    "plan_workouts",
    "rebuild_all",
    "reconcile",
    "rehearse",
    "standing_answer",
    "start",
    "start_today",
    "startable",
    "stop",
    "swap",
    "take_back",
    "todays_workout",
    "undo",
]
