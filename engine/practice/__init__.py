"""Practice: enrol, plan workouts, record answers, keep memory; from a path to the next day's plan."""

from engine.practice.answering import answer, check_open, disown, may_disown, standing_answer, swap, undo
from engine.practice.enrolment import audience_of, reconcile, start
from engine.practice.planning import plan_workouts
from engine.practice.remembering import Difference, rebuild_all
from engine.practice.rhythm import change_hour, go_on, pause, stop
from engine.practice.today import open_reps, start_today, todays_workout

__all__ = [
    "Difference",
    "answer",
    "audience_of",
    "change_hour",
    "check_open",
    "disown",
    "go_on",
    "may_disown",
    "open_reps",
    "pause",
    "plan_workouts",
    "rebuild_all",
    "reconcile",
    "standing_answer",
    "start",
    "start_today",
    "stop",
    "swap",
    "todays_workout",
    "undo",
]
