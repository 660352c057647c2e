"""Practice: enrol, plan workouts, record answers, keep memory; from a path to the next day's plan."""

from engine.practice.answering import (
    answer,
    check_open,
    disown,
    may_disown,
    may_swap,
    standing_answer,
    swap,
    undo,
)
from engine.practice.consistency import weeks_of
from engine.practice.enrolment import audience_of, reconcile, start
from engine.practice.planning import plan_workouts
from engine.practice.recollection import Effect, Remembered, effect_of, recollect
from engine.practice.remarks import Said, call_not_useful, report_mistake, said_of, take_back
from engine.practice.remembering import Difference, rebuild_all
from engine.practice.rhythm import change_hour, go_on, pause, stop
from engine.practice.today import open_reps, start_today, todays_workout

__all__ = [
    "Difference",
    "Effect",
    "Remembered",
    "Said",
    "answer",
    "audience_of",
    "call_not_useful",
    "change_hour",
    "check_open",
    "disown",
    "effect_of",
    "go_on",
    "may_disown",
    "may_swap",
    "open_reps",
    "pause",
    "plan_workouts",
    "rebuild_all",
    "recollect",
    "reconcile",
    "report_mistake",
    "said_of",
    "standing_answer",
    "start",
    "start_today",
    "stop",
    "swap",
    "take_back",
    "todays_workout",
    "undo",
    "weeks_of",
]
